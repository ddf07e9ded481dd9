/**
 * The gallery's memory of a store: read when it is first asked and again and again while somebody looks on, so that a page
 * can follow a running show. Reads only; if a scan fails, the last good one stays and the next one tries again.
 */
import type { ShowAddress, VariantAddress } from '../domain/object-keys.js';
import type { ObjectStore } from '../storage/object-store.js';
import { buildIndex } from './build-index.js';
import { readBundleFacts } from './bundle-facts.js';
import type { CueFacts, ShowChange, ShowIndex, ShowSummary } from './show-index.js';
import { type FoundShow, scanStore } from './store-scan.js';
import { summaryOf } from './summary.js';

/** Who knows what is being generated: Temporal, where it can be reached. */
export interface InFlightView {
  /** `cueId/variantId` of every running variant of the show. */
  inFlight(show: ShowAddress): Promise<ReadonlySet<string>>;
}

/** Follows a show closely enough to feel live, without a listing ever following itself at once. */
const SCAN_EVERY_MS = 2000;
/** Listing a large bucket costs time and money: at most a tenth of the time is spent on it. */
const REST_PER_SCAN = 9;

interface Known {
  readonly index: ShowIndex;
  /** Each cue as text, to find what changed. */
  readonly texts: ReadonlyMap<string, string>;
}

export class ShowIndexWatcher {
  private shows = new Map<string, Known>();
  private readonly bundles = new Map<string, Map<string, CueFacts>>();
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
  ) {}

  /**
   * Resolves once what is known is as fresh as scanning at a decent pace can make it. Throws what the store throws if
   * it was never read; later a failed scan only leaves what was known before.
   */
  async upToDate(): Promise<void> {
    if (this.scannedAtMs === undefined) return this.refresh();
    if (performance.now() - this.scannedAtMs > this.restMs)
      await this.refresh().catch((error: unknown) => this.report(error));
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

  /** Which content of a variant is known; undefined for a variant that is not. */
  stampOf({ project, version, cueId, variantId }: VariantAddress): string | undefined {
    const cue = this.index(project, version)?.cues.find((known) => known.cueId === cueId);
    return cue?.variants.find(([id]) => id === variantId)?.[2];
  }

  /** Tells of changes until the returned function is called; the store is scanned while anybody listens. */
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
    const shows = new Map<string, Known>();
    for (const [name, show] of found) shows.set(name, known(await this.indexOf(show)));
    const before = this.shows;
    this.shows = shows;
    this.scannedAtMs = performance.now();
    this.lastScanMs = this.scannedAtMs - startedMs;
    for (const [name, listeners] of this.listeners) {
      const change = changeBetween(before.get(name), shows.get(name));
      if (change !== undefined) for (const listener of listeners) listener(change);
    }
  }

  private async indexOf(show: FoundShow): Promise<ShowIndex> {
    const [facts, inFlight] = await Promise.all([this.factsOf(show), this.inFlight(show)]);
    return {
      project: show.project,
      version: show.version,
      cues: buildIndex(show, facts, inFlight ?? new Set()),
      inFlightKnown: inFlight !== undefined,
    };
  }

  /** Bundles are named by their content, so each is read once. */
  private async factsOf({ bundle }: FoundShow): Promise<Map<string, CueFacts>> {
    if (bundle === undefined) return new Map();
    const cached = this.bundles.get(bundle.key);
    if (cached !== undefined) return cached;
    try {
      const json = await this.store.get(bundle.key, { signal: this.stopped.signal });
      const facts = readBundleFacts(json.toString('utf8'));
      this.bundles.set(bundle.key, facts);
      return facts;
    } catch (error) {
      this.report(error);
      return new Map();
    }
  }

  /** Undefined where no Temporal server can be asked. */
  private async inFlight(show: FoundShow): Promise<ReadonlySet<string> | undefined> {
    try {
      return await this.options.workflows?.inFlight(show);
    } catch (error) {
      this.report(error);
      return undefined;
    }
  }
}

function known(index: ShowIndex): Known {
  return { index, texts: new Map(index.cues.map((cue) => [cue.cueId, JSON.stringify(cue)])) };
}

function changeBetween(before: Known | undefined, after: Known | undefined): ShowChange | undefined {
  const changed = (after?.index.cues ?? []).filter(
    ({ cueId }) => before?.texts.get(cueId) !== after?.texts.get(cueId),
  );
  const removed = [...(before?.texts.keys() ?? [])].filter((cueId) => after?.texts.has(cueId) !== true);
  const inFlightKnown = after?.index.inFlightKnown === true;
  const same = changed.length === 0 && removed.length === 0 && inFlightKnown === before?.index.inFlightKnown;
  return same ? undefined : { changed, removed, inFlightKnown };
}
