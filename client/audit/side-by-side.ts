/**
 * Two streams in the same order, joined: what should be beside what is. And work on such a stream, some of it at
 * once, with the results in order.
 */
import { compareBytes, type ExpectedVariant } from './expected-variants.js';
import type { StoredVariant } from './stored-variants.js';

/** One folder that is expected, stored, or both. */
export interface Pair {
  readonly expected?: ExpectedVariant;
  readonly stored?: StoredVariant;
}

/** Joins both by folder; each must be in byte order. */
export async function* sideBySide(
  expected: Iterator<ExpectedVariant>,
  stored: AsyncIterable<StoredVariant>,
): AsyncGenerator<Pair> {
  let next = expected.next();
  for await (const found of stored) {
    while (!next.done && compareBytes(next.value.folder, found.folder) < 0) {
      yield { expected: next.value };
      next = expected.next();
    }
    if (next.done || next.value.folder !== found.folder) {
      yield { stored: found };
      continue;
    }
    yield { expected: next.value, stored: found };
    next = expected.next();
  }
  for (; !next.done; next = expected.next()) yield { expected: next.value };
}

/** Works on up to `width` items at once and yields the results in the order of the items. */
export async function* inOrder<T, R>(
  items: AsyncIterable<T>,
  width: number,
  work: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const waiting: Promise<R>[] = [];
  try {
    for await (const item of items) {
      waiting.push(work(item));
      const first = waiting.length >= width ? waiting.shift() : undefined;
      if (first !== undefined) yield await first;
    }
    for (let first = waiting.shift(); first !== undefined; first = waiting.shift()) yield await first;
  } finally {
    // After a failure the others have to end before the store is closed under them.
    await Promise.allSettled(waiting);
  }
}
