/**
 * The addresses and requests of the gallery's server. A static export has the same addresses, without those for live changes
 * and actions.
 */
import { variantWorkflowId } from '../../../domain/workflow-ids.js';
import type { WantedDecision } from '../../review/review-entry.js';
import type { TakeEntry } from '../../review/take-entry.js';
import type { ShowDesk } from '../../show-desk.js';
import type {
  CueDetails,
  CueEntry,
  GallerySettings,
  ShowIndex,
  ShowSeeds,
  ShowSummary,
} from '../../show-index.js';
import type { SteeringRequest } from '../../steering-request.js';
import type { ShowName, VariantRef } from './route.js';

/** The server answered 404; the caller has a message of its own for it. */
export class NotFoundError extends Error {
  override readonly name = 'NotFoundError';
}

/** The cue as it is now; `refusal` if the decision was not made, for example because another person has decided otherwise. */
export interface Decided {
  readonly cue?: CueEntry;
  readonly refusal?: string;
}

/** A thumbnail is enlarged by this factor at most: up to it, people do not see the difference. */
const ENLARGED = 1.25;

export class GalleryApi {
  constructor(readonly settings: GallerySettings) {}

  static async open(): Promise<GalleryApi> {
    return new GalleryApi(await fetchJson<GallerySettings>('gallery.json'));
  }

  shows(): Promise<ShowSummary[]> {
    return fetchJson(`${this.settings.shows}.json`);
  }

  index(show: ShowName): Promise<ShowIndex> {
    return fetchJson(`${this.showAddress(show)}.json`);
  }

  details(show: ShowName, cueId: string): Promise<CueDetails> {
    return fetchJson(`${this.showAddress(show)}/cues/${encodeURIComponent(cueId)}.json`);
  }

  /** Seeds of a show, as far as its records name them. */
  seeds(show: ShowName): Promise<ShowSeeds> {
    return fetchJson(`${this.showAddress(show)}/seeds.json`);
  }

  /** @param seen revision of the index that was read; if it is outdated, the first event says so */
  events(show: ShowName, seen: string): EventSource | undefined {
    const address = `${this.showAddress(show)}/events?seen=${encodeURIComponent(seen)}`;
    return this.settings.live ? new EventSource(address) : undefined;
  }

  /** Address of a show's cues, for a replay. */
  cuesAddress({ project, version }: ShowName): string {
    return `${this.settings.objects}${encodeURIComponent(project)}/${encodeURIComponent(version)}/cues/`;
  }

  objectAddress(show: ShowName, { cueId, variantId }: VariantRef, file: string, stamp: string): string {
    return `${this.cuesAddress(show)}${encodeURIComponent(cueId)}/${variantId}/${file}${versionQuery(stamp)}`;
  }

  /** Address of a picture of a variant that is large enough for this many pixels: a thumbnail, or the image itself. */
  pictureAddress(show: ShowName, ref: VariantRef, stamp: string, pixels: number): string {
    const sizes = this.settings.thumbPixels;
    const size = sizes.find((thumbnail) => thumbnail * ENLARGED >= pixels);
    if (size === undefined) return this.objectAddress(show, ref, 'final.png', stamp);
    const file = size === sizes[0] ? `${ref.variantId}.webp` : `${ref.variantId}-${size}.webp`;
    const path = [show.project, show.version, ref.cueId, file].map(encodeURIComponent).join('/');
    return `${this.settings.thumbs}${path}${versionQuery(stamp)}`;
  }

  workflowAddress({ project, version }: ShowName, { cueId, variantId }: VariantRef): string | undefined {
    const id = variantWorkflowId({ project, version, cueId, variantId });
    return this.settings.workflows === undefined
      ? undefined
      : this.settings.workflows + encodeURIComponent(id);
  }

  /** The takes of a variant, the chosen one first. */
  takes(show: ShowName, { cueId, variantId }: VariantRef): Promise<TakeEntry[]> {
    return fetchJson(`${this.showAddress(show)}/takes/${encodeURIComponent(cueId)}/${variantId}.json`);
  }

  /** Address of a show's takes, for a replay, which puts the take's seed where a variant's number would be. */
  takesAddress({ project, version }: ShowName): string {
    return `${this.settings.objects}${encodeURIComponent(project)}/${encodeURIComponent(version)}/pregen/takes/`;
  }

  takeAddress(show: ShowName, { cueId, variantId }: VariantRef, seed: number, file: string): string {
    return `${this.takesAddress(show)}${encodeURIComponent(cueId)}/${variantId}/${seed}/${file}`;
  }

  /** Starts so many takes of each of these variants; resolves to a sentence that says what was started. */
  makeTakes(show: ShowName, variants: readonly VariantRef[], takes: number): Promise<string> {
    return this.ask(show, 'takes', { variants, takes });
  }

  /** Puts a take in place, or deletes it; resolves to a sentence about the outcome. */
  changeTake(show: ShowName, verb: 'choose' | 'discard', { cueId, variantId }: VariantRef, seed: number) {
    return this.ask(show, verb, { cueId, variantId, seed });
  }

  /** The status of the show's run. */
  desk(show: ShowName): Promise<ShowDesk> {
    return fetchJson(`${this.showAddress(show)}/desk.json`);
  }

  /** Sends a steering request; resolves to a sentence about the outcome. */
  steer(show: ShowName, request: SteeringRequest): Promise<string> {
    return this.ask(show, 'steer', request);
  }

  /** Decides on variants of a cue, all of them or none. Throws a TypeError if no server answers. */
  async decide(show: ShowName, cueId: string, variants: readonly WantedDecision[]): Promise<Decided> {
    const response = await fetch(`${this.showAddress(show)}/decide`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ cueId, variants }),
    });
    if (response.ok) return response.json();
    if (response.status !== 409) throw new Error((await response.text()).trim());
    const { message, cue } = (await response.json()) as { message: string; cue?: CueEntry };
    return { refusal: message, ...(cue === undefined ? {} : { cue }) };
  }

  private async ask(show: ShowName, verb: string, body: unknown): Promise<string> {
    const response = await fetch(`${this.showAddress(show)}/${verb}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error((await response.text()).trim());
    const { message } = (await response.json()) as { message: string };
    return message;
  }

  private showAddress({ project, version }: ShowName): string {
    return `${this.settings.shows}/${encodeURIComponent(project)}/${encodeURIComponent(version)}`;
  }
}

const versionQuery = (stamp: string): string => (stamp === '' ? '' : `?v=${encodeURIComponent(stamp)}`);

async function fetchJson<Value>(address: string): Promise<Value> {
  const response = await fetch(address);
  if (response.status === 404) throw new NotFoundError(`there is nothing at ${address}`);
  if (!response.ok) throw new Error((await response.text()).trim() || `${address}: ${response.status}`);
  return response.json();
}
