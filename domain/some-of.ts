/** As many names as a sentence has room for: a show may have a hundred thousand, and each of its problems may list them. */

const MAX_NAMES = 12;

/** `a, b, c`, or the first of very many and how many there are. */
export function someOf(names: Iterable<string>): string {
  const all = [...names];
  const more = all.length > MAX_NAMES ? `, … (${all.length} in all)` : '';
  return `${all.slice(0, MAX_NAMES).join(', ')}${more}`;
}
