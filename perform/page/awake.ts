/** Keeps the screen awake as long as the page is seen, where the browser can. */
export function keepAwake(): void {
  const ask = () => {
    if (document.visibilityState === 'visible') navigator.wakeLock?.request('screen').catch(() => {});
  };
  // The lock ends whenever the page is hidden.
  document.addEventListener('visibilitychange', ask);
  ask();
}
