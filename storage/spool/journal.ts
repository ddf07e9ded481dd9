/**
 * The journal of one rendition: which steps are complete, on the disk, in order. It is the truth that a resumed
 * attempt goes by.
 *
 * JSON lines, appended and fsynced one at a time. Each line carries a digest over itself and the digest of the line
 * before (the first one: of the request), so a torn, changed, swapped or foreign line is noticed: reading ends there, and the
 * next write cuts off what could not be read. A crash while appending costs that one line; reading never throws
 * over content.
 */
import { constants, type Stats } from 'node:fs';
import { type FileHandle, lstat, open, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { errnoOf } from '../../domain/system-error.js';
import { readRegularFile } from '../../files/read-regular-file.js';
import { syncFolder, writeDurably } from '../durable-file.js';
import {
  emptyContent,
  extended,
  isFinalNext,
  isNextStep,
  type JournalContent,
  type JournalEntry,
  lineOf,
  readable,
} from './journal-lines.js';
import { type JournalFinal, type JournalStep, TakenOverError } from './records.js';
import { orIfAbsent, orSpoolFull } from './space.js';

export class Journal {
  private constructor(
    private readonly path: string,
    private readonly seed: string,
    private content: JournalContent,
    /** The readable part of the file, as this object left it. */
    private written: Buffer,
  ) {}

  /** Reads what can be read of the file; none is an empty journal. `seed` ties it to the request it belongs to. */
  static async open(path: string, seed: string): Promise<Journal> {
    const file = await fileOrEmpty(path);
    const content = readable(file, seed);
    return new Journal(path, seed, content, file.subarray(0, content.bytes));
  }

  get steps(): readonly JournalStep[] {
    return this.content.steps;
  }

  get final(): JournalFinal | undefined {
    return this.content.final;
  }

  /** Of everything recorded so far, times included. */
  get digest(): string {
    return this.content.tail;
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
      const entry: JournalEntry = { kind: 'step', ...step };
      lines.push(lineOf(entry, content.tail));
      content = extended(content, entry, lines.at(-1) ?? '');
    }
    const body = Buffer.from(lines.join(''));
    await this.assertStillOurs();
    await orSpoolFull(this.path, body.length, () => writeDurably(this.path, body));
    this.content = content;
    this.written = body;
  }

  /** What is in memory changes only once the line is on the disk; a failed append is overwritten by the next. */
  private async append(entry: JournalEntry): Promise<void> {
    const line = lineOf(entry, this.content.tail);
    const bytes = Buffer.from(line);
    await this.assertStillOurs();
    await orSpoolFull(this.path, bytes.length, () => writeAt(this.path, this.content.bytes, bytes));
    if (this.content.bytes === 0) await syncFolder(dirname(this.path));
    this.content = extended(this.content, entry, line);
    this.written = Buffer.concat([this.written, bytes]);
  }

  /**
   * Throws TakenOverError if the file is not as this object left it. A process that was frozen past its timeout wakes
   * up behind the one that replaced it; it must notice before it writes, or it would undo what the other recorded.
   */
  async assertStillOurs(): Promise<void> {
    const file = await fileOrEmpty(this.path);
    if (file.equals(this.written)) return; // nearly always, and cheaper than believing each line anew
    if (readable(file, this.seed).tail !== this.content.tail) throw new TakenOverError(this.path);
  }
}

/** A line has some 300 bytes, and there are a thousand steps at most. */
const MAX_JOURNAL_BYTES = 64 * 1024 * 1024;

/** A link, which nobody here has made, holds nothing, and is replaced by the next write. */
async function fileOrEmpty(path: string): Promise<Buffer> {
  try {
    return await readRegularFile(path, { maxBytes: MAX_JOURNAL_BYTES, noFollow: true });
  } catch (error) {
    if (['ENOENT', 'ELOOP'].includes(errnoOf(error) ?? '')) return Buffer.alloc(0);
    throw error;
  }
}

/** Never writes through a link, which could lead out of the spool: it goes, and a file takes its place. */
async function openToWrite(path: string, position: number): Promise<FileHandle> {
  const { O_CREAT, O_NOFOLLOW = 0, O_RDWR, O_TRUNC } = constants;
  const facts = position === 0 ? await orIfAbsent<Stats | undefined>(lstat(path), undefined) : undefined;
  if (facts?.isSymbolicLink() === true) await rm(path);
  return open(path, O_RDWR | O_NOFOLLOW | (position === 0 ? O_CREAT | O_TRUNC : 0), 0o666);
}

/** Writes `line` at `position`, cutting off whatever was there and behind, and puts it on the disk. */
async function writeAt(path: string, position: number, line: Buffer): Promise<void> {
  const file = await openToWrite(path, position);
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
