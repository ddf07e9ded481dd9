/**
 * The journal of one rendition: which steps are complete, on the disk, in order. It is the truth that a resumed
 * attempt goes by.
 *
 * JSON lines, appended and fsynced one at a time. Each line carries a digest over itself and the digest of the line
 * before (the first one: of the request), so a torn, changed, swapped or foreign line is noticed: reading ends there, and the
 * next write cuts off what could not be read. A crash while appending costs that one line; reading never throws
 * over content.
 */

import { open, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { syncFolder, writeDurably } from '../durable-file.js';
import { sha256 } from './digest.js';
import type { JournalFinal, JournalStep } from './records.js';
import { orIfAbsent, orSpoolFull } from './space.js';

const fileDigest = z.strictObject({ file: z.string(), bytes: z.number(), sha256: z.string() });
const common = { at: z.string(), durationMs: z.number() };
const stepEntry = z.strictObject({
  kind: z.literal('step'),
  step: z.int(),
  of: z.int(),
  ...common,
  latents: fileDigest,
  preview: fileDigest.exactOptional(),
});
const finalEntry = z.strictObject({ kind: z.literal('final'), ...common, png: fileDigest });
const entrySchema = z.discriminatedUnion('kind', [stepEntry, finalEntry]);
const lineSchema = z.strictObject({ entry: entrySchema, digest: z.string() });
type Entry = z.infer<typeof entrySchema>;

interface Content {
  readonly steps: readonly JournalStep[];
  readonly final: JournalFinal | undefined;
  /** Digest of the last line, or the seed. */
  readonly tail: string;
  /** Length of the readable part of the file. */
  readonly bytes: number;
}

export class Journal {
  private constructor(
    private readonly path: string,
    private readonly seed: string,
    private content: Content,
  ) {}

  /** Reads what can be read of the file; none is an empty journal. `seed` ties it to the request it belongs to. */
  static async open(path: string, seed: string): Promise<Journal> {
    const file = await orIfAbsent(readFile(path), Buffer.alloc(0));
    return new Journal(path, seed, readable(file, seed));
  }

  get steps(): readonly JournalStep[] {
    return this.content.steps;
  }

  get final(): JournalFinal | undefined {
    return this.content.final;
  }

  /** Throws unless `step` of `of` is what comes next. */
  assertNextStep(step: number, of: number): void {
    if (isNextStep(this.content, step, of)) return;
    const { steps, final } = this.content;
    const known = final === undefined ? `${steps.length} of ${steps[0]?.of ?? 'any'} steps` : 'a final image';
    throw new Error(
      `Step ${step} of ${of} cannot be recorded: the rendition has ${known} already (${this.path}).`,
    );
  }

  /** Throws unless all steps are there and the final image is not. */
  assertFinalIsNext(): void {
    if (isFinalNext(this.content)) return;
    const { steps, final } = this.content;
    const reason =
      final === undefined ? `only ${steps.length} of ${steps[0]?.of} steps are` : 'one is already';
    throw new Error(`The final image cannot be recorded: ${reason} recorded (${this.path}).`);
  }

  appendStep(step: JournalStep): Promise<void> {
    return this.append({ kind: 'step', ...step });
  }

  appendFinal(final: JournalFinal): Promise<void> {
    return this.append({ kind: 'final', ...final });
  }

  /** Keeps the first `count` steps and forgets the others and the final image, in one atomic rewrite. */
  async truncateToSteps(count: number): Promise<void> {
    let content = emptyContent(this.seed);
    const lines: string[] = [];
    for (const step of this.content.steps.slice(0, count)) {
      const entry: Entry = { kind: 'step', ...step };
      lines.push(lineOf(entry, content.tail));
      content = extended(content, entry, lines.at(-1) ?? '');
    }
    const body = Buffer.from(lines.join(''));
    await orSpoolFull(this.path, body.length, () => writeDurably(this.path, body));
    this.content = content;
  }

  /** What is in memory changes only once the line is on the disk; a failed append is overwritten by the next. */
  private async append(entry: Entry): Promise<void> {
    const line = lineOf(entry, this.content.tail);
    const bytes = Buffer.byteLength(line);
    await orSpoolFull(this.path, bytes, () => writeAt(this.path, this.content.bytes, Buffer.from(line)));
    if (this.content.bytes === 0) await syncFolder(dirname(this.path));
    this.content = extended(this.content, entry, line);
  }
}

function emptyContent(seed: string): Content {
  return { steps: [], final: undefined, tail: seed, bytes: 0 };
}

function lineOf(entry: Entry, tail: string): string {
  return `${JSON.stringify({ entry, digest: chained(entry, tail) })}\n`;
}

function chained(entry: Entry, tail: string): string {
  return sha256(`${tail}\n${JSON.stringify(entry)}`);
}

function extended(content: Content, entry: Entry, line: string): Content {
  const bytes = content.bytes + Buffer.byteLength(line);
  const tail = chained(entry, content.tail);
  const { kind, ...record } = entry;
  if ('png' in record) return { ...content, final: record, tail, bytes };
  return { ...content, steps: [...content.steps, record], tail, bytes };
}

function readable(file: Buffer, seed: string): Content {
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
function readLine(line: string, content: Content): Entry | undefined {
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

function isNextStep({ steps, final }: Content, step: number, of: number): boolean {
  const sameTotal = steps[0] === undefined || steps[0].of === of;
  return final === undefined && step === steps.length + 1 && step <= of && sameTotal;
}

/** Image-to-image at strength 0 has no steps at all, and still a final image. */
function isFinalNext({ steps, final }: Content): boolean {
  return final === undefined && steps.length === (steps[0]?.of ?? 0);
}

/** Writes `line` at `position`, cutting off whatever was there and behind, and puts it on the disk. */
async function writeAt(path: string, position: number, line: Buffer): Promise<void> {
  const file = await open(path, position === 0 ? 'w' : 'r+');
  try {
    if ((await file.stat()).size > position) await file.truncate(position);
    for (let done = 0; done < line.length; ) {
      done += (await file.write(line, done, line.length - done, position + done)).bytesWritten;
    }
    await file.sync();
  } finally {
    await file.close();
  }
}
