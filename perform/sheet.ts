/**
 * The cue sheet as a performance reads it: every cue with its time, in order of time. A show must go on, so nothing here
 * throws but a sheet that is no list: a cue that cannot be read is left out and said, a field of the wrong kind counts as
 * absent. (What the images are made from is read strictly, before anything is generated.)
 */

export type Fields = Readonly<Record<string, unknown>>;

export interface SheetCue {
  /** Position in the sheet, from 0; the manifest calls the cue by it. */
  readonly index: number;
  readonly atMs: number;
  /** As the sheet has it. */
  readonly time: string;
  readonly action: string;
  /** The whole cue. */
  readonly fields: Fields;
}

export interface Sheet {
  /** In order of time; cues of the same time in the order of the sheet. */
  readonly cues: readonly SheetCue[];
  /** Sentences about cues that are left out. */
  readonly problems: readonly string[];
}

/** Hours of one to three digits, as in the sheets that images are generated from. */
const TIME = /^(\d{1,3}):(\d{2}):(\d{2}(?:\.\d{1,6})?)$/;

/** Milliseconds of "HH:MM:SS" or "HH:MM:SS.fff"; undefined where it is no time. */
export function timeMs(time: string): number | undefined {
  const [, hours, minutes, seconds] = TIME.exec(time) ?? [];
  if (hours === undefined) return undefined;
  return Math.round((Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000);
}

/** Reads the parsed cue sheet. Throws an Error that says what is there if it is no list of cues. */
export function readSheet(document: unknown): Sheet {
  if (!Array.isArray(document)) throw new Error('The cue sheet must be a list of cues.');
  const problems: string[] = [];
  const cues = document.flatMap((cue: unknown, index) => readCue(cue, index, problems));
  return { cues: cues.sort((a, b) => a.atMs - b.atMs || a.index - b.index), problems };
}

function readCue(cue: unknown, index: number, problems: string[]): SheetCue[] {
  const fields = fieldsOf(cue);
  const action = textOf(fields?.action);
  const time = textOf(fields?.time) ?? '';
  const atMs = timeMs(time);
  if (fields !== undefined && action !== undefined && atMs !== undefined)
    return [{ index, atMs, time, action, fields }];
  const missing = action === undefined ? 'an action' : 'a time "HH:MM:SS"';
  problems.push(`Cue ${index} is left out: it has not got ${missing}.`);
  return [];
}

export const fieldsOf = (value: unknown): Fields | undefined =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;

export const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

export const numberOf = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;
