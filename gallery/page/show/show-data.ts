/**
 * The show that the page looks at: its index, kept up to date while the server tells of changes.
 */
import { variantWorkflowId } from '../../../domain/workflow-ids.js';
import type {
  CueEntry,
  GallerySettings,
  ShowChange,
  ShowIndex,
  ShowSummary,
  VariantEntry,
} from '../../show-index.js';
import type { ShowName, VariantRef } from './route.js';

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

  events(show: ShowName): EventSource | undefined {
    return this.settings.live ? new EventSource(`${this.showAddress(show)}/events`) : undefined;
  }

  /** Where the cues of a show lie, as a replay wants it. */
  cuesAddress({ project, version }: ShowName): string {
    return `${this.settings.objects}${encodeURIComponent(project)}/${encodeURIComponent(version)}/cues/`;
  }

  objectAddress(show: ShowName, { cueId, variantId }: VariantRef, file: string, stamp: string): string {
    return `${this.cuesAddress(show)}${encodeURIComponent(cueId)}/${variantId}/${file}${versionQuery(stamp)}`;
  }

  thumbnailAddress({ project, version }: ShowName, { cueId, variantId }: VariantRef, stamp: string): string {
    const path = [project, version, cueId, `${variantId}.webp`].map(encodeURIComponent).join('/');
    return `${this.settings.thumbs}${path}${versionQuery(stamp)}`;
  }

  workflowAddress({ project, version }: ShowName, { cueId, variantId }: VariantRef): string | undefined {
    const id = variantWorkflowId({ project, version, cueId, variantId });
    return this.settings.workflows === undefined
      ? undefined
      : this.settings.workflows + encodeURIComponent(id);
  }

  /** Asks for variants to be generated again; resolves to a sentence that says what was started. */
  async regenerate(show: ShowName, variants: readonly VariantRef[]): Promise<string> {
    const response = await fetch(`${this.showAddress(show)}/regenerate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ variants }),
    });
    if (!response.ok) throw new Error((await response.text()).trim());
    const { message } = (await response.json()) as { message: string };
    return message;
  }

  private showAddress({ project, version }: ShowName): string {
    return `${this.settings.shows}/${encodeURIComponent(project)}/${encodeURIComponent(version)}`;
  }
}

export class ShowData {
  private cuesById = new Map<string, CueEntry>();
  private sorted: readonly CueEntry[] = [];
  private events: EventSource | undefined;

  private constructor(
    private readonly api: GalleryApi,
    readonly show: ShowName,
    private readonly onChange: () => void,
  ) {}

  /** Loads the index and follows its changes until closed. */
  static async open(api: GalleryApi, show: ShowName, onChange: () => void): Promise<ShowData> {
    const data = new ShowData(api, show, onChange);
    data.replace((await api.index(show)).cues);
    data.follow();
    return data;
  }

  close(): void {
    this.events?.close();
  }

  get cues(): readonly CueEntry[] {
    return this.sorted;
  }

  get live(): boolean {
    return this.events?.readyState === EventSource.OPEN;
  }

  cue(cueId: string): CueEntry | undefined {
    return this.cuesById.get(cueId);
  }

  variant({ cueId, variantId }: VariantRef): VariantEntry | undefined {
    return this.cuesById.get(cueId)?.variants.find(([id]) => id === variantId);
  }

  /** Changes are sent from now on; what happened while the connection was down is read anew. */
  private follow(): void {
    this.events = this.api.events(this.show);
    let connectedBefore = false;
    this.events?.addEventListener('open', () => {
      if (connectedBefore) void this.reload();
      connectedBefore = true;
      this.onChange();
    });
    this.events?.addEventListener('error', () => this.onChange());
    this.events?.addEventListener('message', ({ data }) => this.apply(JSON.parse(data) as ShowChange));
  }

  private async reload(): Promise<void> {
    this.replace((await this.api.index(this.show)).cues);
    this.onChange();
  }

  private replace(cues: readonly CueEntry[]): void {
    this.sorted = cues;
    this.cuesById = new Map(cues.map((cue) => [cue.cueId, cue]));
  }

  private apply({ changed, removed }: ShowChange): void {
    const isNew = changed.some(({ cueId }) => !this.cuesById.has(cueId));
    if (isNew) return void this.reload();
    for (const cue of changed) this.cuesById.set(cue.cueId, cue);
    for (const cueId of removed) this.cuesById.delete(cueId);
    this.sorted = this.sorted.flatMap(({ cueId }) => this.cuesById.get(cueId) ?? []);
    this.onChange();
  }
}

const versionQuery = (stamp: string): string => (stamp === '' ? '' : `?v=${encodeURIComponent(stamp)}`);

async function fetchJson<Value>(address: string): Promise<Value> {
  const response = await fetch(address);
  if (!response.ok) throw new Error((await response.text()).trim() || `${address}: ${response.status}`);
  return response.json();
}
