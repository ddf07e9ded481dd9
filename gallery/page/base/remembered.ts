/**
 * Values that the browser keeps between visits (local storage). Where storage is switched off, they last as long as the page.
 */

/** The value that was kept under this name; undefined if there is none, or it cannot be read. */
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
    // The storage is full or switched off.
  }
}
