/**
 * The folder on a GPU machine's disk that holds renditions until they are stored.
 *
 * It may be opened by several processes at once (the GPU worker writes, the upload worker reads and removes) and by
 * the next process after a crash. It knows nothing of what is generated: a request is any JSON, latents are bytes.
 *
 *     spool-id              the spool's name
 *     renditions/{id}/      request.json, journal.jsonl, step-K.png, step-K.latents (the last two), final.png, scratch/
 *     released/             what was stored and removed, a line each
 *     trash/                folders on their way in or out
 *     workers/              processes at work on it (spool-workers.ts)
 */

import { randomUUID } from 'node:crypto';
import type { Stats } from 'node:fs';
import { lstat, mkdir, readdir, readFile, rename, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SpoolUsage } from '../../domain/denoise-heartbeat.js';
import { given } from '../../domain/given.js';
import { errnoOf } from '../../domain/system-error.js';
import { makeFolderDurably, syncFolder, writeDurably } from '../durable-file.js';
import { KeyedTurns } from '../slots.js';
import { type Backlog, backlogIn } from './backlog.js';
import { canonicalJson, sha256 } from './digest.js';
import { DRAFT_PREFIX, discardFolder, emptyTrash } from './discard.js';
import { Journal } from './journal.js';
import {
  folderNameOf,
  JOURNAL_FILE,
  RENDITIONS_FOLDER,
  REQUEST_FILE,
  renditionIdsOf,
  SCRATCH_FOLDER,
} from './layout.js';
import { type JsonValue, SpoolFullError } from './records.js';
import { ReleasedLog } from './released.js';
import { folderBytes, orIfAbsent, orSpoolFull } from './space.js';
import { spoolIdOf } from './spool-id.js';
import { SpooledRendition } from './spooled-rendition.js';

/** How often a full spool is looked at again; another process frees it, so nothing tells us. In milliseconds. */
const SPACE_POLL_MS = 1_000;

/** Prompts and pictures of a show are nobody else's business on a shared machine. A folder that is there keeps its mode. */
const OWNER_ONLY = 0o700;

export interface SpoolOptions {
  /** Above this many bytes, `waitForSpace` waits. */
  readonly budgetBytes: number;
}

export interface WaitForSpaceOptions {
  readonly signal?: AbortSignal;
  /** Called about once a second while waiting. */
  onWaiting(usage: SpoolUsage): void;
}

/** Attempts on renditions in this process, whichever Spool object they came through. */
const turns = new KeyedTurns();

export class Spool {
  private readonly renditionsFolder: string;
  private readonly trash: string;
  private readonly releasedFolder: string;
  private readonly released: ReleasedLog;

  private constructor(
    /** Absolute path. */
    readonly directory: string,
    /** Short random id that lives in the folder. */
    readonly id: string,
    /** Above this many bytes, `waitForSpace` waits. */
    readonly budgetBytes: number,
  ) {
    this.renditionsFolder = join(directory, RENDITIONS_FOLDER);
    this.trash = join(directory, 'trash');
    this.releasedFolder = join(directory, 'released');
    this.released = new ReleasedLog(this.releasedFolder);
  }

  /** Opens the spool in `directory`, making it if need be, and clears away what a crash left half deleted. */
  static async open(directory: string, { budgetBytes }: SpoolOptions): Promise<Spool> {
    if (!(budgetBytes > 0))
      throw new Error(`The spool's budget must be a positive number of bytes, not ${budgetBytes}.`);
    const root = resolve(directory);
    await makeFolderDurably(root, OWNER_ONLY);
    const spool = new Spool(root, await spoolIdOf(root), budgetBytes);
    await makeFolderDurably(spool.renditionsFolder);
    await makeFolderDurably(spool.trash);
    await makeFolderDurably(spool.releasedFolder);
    await spool.clean();
    return spool;
  }

  /** Clears away what a crash left half deleted, and what was released days ago. */
  async clean(): Promise<void> {
    await emptyTrash(this.trash);
    await this.released.forgetOld();
  }

  /**
   * The rendition for `request`, to be written to: as it was left if it was asked for with an equal request, else new
   * and empty. Leftovers in its scratch folder are removed.
   * `request` is plain JSON data; the order of its keys does not matter. Call it within `withRendition`.
   */
  async openRendition(renditionId: string, request: JsonValue | object): Promise<SpooledRendition> {
    const directory = this.folderOf(renditionId);
    const text = canonicalJson(request);
    for (;;) {
      if (await isInTheWay(directory)) await discardFolder(directory, this.trash);
      const recorded = await this.recordedRequest(directory);
      if (recorded === text) break;
      if (recorded !== undefined) await discardFolder(directory, this.trash);
      await this.create(directory, text);
    }
    const rendition = await this.load(renditionId, directory, text);
    await rm(join(directory, SCRATCH_FOLDER), { recursive: true, force: true });
    await mkdir(join(directory, SCRATCH_FOLDER));
    await rendition.sweep();
    return rendition;
  }

  /** The rendition as it is, to be read, or undefined. Changes nothing. */
  async findRendition(renditionId: string): Promise<SpooledRendition | undefined> {
    const directory = this.folderOf(renditionId);
    if (await isInTheWay(directory)) return undefined;
    const recorded = await this.recordedRequest(directory);
    return recorded === undefined ? undefined : this.load(renditionId, directory, recorded);
  }

  /**
   * Removes a rendition of which everything is stored. An activity that asks for it again by the digest of its journal is told
   * `outcome`, by `outcomeOf`. A full disk keeps no rendition from leaving: it may then be generated again, no more.
   */
  async release(rendition: SpooledRendition, journalDigest: string, outcome: JsonValue): Promise<void> {
    try {
      await orSpoolFull(this.releasedFolder, 0, () => this.released.note(journalDigest, outcome));
    } catch (error) {
      if (!(error instanceof SpoolFullError)) throw error;
    }
    await rendition.remove();
  }

  /** What was said when the rendition with this journal was released, or undefined if it never was. */
  outcomeOf(journalDigest: string): Promise<JsonValue | undefined> {
    return this.released.find(journalDigest);
  }

  /** Runs `work` when no other attempt of this process is at work on the rendition. */
  withRendition<T>(
    renditionId: string,
    work: () => Promise<T>,
    options: { signal?: AbortSignal } = {},
  ): Promise<T> {
    return turns.run(this.folderOf(renditionId), options.signal, work);
  }

  /** Ids of all renditions in the spool. Files that nobody here has made are none. */
  async renditions(): Promise<string[]> {
    return (await readdir(this.renditionsFolder)).flatMap(renditionIdsOf).sort();
  }

  /** The request that a rendition was opened for, or undefined. */
  async requestOf(renditionId: string): Promise<unknown> {
    const text = await this.recordedRequest(this.folderOf(renditionId));
    return text === undefined ? undefined : JSON.parse(text);
  }

  /** When anything was last written to a rendition, in milliseconds since 1970, or undefined if it is gone. */
  async touchedAt(renditionId: string): Promise<number | undefined> {
    const directory = this.folderOf(renditionId);
    const places = [directory, join(directory, JOURNAL_FILE), join(directory, SCRATCH_FOLDER)];
    const times = places.map((path) =>
      orIfAbsent<number>(
        stat(path).then(({ mtimeMs }) => mtimeMs),
        0,
      ),
    );
    const latest = Math.max(...(await Promise.all(times)));
    return latest === 0 ? undefined : latest;
  }

  /** What is finished here, and not stored yet. */
  backlog(): Promise<Backlog> {
    return backlogIn(this.renditionsFolder);
  }

  /** Bytes of everything in the spool. */
  usageBytes(): Promise<number> {
    return folderBytes(this.directory);
  }

  /** How full the spool is. Reads every folder in it. */
  async usage(): Promise<SpoolUsage> {
    const { length: renditions } = await readdir(this.renditionsFolder);
    return { bytes: await this.usageBytes(), budgetBytes: this.budgetBytes, renditions };
  }

  /** Resolves as soon as the spool is below its budget; rejects with the signal's reason. */
  async waitForSpace({ signal, onWaiting }: WaitForSpaceOptions): Promise<void> {
    for (;;) {
      signal?.throwIfAborted();
      const usage = await this.usage();
      if (usage.bytes < this.budgetBytes) return;
      onWaiting(usage);
      await pause(signal);
    }
  }

  private folderOf(renditionId: string): string {
    return join(this.renditionsFolder, folderNameOf(renditionId));
  }

  private recordedRequest(directory: string): Promise<string | undefined> {
    return orIfAbsent<string | undefined>(readFile(join(directory, REQUEST_FILE), 'utf8'), undefined);
  }

  private async load(id: string, directory: string, request: string): Promise<SpooledRendition> {
    const journal = await Journal.open(join(directory, JOURNAL_FILE), sha256(request));
    return new SpooledRendition({ id, directory, trash: this.trash, journal });
  }

  /** Made elsewhere and renamed into place, so that no folder is ever seen without its request. */
  private async create(directory: string, request: string): Promise<void> {
    const draft = join(this.trash, `${DRAFT_PREFIX}${randomUUID()}`);
    const body = Buffer.from(request);
    try {
      await orSpoolFull(directory, body.length, async () => {
        await mkdir(draft);
        await writeDurably(join(draft, REQUEST_FILE), body);
      });
      await rename(draft, directory);
    } catch (error) {
      await rm(draft, { recursive: true, force: true });
      // Another process made it first; the caller looks again.
      if (errnoOf(error) !== 'ENOTEMPTY' && errnoOf(error) !== 'EEXIST') throw error;
    }
    await syncFolder(this.renditionsFolder);
  }
}

/** A file or a link where a rendition's folder belongs: nobody here has made it, and a link may lead anywhere. */
async function isInTheWay(directory: string): Promise<boolean> {
  const facts = await orIfAbsent<Stats | undefined>(lstat(directory), undefined);
  return facts !== undefined && !facts.isDirectory();
}

async function pause(signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(SPACE_POLL_MS, undefined, given({ signal }));
  } catch {
    signal?.throwIfAborted();
  }
}
