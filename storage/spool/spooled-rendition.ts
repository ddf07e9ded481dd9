/**
 * One rendition in the spool: a folder that at every moment says truthfully how far the image has come.
 *
 * The order is what makes a crash harmless. For a step: the preview is written beside, fsynced, renamed; the
 * latents are fsynced and renamed; the folder is fsynced; only then is the step's line appended to the journal and fsynced;
 * only then is an old checkpoint deleted. So whatever the journal names is on the disk, and dying in between leaves files that
 * nobody names: the next open sweeps them away. Going back (a damaged checkpoint or final) is the reverse:
 * first the journal forgets, in one rename, then the files go.
 */
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { replaceFile, syncFile, syncFolder } from '../durable-file.js';
import { Slots } from '../slots.js';
import { digestOf } from './digest.js';
import { discardFolder } from './discard.js';
import type { Journal } from './journal.js';
import {
  CHECKPOINTS_KEPT,
  FINAL_FILE,
  JOURNAL_FILE,
  latentsFile,
  plainName,
  previewFile,
  REQUEST_FILE,
  SCRATCH_FOLDER,
} from './layout.js';
import {
  type Checkpoint,
  DamagedFileError,
  type FileDigest,
  type FinalToCommit,
  type JournalFinal,
  type JournalStep,
  type StepToCommit,
} from './records.js';
import { orIfAbsent, orSpoolFull } from './space.js';

export type { Checkpoint, FinalToCommit, StepToCommit } from './records.js';

export interface RenditionPlace {
  readonly id: string;
  readonly directory: string;
  /** Folder on the same disk that things to be deleted are moved into. */
  readonly trash: string;
  readonly journal: Journal;
}

export class SpooledRendition {
  readonly id: string;
  /** Absolute path of its folder. */
  readonly directory: string;
  private readonly trash: string;
  private readonly journal: Journal;
  /** Changes to the folder happen one after the other, in the order they were asked for. */
  private readonly turn = new Slots(1);

  constructor({ id, directory, trash, journal }: RenditionPlace) {
    this.id = id;
    this.directory = directory;
    this.trash = trash;
    this.journal = journal;
  }

  /** The complete steps, from 1. */
  get steps(): readonly JournalStep[] {
    return this.journal.steps;
  }

  get final(): JournalFinal | undefined {
    return this.journal.final;
  }

  /** Names this very journal: no other run of the engine, not even one with the same result, has the same. */
  get journalDigest(): string {
    return this.journal.digest;
  }

  /** Where the engine process may write a raw file. Everything there is gone when the rendition is opened again. */
  scratchPath(name: string): string {
    return join(this.directory, SCRATCH_FOLDER, plainName(name));
  }

  /** Makes a step durable. When this resolves, no crash loses it. On SpoolFullError it can be called again. */
  commitStep({ step, of, at, durationMs, latentsPath, preview, model }: StepToCommit): Promise<void> {
    return this.exclusively(async () => {
      this.journal.assertNextStep(step, of);
      await this.journal.assertStillOurs();
      const previewDigest = preview === undefined ? undefined : await this.write(previewFile(step), preview);
      const latents = await this.adopt(latentsPath, latentsFile(step));
      // In the order of the journal's lines, which are compared byte by byte.
      const record = {
        ...{ step, of, at, durationMs, latents },
        ...(previewDigest !== undefined && { preview: previewDigest }),
        ...(model !== undefined && { model }),
      };
      try {
        await this.syncNames();
        await this.journal.appendStep(record);
      } catch (error) {
        await rename(this.path(latents), latentsPath);
        throw error;
      }
      await this.forgetCheckpointOf(step - CHECKPOINTS_KEPT);
    });
  }

  /** Makes the final image durable; all steps must be there. */
  commitFinal({ at, durationMs, png }: FinalToCommit): Promise<void> {
    return this.exclusively(async () => {
      this.journal.assertFinalIsNext();
      await this.journal.assertStillOurs();
      const file = await this.write(FINAL_FILE, png);
      await this.syncNames();
      await this.journal.appendFinal({ at, durationMs, png: file });
    });
  }

  /**
   * The newest checkpoint that is intact, or undefined when the first step is the one to compute. Steps behind it are
   * forgotten with their previews, and the final image too, since they will be computed again: ask only when the
   * final image is missing.
   */
  lastCheckpoint(): Promise<Checkpoint | undefined> {
    return this.exclusively(async () => {
      const steps = this.journal.steps;
      for (const { step, latents } of steps.slice(-CHECKPOINTS_KEPT).reverse()) {
        if (!(await this.isIntact(latents))) continue;
        if (step < steps.length) await this.goBackTo(step);
        return { step, path: this.path(latents) };
      }
      if (steps.length > 0) await this.goBackTo(0);
      return undefined;
    });
  }

  /** Forgets every step and the final image: the next attempt begins anew. */
  startOver(): Promise<void> {
    return this.exclusively(() => this.goBackTo(0));
  }

  /** Forgets a (damaged) final image; it is decoded again from the last checkpoint. Nothing to forget is fine. */
  dropFinal(): Promise<void> {
    return this.exclusively(async () => {
      if (this.journal.final !== undefined) await this.goBackTo(this.journal.steps.length);
    });
  }

  /** The file's bytes, verified. Throws DamagedFileError when they are not what the digest says. */
  async read(file: FileDigest): Promise<Buffer> {
    const path = this.path(file);
    const content = await orIfAbsent<Buffer | undefined>(readFile(path), undefined);
    const actual = content === undefined ? undefined : digestOf(file.file, content);
    if (content === undefined || actual?.sha256 !== file.sha256 || actual.bytes !== file.bytes) {
      throw new DamagedFileError(path, file, actual);
    }
    return content;
  }

  /** Removes the rendition from the spool: moved away in one rename, then deleted. Removing it twice is fine. */
  remove(): Promise<void> {
    return this.exclusively(() => discardFolder(this.directory, this.trash));
  }

  /** Deletes the files that the journal does not name: leftovers of a crash, of dropped steps, of unread lines. */
  async sweep(): Promise<void> {
    const keep = new Set([REQUEST_FILE, JOURNAL_FILE, SCRATCH_FOLDER]);
    for (const { preview } of this.steps) if (preview !== undefined) keep.add(preview.file);
    for (const { latents } of this.steps.slice(-CHECKPOINTS_KEPT)) keep.add(latents.file);
    if (this.final !== undefined) keep.add(this.final.png.file);
    for (const name of await readdir(this.directory)) {
      if (!keep.has(name)) await rm(join(this.directory, name), { recursive: true, force: true });
    }
  }

  private exclusively<T>(work: () => Promise<T>): Promise<T> {
    return this.turn.run(undefined, work);
  }

  private path({ file }: FileDigest): string {
    return join(this.directory, plainName(file));
  }

  /** `syncNames` is to follow, as after `adopt`: once for all files that a line of the journal names. */
  private async write(file: string, content: Buffer): Promise<FileDigest> {
    const path = join(this.directory, file);
    await orSpoolFull(path, content.length, () => replaceFile(path, content));
    return digestOf(file, content);
  }

  private async adopt(source: string, file: string): Promise<FileDigest> {
    const content = await readFile(source);
    await orSpoolFull(source, content.length, () => syncFile(source));
    await rename(source, join(this.directory, file));
    return digestOf(file, content);
  }

  private syncNames(): Promise<void> {
    return orSpoolFull(this.directory, 0, () => syncFolder(this.directory));
  }

  private async isIntact(file: FileDigest): Promise<boolean> {
    try {
      await this.read(file);
      return true;
    } catch (error) {
      if (error instanceof DamagedFileError) return false;
      throw error;
    }
  }

  private async goBackTo(step: number): Promise<void> {
    await this.journal.truncateToSteps(step);
    await this.sweep();
  }

  private async forgetCheckpointOf(step: number): Promise<void> {
    const old = this.steps[step - 1];
    if (old !== undefined) await rm(this.path(old.latents), { force: true });
  }
}
