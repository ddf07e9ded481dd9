/**
 * Everything that can be wrong with one variant, from what is listed of it, its timing.json and, if asked for, all of
 * its bytes.
 */
import { objectProblems } from './check-objects.js';
import { timingProblems } from './check-timing.js';
import type { ExpectedVariant } from './expected-variants.js';
import { describeNumbers, type Finding, type FindingKind } from './findings.js';
import type { PatientReader } from './patient-reader.js';
import type { Pair } from './side-by-side.js';
import type { StoredVariant } from './stored-variants.js';

/** The findings about one folder of the store or the plan. `deep`: read and decode every object. */
export async function checkPair(
  { expected, stored }: Pair,
  reader: PatientReader,
  deep: boolean,
): Promise<Finding[]> {
  if (expected === undefined) return stored === undefined ? [] : [unexpected(stored)];
  const { cueId } = expected.task;
  const about = (kind: FindingKind, message: string): Finding => ({
    kind,
    cueId,
    variantId: expected.variantId,
    message,
  });
  if (stored === undefined) return [about('missing-variant', 'nothing of it is stored')];
  const read = deep ? await objectProblems(reader, stored, expected.task.settings) : [];
  return [
    ...listedFindings(expected, stored, about),
    ...(await timingFindings(expected, stored, reader, about)),
    ...read.map(({ kind, message }) => about(kind, message)),
  ];
}

type About = (kind: FindingKind, message: string) => Finding;

function listedFindings(expected: ExpectedVariant, stored: StoredVariant, about: About): Finding[] {
  const { task } = expected;
  const { previews } = task.settings;
  const last = plannedSteps(expected, stored);
  const missing = Array.from({ length: last }, (_, index) => index + 1).filter(
    (step) => !stored.steps.has(step),
  );
  const extra = [...stored.steps.keys()].filter((step) => step > last);
  return [
    ...(stored.final ? [] : [about('missing-final', 'final.png is not stored')]),
    ...(previews && !stored.timing ? [about('missing-timing', 'timing.json is not stored')] : []),
    ...(missing.length > 0 ? [about('missing-steps', previewsOf(missing, 'are not stored'))] : []),
    ...(extra.length > 0
      ? [about('extra-steps', previewsOf(extra, `are stored, but the plan has ${last} steps`))]
      : []),
    ...(!previews && stored.timing
      ? [about('unexpected', `timing.json is stored, but program ${task.settings.program} has no previews`)]
      : []),
    ...(stored.unknownKeys.length > 0
      ? [about('unexpected', `objects that do not belong there: ${stored.unknownKeys.join(', ')}`)]
      : []),
    ...emptyOnes(stored).map((key) => about('wrong-size', `${key} is empty`)),
  ];
}

/** Where only the model could say how many previews there should be, those that are stored are taken for complete. */
function plannedSteps({ steps, mayHaveOneMore }: ExpectedVariant, stored: StoredVariant): number {
  if (steps === undefined) return Math.max(0, ...stored.steps.keys());
  return mayHaveOneMore && stored.steps.has(steps + 1) ? steps + 1 : steps;
}

const previewsOf = (steps: readonly number[], what: string): string =>
  `previews of steps ${describeNumbers(steps)} ${what}`;

const emptyOnes = ({ final, timing, steps }: StoredVariant): string[] =>
  [final, timing, ...steps.values()].flatMap((head) =>
    head?.bytes === 0 ? [head.key.slice(head.key.lastIndexOf('/') + 1)] : [],
  );

async function timingFindings(
  expected: ExpectedVariant,
  stored: StoredVariant,
  reader: PatientReader,
  about: About,
): Promise<Finding[]> {
  if (!expected.task.settings.previews || stored.timing === undefined || stored.timing.bytes === 0) return [];
  const document = await reader.get(stored.timing.key);
  if (document === undefined)
    return [about('missing-timing', 'timing.json went away while the audit was reading')];
  return timingProblems(document, new Set(stored.steps.keys()), plannedSteps(expected, stored)).map(
    (message) => about('bad-timing', message),
  );
}

function unexpected({ folder, objects }: StoredVariant): Finding {
  const [cueId = folder, variant = ''] = folder.split('/');
  const message = `${folder} is not in the plan: ${objects} ${objects === 1 ? 'object' : 'objects'}`;
  return {
    kind: 'unexpected',
    cueId,
    ...(/^[1-9]\d{0,8}$/.test(variant) ? { variantId: Number(variant) } : {}),
    message,
  };
}
