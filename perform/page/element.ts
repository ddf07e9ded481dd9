/** The elements of the page, by their names. Throws an Error for one that the page has not got: then page and script do not belong together. */
export function element<Kind extends HTMLElement>(
  name: string,
  kind: { new (): Kind; readonly name: string },
): Kind {
  const found = document.getElementById(name);
  if (found instanceof kind) return found;
  throw new Error(`The page has no ${kind.name} "${name}".`);
}
