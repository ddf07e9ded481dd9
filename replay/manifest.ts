/**
 * `manifest.json`, the only file that says which images a show has. Its types are those of its writer, told again
 * because this module imports nothing. What is read is checked field by field: a damaged manifest is named at once, where
 * it is wrong, not met as an image that does not come.
 */

export interface ManifestVariant {
  readonly variant: number;
  /** Previews before the final image; 0 for a program that keeps none. */
  readonly previews: number;
  /** Of its making, in milliseconds; absent where nobody knows it. */
  readonly durationMs?: number;
}

export interface ManifestCue {
  readonly cueId: string;
  /** Position in the cue sheet, from 0. */
  readonly index: number;
  /** As the sheet has it, such as `0:01:30`; absent in shows that were bundled before it was kept. */
  readonly time?: string;
  readonly action: string;
  readonly program: string;
  readonly prompt: string;
  readonly width: number;
  readonly height: number;
  /** In ascending order; may be empty. */
  readonly variants: readonly ManifestVariant[];
}

export interface Manifest {
  /** Of the document; readers refuse what they do not know. */
  readonly format: 1;
  readonly project: string;
  readonly version: string;
  /** ISO 8601. */
  readonly writtenAt: string;
  readonly cues: readonly ManifestCue[];
}

/** What a value must be, in words; undefined if it is. */
type Check = (value: unknown) => string | undefined;
type Fields<Document> = { readonly [Field in keyof Document]-?: Check };

const text: Check = (value) => (typeof value === 'string' ? undefined : 'text');
const count: Check = (value) => (isCount(value) ? undefined : 'a whole number');
const positive: Check = (value) => (isCount(value) && value > 0 ? undefined : 'a whole number above 0');
const list: Check = (value) => (Array.isArray(value) ? undefined : 'a list');
const duration: Check = (value) => (isDuration(value) ? undefined : 'a number of milliseconds');
const orAbsent =
  (check: Check): Check =>
  (value) =>
    value === undefined ? undefined : check(value);

const MANIFEST: Fields<Manifest> = {
  format: (value) => (value === 1 ? undefined : '1'),
  ...{ project: text, version: text, writtenAt: text, cues: list },
};
const CUE: Fields<ManifestCue> = {
  ...{ cueId: text, index: count, time: orAbsent(text), action: text, program: text, prompt: text },
  ...{ width: positive, height: positive, variants: list },
};
const VARIANT: Fields<ManifestVariant> = {
  variant: positive,
  previews: count,
  durationMs: orAbsent(duration),
};

/** Reads the parsed `manifest.json` of this address. Throws an Error that says what is there instead. */
export function manifestOf(document: unknown, address: string): Manifest {
  if (!isRecord(document)) throw new Error(`${address} is no manifest: it holds ${kindOf(document)}.`);
  if (document.format !== 1) throw new Error(unknownFormat(document.format, address));
  const problem = problemOf(document);
  if (problem !== undefined) throw new Error(`${address} is damaged: ${problem}. ${WRITE_IT_ANEW}`);
  return document as unknown as Manifest;
}

/** What to do about a manifest that is missing or damaged. */
export const WRITE_IT_ANEW = '"pregen manifest FILE" writes it anew.';

function unknownFormat(format: unknown, address: string): string {
  if (format === undefined) return `${address} is no manifest: it has no "format".`;
  return `${address} is a manifest of format ${JSON.stringify(format)}, and this module reads format 1. Use the module of the version of inference-previews that wrote it.`;
}

/** The first of what is wrong. */
function problemOf(document: Readonly<Record<string, unknown>>): string | undefined {
  const problem = fieldProblem('', document, MANIFEST);
  if (problem !== undefined) return problem;
  const known = new Set<unknown>();
  for (const [index, cue] of listOf(document.cues)) {
    const where = `cues[${index}]`;
    const found = recordProblem(where, cue, CUE) ?? variantsProblem(where, cue);
    if (found !== undefined) return found;
    const { cueId } = cue as ManifestCue;
    if (known.has(cueId)) return `${where} names cue ${JSON.stringify(cueId)} a second time`;
    known.add(cueId);
  }
  return undefined;
}

function variantsProblem(where: string, cue: unknown): string | undefined {
  for (const [index, variant] of listOf((cue as ManifestCue).variants)) {
    const problem = recordProblem(`${where}.variants[${index}]`, variant, VARIANT);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function recordProblem(where: string, value: unknown, fields: Readonly<Record<string, Check>>) {
  if (!isRecord(value)) return `${where} must be an object, not ${kindOf(value)}`;
  return fieldProblem(`${where}.`, value, fields);
}

function fieldProblem(
  where: string,
  value: Readonly<Record<string, unknown>>,
  fields: Readonly<Record<string, Check>>,
): string | undefined {
  for (const [field, check] of Object.entries(fields)) {
    const expected = check(value[field]);
    if (expected !== undefined) return `${where}${field} must be ${expected}, not ${kindOf(value[field])}`;
  }
  return undefined;
}

const listOf = (value: unknown): Iterable<[number, unknown]> => (Array.isArray(value) ? value.entries() : []);

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && Number(value) >= 0;

const isDuration = (value: unknown): boolean => typeof value === 'number' && value >= 0;

function kindOf(value: unknown): string {
  if (value === undefined) return 'absent';
  if (Array.isArray(value)) return 'a list';
  return isRecord(value) ? 'an object' : JSON.stringify(value).slice(0, 50);
}
