/**
 * Keeps the indexes of all shows in a store: scans the store at the first request, and repeatedly while a page follows a show.
 * It writes nothing; if a scan fails, the result of the last good one stays, and the next scan tries again.
 */
import { createHash } from 'node:crypto';
import type { CueDecisions } from '../domain/decisions.js';
import type { ImageRecord } from '../domain/image-record.js';
import type { ShowAddress, VariantAddress } from '../domain/object-keys.js';
import type { ObjectStore } from '../storage/object-store.js';
import { buildIndex } from './build-index.js';
import { readBundleFacts } from './bundle-facts.js';
import { reviewCue } from './review/cue-review.js';
import { DecisionsCache } from './review/decisions-cache.js';
import type { CueReview } from './review/review-entry.js';
import { NO_TASKS, readShowTasks, type ShowTasks } from './review/show-tasks.js';
import type { CueEntry, CueFacts, ShowChange, ShowIndex, ShowSummary } from './show-index.js';
import { type FoundShow, scanStore } from './store-scan.js';
import { summaryOf } from './summary.js';

/** Lists what is being generated, from a Temporal server. */
export interface InFlightView {
  /** `cueId/variantId` of every running variant of the show. */
  inFlight(show: ShowAddress): Promise<ReadonlySet<string>>;
}

/** Short enough for a page to feel live; there is always a pause between two listings. */
const SCAN_EVERY_MS = 2000;
/** Pause between two scans, as a multiple of the last scan's duration: to list a large bucket costs time and money. */
const REST_PER_SCAN = 9;
/** People do not notice a shorter wait. */
const UNNOTICED_MS = 200;

/** Content of a show bundle. */
interface BundleContent {
  readonly facts: Map<string, CueFacts>;
  readonly tasks: ShowTasks;
}

/** Inputs of an index. */
interface Sources {
  readonly found: FoundShow;
  readonly bundle: BundleContent;
  readonly inFlight: ReadonlySet<string> | undefined;
}

interface Known {
  readonly sources: Sources;
  readonly index: ShowIndex & { readonly revision: string };
  /** Each cue as text, to find what changed. */
  readonly texts: ReadonlyMap<string, string>;
}

export class ShowIndexWatcher {
  private shows = new Map<string, Known>();
  private readonly bundles = new Map<string, BundleContent>();
  private readonly decisions: DecisionsCache;
  private readonly listeners = new Map<string, Set<(change: ShowChange) => void>>();
  private readonly stopped = new AbortController();
  private scanning: Promise<void> | undefined;
  private timer: NodeJS.Timeout | undefined;
  private scannedAtMs: number | undefined;
  private lastScanMs = 0;

  /** @param prefix limits it to keys that begin with it, such as `show/v1/` */
  constructor(
    private readonly store: ObjectStore,
    private readonly options: {
      readonly prefix?: string;
      readonly workflows?: InFlightView;
      readonly scanEveryMs?: number;
      readonly onProblem?: (error: unknown) => void;
    } = {},
  ) {
    this.decisions = new DecisionsCache(store, (error) => this.report(error));
  }

  /** Resolves once the store has been scanned. Throws the store's error if the first scan fails. */
  async ready(): Promise<void> {
    if (this.scannedAtMs === undefined) await this.refresh();
  }

  /**
   * Scans the store if the last scan is older than the pause between scans. Waits for a scan that is short, or if `show` is not
   * known yet; otherwise resolves at once, and the listeners are told what the scan finds. Throws the store's error if the first scan
   * fails; a later one that fails is reported and changes nothing.
   */
  async upToDate(show?: ShowAddress): Promise<void> {
    if (this.scannedAtMs === undefined) return this.refresh();
    if (performance.now() - this.scannedAtMs <= this.restMs) return;
    const scan = this.refresh().catch((error: unknown) => this.report(error));
    const isUnknown = show !== undefined && this.revisionOf(show) === undefined;
    if (this.lastScanMs <= UNNOTICED_MS || isUnknown) await scan;
  }

  close(): void {
    this.stopped.abort();
    clearTimeout(this.timer);
  }

  summaries(): ShowSummary[] {
    return [...this.shows.values()].map(({ index }) => summaryOf(index));
  }

  index(project: string, version: string): ShowIndex | undefined {
    return this.shows.get(`${project}/${version}`)?.index;
  }

  /** Stamp of a variant's known content; undefined for a variant that is not known. */
  stampOf({ project, version, cueId, variantId }: VariantAddress): string | undefined {
    const cue = this.index(project, version)?.cues.find((known) => known.cueId === cueId);
    return cue?.variants.find(([id]) => id === variantId)?.[2];
  }

  cue({ project, version }: ShowAddress, cueId: string): CueEntry | undefined {
    return this.index(project, version)?.cues.find((known) => known.cueId === cueId);
  }

  /** The tasks of the show's newest bundle. */
  tasksOf({ project, version }: ShowAddress): ShowTasks {
    return this.shows.get(`${project}/${version}`)?.sources.bundle.tasks ?? NO_TASKS;
  }

  /** The records that the last scan found in a show, by cue id and variant. */
  recordsOf({ project, version }: ShowAddress): FoundShow['records'] {
    return this.shows.get(`${project}/${version}`)?.sources.found.records ?? new Map();
  }

  /** The record of a variant that the last scan found. */
  recordOf({ cueId, variantId, ...show }: VariantAddress): ImageRecord | undefined {
    return this.recordsOf(show).get(cueId)?.get(variantId);
  }

  /** Takes over decisions that the gallery has just written or read, and tells the listeners at once. */
  decided({ project, version }: ShowAddress, cueId: string, decisions: CueDecisions): void {
    const name = `${project}/${version}`;
    this.decisions.set({ project, version }, cueId, decisions);
    const before = this.shows.get(name);
    if (before === undefined) return;
    const review = this.reviewOf(before.sources, cueId);
    const cues = before.index.cues.map((cue) => (cue.cueId === cueId ? withReview(cue, review) : cue));
    const after = known({ ...before.index, cues }, before.sources, before);
    this.shows.set(name, after);
    this.tell(name, before, after);
  }

  /** Revision of a show's index; undefined for a show that is not known. */
  revisionOf({ project, version }: ShowAddress): string | undefined {
    return this.shows.get(`${project}/${version}`)?.index.revision;
  }

  /** Calls the listener with each change until the returned function is called; the store is scanned as long as there is a listener. */
  follow(project: string, version: string, listener: (change: ShowChange) => void): () => void {
    const name = `${project}/${version}`;
    const listeners = this.listeners.get(name) ?? new Set();
    this.listeners.set(name, listeners.add(listener));
    this.scheduleScan();
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0) this.listeners.delete(name);
    };
  }

  /** Scans now (or joins the scan under way) and tells the listeners what changed. */
  refresh(): Promise<void> {
    this.scanning ??= this.scan().finally(() => {
      this.scanning = undefined;
    });
    return this.scanning;
  }

  private scheduleScan(): void {
    if (this.timer !== undefined || this.listeners.size === 0 || this.stopped.signal.aborted) return;
    this.timer = setTimeout(async () => {
      await this.refresh().catch((error: unknown) => this.report(error));
      this.timer = undefined;
      this.scheduleScan();
    }, this.restMs);
    this.timer.unref();
  }

  private get restMs(): number {
    return Math.max(this.options.scanEveryMs ?? SCAN_EVERY_MS, this.lastScanMs * REST_PER_SCAN);
  }

  private report(error: unknown): void {
    if (!this.stopped.signal.aborted) this.options.onProblem?.(error);
  }

  private async scan(): Promise<void> {
    const startedMs = performance.now();
    const found = await scanStore(this.store, this.options.prefix ?? '', this.stopped.signal);
    const sources = new Map<string, Sources>();
    for (const [name, show] of found) sources.set(name, await this.sourcesOf(show));
    const shows = new Map([...sources].map(([name, of]) => [name, known(this.indexOf(of), of)]));
    const before = this.shows;
    this.shows = shows;
    this.scannedAtMs = performance.now();
    this.lastScanMs = this.scannedAtMs - startedMs;
    for (const name of this.listeners.keys()) this.tell(name, before.get(name), shows.get(name));
  }

  private tell(name: string, before: Known | undefined, after: Known | undefined): void {
    const change = changeBetween(before, after);
    if (change !== undefined) for (const listener of this.listeners.get(name) ?? []) listener(change);
  }

  private async sourcesOf(found: FoundShow): Promise<Sources> {
    const [bundle, inFlight] = await Promise.all([
      this.bundleContentOf(found),
      this.inFlight(found),
      this.decisions.update(found, this.stopped.signal),
    ]);
    return { found, bundle, inFlight };
  }

  private indexOf(sources: Sources): Omit<ShowIndex, 'revision'> {
    const { found, bundle, inFlight } = sources;
    const { project, version } = found;
    const cues = buildIndex(found, bundle.facts, inFlight ?? new Set(), (cueId) =>
      this.reviewOf(sources, cueId),
    );
    return { project, version, cues, inFlightKnown: inFlight !== undefined };
  }

  private reviewOf({ found, bundle }: Sources, cueId: string): CueReview | undefined {
    const decisions = this.decisions.of(found, cueId);
    return reviewCue({ cueId, found, decisions, task: bundle.tasks.byCue.get(cueId) });
  }

  /** Bundles are named by their content, so each is read once. */
  private async bundleContentOf({ bundle }: FoundShow): Promise<BundleContent> {
    const nothing = { facts: new Map(), tasks: NO_TASKS };
    if (bundle === undefined) return nothing;
    const cached = this.bundles.get(bundle.key);
    if (cached !== undefined) return cached;
    try {
      const json = (await this.store.get(bundle.key, { signal: this.stopped.signal })).toString('utf8');
      const content = { facts: readBundleFacts(json), tasks: readShowTasks(json) };
      this.bundles.set(bundle.key, content);
      return content;
    } catch (error) {
      this.report(error);
      return nothing;
    }
  }

  /** Undefined if no Temporal server is connected or answers. */
  private async inFlight(show: FoundShow): Promise<ReadonlySet<string> | undefined> {
    try {
      return await this.options.workflows?.inFlight(show);
    } catch (error) {
      this.report(error);
      return undefined;
    }
  }
}

function withReview({ review: _, ...cue }: CueEntry, review: CueReview | undefined): CueEntry {
  return review === undefined ? cue : { ...cue, review };
}

/** @param before whose texts are reused for cues that are the same objects */
function known(index: Omit<ShowIndex, 'revision'>, sources: Sources, before?: Known): Known {
  const same = new Map(before?.index.cues.map((cue) => [cue, before.texts.get(cue.cueId)]));
  const texts = new Map(index.cues.map((cue) => [cue.cueId, same.get(cue) ?? JSON.stringify(cue)]));
  return { index: { ...index, revision: revisionOf(index, texts) }, sources, texts };
}

function revisionOf({ inFlightKnown }: Omit<ShowIndex, 'revision'>, texts: Known['texts']): string {
  const hash = createHash('sha256').update(String(inFlightKnown));
  for (const text of texts.values()) hash.update(text);
  return hash.digest('base64url').slice(0, 16);
}

function changeBetween(before: Known | undefined, after: Known | undefined): ShowChange | undefined {
  const changed = (after?.index.cues ?? []).filter(
    ({ cueId }) => before?.texts.get(cueId) !== after?.texts.get(cueId),
  );
  const removed = [...(before?.texts.keys() ?? [])].filter((cueId) => after?.texts.has(cueId) !== true);
  const inFlightKnown = after?.index.inFlightKnown === true;
  const same = changed.length === 0 && removed.length === 0 && inFlightKnown === before?.index.inFlightKnown;
  return same ? undefined : { changed, removed, inFlightKnown, revision: after?.index.revision ?? '' };
}
