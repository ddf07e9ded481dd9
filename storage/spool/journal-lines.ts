/**
 * The text of a journal: what a line looks like, and which lines can be believed.
 *
 * Pure functions over bytes. Each line carries a digest over itself and the digest of the line before (the first one: of the
 * request), and must be, to the byte, what would be written after the lines before it; where one is not, the journal ends.
 */
import { z } from 'zod';
import { sha256 } from './digest.js';
import type { JournalFinal, JournalStep } from './records.js';

const fileDigest = z.strictObject({ file: z.string(), bytes: z.number(), sha256: z.string() });
const common = { at: z.string(), durationMs: z.number() };
const stepEntry = z.strictObject({
  kind: z.literal('step'),
  step: z.int(),
  of: z.int(),
  ...common,
  latents: fileDigest,
  preview: fileDigest.exactOptional(),
  model: z.string().exactOptional(),
});
const finalEntry = z.strictObject({ kind: z.literal('final'), ...common, png: fileDigest });
const entrySchema = z.discriminatedUnion('kind', [stepEntry, finalEntry]);
const lineSchema = z.strictObject({ entry: entrySchema, digest: z.string() });
export type JournalEntry = z.infer<typeof entrySchema>;

export interface JournalContent {
  readonly steps: readonly JournalStep[];
  readonly final: JournalFinal | undefined;
  /** Digest of the last line, or the seed. */
  readonly tail: string;
  /** Length of the readable part of the file. */
  readonly bytes: number;
}

export function emptyContent(seed: string): JournalContent {
  return { steps: [], final: undefined, tail: seed, bytes: 0 };
}

export function lineOf(entry: JournalEntry, tail: string): string {
  return `${JSON.stringify({ entry, digest: chained(entry, tail) })}\n`;
}

function chained(entry: JournalEntry, tail: string): string {
  return sha256(`${tail}\n${JSON.stringify(entry)}`);
}

export function extended(content: JournalContent, entry: JournalEntry, line: string): JournalContent {
  const bytes = content.bytes + Buffer.byteLength(line);
  const tail = chained(entry, content.tail);
  const { kind, ...record } = entry;
  if ('png' in record) return { ...content, final: record, tail, bytes };
  return { ...content, steps: [...content.steps, record], tail, bytes };
}

export function readable(file: Buffer, seed: string): JournalContent {
  let content = emptyContent(seed);
  for (;;) {
    const end = file.indexOf('\n', content.bytes);
    if (end < 0) return content;
    const line = file.toString('utf8', content.bytes, end + 1);
    const entry = readLine(line, content);
    if (entry === undefined) return content;
    content = extended(content, entry, line);
  }
}

/** The line's entry if it is exactly what would have been written after `content`, else undefined. */
function readLine(line: string, content: JournalContent): JournalEntry | undefined {
  const parsed = lineSchema.safeParse(parsedJson(line));
  if (!parsed.success) return undefined;
  const { entry } = parsed.data;
  if (lineOf(entry, content.tail) !== line) return undefined;
  const fits = entry.kind === 'step' ? isNextStep(content, entry.step, entry.of) : isFinalNext(content);
  return fits ? entry : undefined;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

export function isNextStep({ steps, final }: JournalContent, step: number, of: number): boolean {
  const sameTotal = steps[0] === undefined || steps[0].of === of;
  return final === undefined && step === steps.length + 1 && step <= of && sameTotal;
}

/** Image-to-image at strength 0 has no steps at all, and still a final image. */
export function isFinalNext({ steps, final }: JournalContent): boolean {
  return final === undefined && steps.length === (steps[0]?.of ?? 0);
}
