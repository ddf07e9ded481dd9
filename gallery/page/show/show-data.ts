/**
 * The open show: its index, kept up to date by the server's events while the page is visible.
 */
import type { Readiness } from '../../../domain/readiness.js';
import type { LiveImage } from '../../live-image.js';
import {
  type CueEntry,
  type ShowChange,
  type ShowIndex,
  stateOf,
  type VariantEntry,
  type VariantState,
} from '../../show-index.js';
import { type Column, countStates } from './columns.js';
import { cueTest, type Filter, variantTest } from './filter.js';
import type { GalleryApi } from './gallery-api.js';
import { type ImageRef, LiveImages } from './live-images.js';
import { cueName } from './names.js';
import { Pictures } from './pictures.js';
import { readinessOf } from './reviews.js';
import type { ShowName, VariantRef } from './route.js';
import { Seeds } from './seeds.js';
import { variantName } from './variant-facts.js';

/**
 * `live`: the server streams changes, and a Temporal server says what is in flight. `store-only`: the server streams changes of the
 * store only, without a Temporal server. `lost`: the gallery's server does not answer.
 */
export type Connection = 'live' | 'store-only' | 'lost';

/** The delay after which browsers reconnect an event stream by themselves. */
const RECONNECT_MS = 3000;

export class ShowData {
  /** Thumbnails of this show. */
  readonly pictures: Pictures;
  private readonly inFlight = new LiveImages();
  private drawing = 0;
  private cuesById = new Map<string, CueEntry>();
  private sorted: readonly CueEntry[] = [];
  private counted: ReadonlyMap<VariantState, number> | undefined;
  private readonly seeds: Seeds;
  private inFlightKnown = false;
  private revision = '';
  private events: EventSource | undefined;
  private reconnecting: ReturnType<typeof setTimeout> | undefined;
  private readonly followIfSeen = () => (document.hidden ? this.unfollow() : this.follow());

  private constructor(
    private readonly api: GalleryApi,
    readonly show: ShowName,
    private readonly onChange: () => void,
  ) {
    this.pictures = new Pictures(onChange);
    const source = {
      ofShow: () => api.seeds(show),
      ofCue: (cueId: string) => api.details(show, cueId),
      cues: () => this.sorted,
    };
    this.seeds = new Seeds(source, onChange);
  }

  /** Loads the index and follows its changes until closed. */
  static async open(api: GalleryApi, show: ShowName, onChange: () => void): Promise<ShowData> {
    const data = new ShowData(api, show, onChange);
    data.replace(await api.index(show));
    data.followIfSeen();
    // A page in the background must not occupy one of the few connections that the browser opens to this server.
    document.addEventListener('visibilitychange', data.followIfSeen);
    return data;
  }

  close(): void {
    document.removeEventListener('visibilitychange', this.followIfSeen);
    this.unfollow();
    this.pictures.close();
  }

  get cues(): readonly CueEntry[] {
    return this.sorted;
  }

  /** Number of variants in each state. */
  get counts(): ReadonlyMap<VariantState, number> {
    this.counted ??= countStates(this.sorted);
    return this.counted;
  }

  /** Undefined in an export, which never changes. */
  get connection(): Connection | undefined {
    if (!this.api.settings.live) return undefined;
    if (this.events?.readyState !== EventSource.OPEN) return 'lost';
    return this.inFlightKnown ? 'live' : 'store-only';
  }

  cue(cueId: string): CueEntry | undefined {
    return this.cuesById.get(cueId);
  }

  /** The variants of a cue that match a filter; while its seeds are being read, the filter's seed is ignored. */
  variantsOf(cue: CueEntry, filter: Filter): readonly VariantEntry[] {
    if (filter.state === '' && filter.review === '' && filter.seed === '') return cue.variants;
    const seeds = filter.seed === '' ? undefined : this.seeds.of(cue);
    return cue.variants.filter(variantTest(cue, filter, seeds));
  }

  /** The cues with variants that match a filter. */
  columns(filter: Filter): Column[] {
    return this.sorted
      .filter(cueTest(filter))
      .map((cue) => ({ cue, variants: this.variantsOf(cue, filter) }))
      .filter(({ variants }) => variants.length > 0);
  }

  /** Decisions and missing images of the whole show. */
  get readiness(): Readiness | undefined {
    return readinessOf(this.sorted);
  }

  /** Takes over a cue from the server's answer to an action. */
  accept(cue: CueEntry): void {
    if (!this.cuesById.has(cue.cueId)) return;
    const { inFlightKnown, revision } = this;
    this.apply({ changed: [cue], removed: [], inFlightKnown, revision });
  }

  variant({ cueId, variantId }: VariantRef): VariantEntry | undefined {
    return this.cuesById.get(cueId)?.variants.find(([id]) => id === variantId);
  }

  /** Progress of an image in flight; undefined for all others, and if it is not known. */
  live(ref: ImageRef): LiveImage | undefined {
    const live = this.inFlight.of(ref);
    // An image that is over is shown as it was, until the index tells the result.
    const hasEnded = live?.phase === 'over' && !this.isListedInFlight(ref);
    return hasEnded ? undefined : live;
  }

  /** The takes of a variant that are being generated. */
  takesInFlight(ref: VariantRef): (LiveImage & { readonly take: number })[] {
    return this.inFlight.takesOf(ref);
  }

  /** The newest preview of an image in flight that has one. */
  livePicture(ref: ImageRef): HTMLImageElement {
    return this.inFlight.picture(ref);
  }

  /** Prompt and number. */
  nameOf({ cueId, variantId }: VariantRef): string {
    return variantName(this.cuesById.get(cueId) ?? { cueId, variants: [] }, variantId);
  }

  /** The prompt. */
  cueNameOf(cueId: string): string {
    return cueName(this.cuesById.get(cueId) ?? { cueId, variants: [] });
  }

  private isListedInFlight(ref: ImageRef): boolean {
    const variant = ref.take === undefined ? this.variant(ref) : undefined;
    return variant !== undefined && stateOf(variant) === 'in-flight';
  }

  /** Opens the stream of changes; if there were changes since the index was read, it is read again. */
  private follow(): void {
    if (this.events !== undefined && this.events.readyState !== EventSource.CLOSED) return;
    clearTimeout(this.reconnecting);
    this.events = this.api.events(this.show, this.revision);
    this.events?.addEventListener('open', () => this.opened());
    this.events?.addEventListener('error', () => this.failed());
    this.events?.addEventListener('message', ({ data }) => this.apply(JSON.parse(data) as ShowChange));
    this.events?.addEventListener('outdated', () => void this.reload());
    this.events?.addEventListener('live', ({ data }: MessageEvent<string>) => this.applyLive(data));
  }

  private unfollow(): void {
    clearTimeout(this.reconnecting);
    cancelAnimationFrame(this.drawing);
    this.events?.close();
  }

  private opened(): void {
    // A new stream begins with all images in flight.
    this.inFlight.clear();
    this.pictures.retry();
    this.onChange();
  }

  /** Browsers reconnect by themselves, except after an answer that is not an event stream. */
  private failed(): void {
    if (this.events?.readyState === EventSource.CLOSED)
      this.reconnecting = setTimeout(() => this.follow(), RECONNECT_MS);
    this.onChange();
  }

  /** Errors are ignored: the stream fails, too, and the index is read when that is open again. */
  private async reload(): Promise<void> {
    const index = await this.api.index(this.show).catch(() => undefined);
    if (index === undefined) return;
    this.replace(index);
    this.onChange();
  }

  /** Draws many events together. */
  private applyLive(data: string): void {
    this.inFlight.apply(JSON.parse(data) as LiveImage);
    cancelAnimationFrame(this.drawing);
    this.drawing = requestAnimationFrame(() => this.onChange());
  }

  private replace({ cues, inFlightKnown, revision = '' }: ShowIndex): void {
    this.sorted = cues;
    this.counted = undefined;
    this.seeds.outdated();
    this.inFlightKnown = inFlightKnown;
    this.revision = revision;
    this.cuesById = new Map(cues.map((cue) => [cue.cueId, cue]));
  }

  private apply({ changed, removed, inFlightKnown, revision }: ShowChange): void {
    const isNew = changed.some(({ cueId }) => !this.cuesById.has(cueId));
    if (isNew) return void this.reload();
    for (const cue of changed) this.cuesById.set(cue.cueId, cue);
    for (const cueId of removed) this.cuesById.delete(cueId);
    this.sorted = this.sorted.flatMap(({ cueId }) => this.cuesById.get(cueId) ?? []);
    this.counted = undefined;
    this.inFlightKnown = inFlightKnown;
    this.revision = revision;
    this.onChange();
  }
}
