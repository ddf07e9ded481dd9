/**
 * Whether a stored `timing.json` says what the contract lets it say: steps in order, then `final`, whole
 * milliseconds, and exactly the previews that are stored.
 */

import { isRecord } from '../../domain/is-record.js';
import { someOf } from '../../domain/some-of.js';
import { describeNumbers } from './findings.js';

/**
 * What is wrong with the document of a variant that should have `planned` previews, as parts of sentences; nothing if
 * all is well. Previews beyond the plan, which nobody removes, may go unnamed.
 */
export function timingProblems(
  document: Buffer,
  storedSteps: ReadonlySet<number>,
  planned: number,
): string[] {
  const durations = stepDurations(document);
  if (typeof durations === 'string') return [durations];
  const keys = Object.keys(durations);
  if (keys.at(-1) !== 'final' || !keys.slice(0, -1).every((key) => /^[1-9]\d*$/.test(key)))
    return ['timing.json does not name steps and then "final"'];
  const named = new Set(keys.slice(0, -1).map(Number));
  const wrong = keys.filter((key) => !isDuration(durations[key]));
  const absent = [...named].filter((step) => !storedSteps.has(step));
  const unnamed = [...storedSteps].filter((step) => step <= planned && !named.has(step));
  const beyond = [...named].filter((step) => step > planned);
  return [
    ...(wrong.length > 0 ? [`timing.json gives no whole milliseconds for ${someOf(wrong)}`] : []),
    ...(absent.length > 0
      ? [`timing.json names steps whose previews are not stored: ${describeNumbers(absent)}`]
      : []),
    ...(unnamed.length > 0
      ? [`timing.json does not name steps whose previews are stored: ${describeNumbers(unnamed)}`]
      : []),
    ...(beyond.length > 0
      ? [`timing.json names steps that the plan does not have: ${describeNumbers(beyond)}`]
      : []),
  ];
}

function stepDurations(document: Buffer): Record<string, unknown> | string {
  try {
    const timing: unknown = JSON.parse(document.toString('utf8'));
    if (isRecord(timing) && isRecord(timing.stepDurations)) return timing.stepDurations;
    return 'timing.json has no stepDurations';
  } catch {
    return 'timing.json is not valid JSON';
  }
}

const isDuration = (value: unknown): boolean => Number.isSafeInteger(value) && Number(value) >= 0;
