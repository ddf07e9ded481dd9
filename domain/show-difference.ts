/**
 * In what two editions of a show differ, cue by cue: what a person has to see before a running show goes on by
 * another cue sheet than it was started with.
 */
import type { GenerationSettings } from './rendition.js';
import type { CueTask } from './show-plan.js';

export interface CueDifference {
  readonly cueId: string;
  /** `is new: 30 variants`, `prompt was "a", is "b"`. */
  readonly what: string;
}

/** Differences that change what is generated, in cue order; none if the editions generate the same images. */
export function showDifferences(before: readonly CueTask[], after: readonly CueTask[]): CueDifference[] {
  const old = new Map(before.map((task) => [task.cueId, task]));
  const kept = new Set(after.map(({ cueId }) => cueId));
  const gone = before.filter(({ cueId }) => !kept.has(cueId));
  return [
    ...after.flatMap((task) => cueDifferences(old.get(task.cueId), task)),
    ...gone.map(({ cueId }) => ({ cueId, what: 'is gone' })),
  ];
}

function cueDifferences(before: CueTask | undefined, after: CueTask): CueDifference[] {
  const { cueId, variants } = after;
  if (before === undefined) return [{ cueId, what: `is new: ${variants} variants` }];
  const was = { ...comparable(before.settings), variants: before.variants };
  const is = { ...comparable(after.settings), variants };
  const fields = [...new Set([...Object.keys(was), ...Object.keys(is)])];
  return fields.flatMap((field) => {
    const [from, to] = [textOf(was, field), textOf(is, field)];
    return from === to ? [] : [{ cueId, what: `${field} was ${from}, is ${to}` }];
  });
}

/** Where a show file lies does not change its images; models are compared by what is asked of them. */
function comparable({ model, image, ...settings }: GenerationSettings): Readonly<Record<string, unknown>> {
  const { showDirectory: _folder, ...profile } = model;
  return { ...settings, model: profile, image: image?.sha256 };
}

const textOf = (fields: Readonly<Record<string, unknown>>, field: string): string =>
  JSON.stringify(fields[field]) ?? 'nothing';
