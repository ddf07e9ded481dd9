/**
 * What this browser remembers from visit to visit. A browser that keeps nothing forgets it with the page.
 */

/** What was kept under this name; undefined if nothing was, or nothing that can be read. */
export function recall(name: string): unknown {
  try {
    const text = localStorage.getItem(name);
    return text === null ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function remember(name: string, value: unknown): void {
  try {
    localStorage.setItem(name, JSON.stringify(value));
  } catch {
    // Full, or switched off.
  }
}
