/**
 * The order in which test files begin: the longest first, so that no core is idle while they end. A fixed list, because durations
 * of earlier runs are known only on machines where tests have run before.
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
