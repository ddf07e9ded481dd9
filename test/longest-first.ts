/**
 * In which order test files begin: those that take longest before all others, so that no core waits for them at the end. How
 * long a file took the last time is known only where tests have run before.
 */
import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Each takes a minute or more on two cores. */
const LONGEST = [
  'life/life',
  'faults/machines',
  'faults/show-and-store',
  'faults/show',
  'client/show-steering',
];

export default class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).toSorted((left, right) => rank(left) - rank(right));
  }
}

/** Place among the longest; after them all others, in the order that they had. */
function rank({ moduleId }: TestSpecification): number {
  const index = LONGEST.findIndex((name) => moduleId.endsWith(`/test/${name}.system.test.ts`));
  return index === -1 ? LONGEST.length : index;
}
