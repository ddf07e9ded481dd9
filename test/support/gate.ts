/** A latch for tests: the promise `open` resolves when `release` is called. */
export function makeGate(): { open: Promise<void>; release: () => void } {
  let release = () => {};
  const open = new Promise<void>((resolve) => {
    release = resolve;
  });
  return { open, release };
}
