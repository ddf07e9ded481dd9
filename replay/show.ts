/**
 * A whole show, opened by its manifest: which cues there are, which variant comes next, and the replay of it. Whatever
 * cannot be shown is refused with a sentence, before anything turns black. Decisions that are taken while it runs arrive
 * with `refresh`, and nobody sees a variant again for that.
 */
import {
  type Manifest,
  type ManifestCue,
  type ManifestVariant,
  manifestOf,
  WRITE_IT_ANEW,
} from './manifest.js';
import { openReplayFrom, type Replay, type ReplayOptions, type Source } from './replay.js';
import { VariantPicker } from './variant-picker.js';

export interface ShowOptions<Picture> {
  /** Where the manifest, timings and pictures come from. */
  readonly source: Source<Picture>;
  /** Appended to every address, such as `?token=…`. */
  readonly query?: string;
  /** Stops reading the manifest. */
  readonly signal?: AbortSignal;
}

export type ShowReplayOptions<Picture> = Omit<
  ReplayOptions<Picture>,
  'baseUrl' | 'variantId' | 'source' | 'query'
> & {
  /** The variant to show; unless given, the cue's picker chooses it. */
  readonly variantId?: number;
};

/** Some names of many are enough to see what is meant. */
const NAMED_AT_MOST = 8;

/** Reads the manifest below `baseUrl` (`https://images.example/show/v1/`). Rejects with a sentence where there is none. */
export async function openShowFrom<Picture>(
  baseUrl: string | URL,
  options: ShowOptions<Picture>,
): Promise<Show<Picture>> {
  const base = String(baseUrl).replace(/\/?$/, '/');
  return new Show(base, options, await readManifest(base, options));
}

export class Show<Picture> {
  private readonly pickers = new Map<string, VariantPicker>();
  private cuesById = new Map<string, ManifestCue>();
  /** Which reading of the manifest this is; one that was begun before it and ends after it is too old. */
  private reading = 0;
  private begun = 0;

  /** Use {@link openShowFrom}. */
  constructor(
    private readonly base: string,
    private readonly options: ShowOptions<Picture>,
    private manifest: Manifest,
  ) {
    this.take(manifest);
  }

  get project(): string {
    return this.manifest.project;
  }

  get version(): string {
    return this.manifest.version;
  }

  /** When the manifest was written, ISO 8601. */
  get writtenAt(): string {
    return this.manifest.writtenAt;
  }

  /** In the order of the cue sheet, each with the variants that may be shown; some may have none. */
  get cues(): readonly ManifestCue[] {
    return this.manifest.cues;
  }

  /** Throws an Error for an unknown cue. */
  cue(cueId: string): ManifestCue {
    const cue = this.cuesById.get(cueId);
    if (cue !== undefined) return cue;
    const cueIds = this.cues.map((cue) => cue.cueId);
    throw new Error(`There is no cue ${JSON.stringify(cueId)} in ${this.name}: ${some('it has', cueIds)}.`);
  }

  /** Always the same for a cue, and it goes on where it was when decisions change. Throws an Error for a cue with nothing to show. */
  picker(cueId: string): VariantPicker {
    const variants = this.shown(cueId).map(({ variant }) => variant);
    const picker = this.pickers.get(cueId) ?? new VariantPicker(variants);
    this.pickers.set(cueId, picker);
    return picker;
  }

  /** Opens the replay of a cue, paused at 0: of the variant that is named, or of the next one that the cue's picker chooses. */
  async replay({ variantId, ...options }: ShowReplayOptions<Picture>): Promise<Replay<Picture>> {
    const { cueId } = options;
    const { variant, previews } = this.variant(cueId, variantId ?? this.picker(cueId).next());
    const { query = '', source } = this.options;
    return openReplayFrom({
      ...options,
      ...{ baseUrl: `${this.base}cues/`, variantId: variant, query },
      source: previews > 0 ? source : withoutTiming(source),
    });
  }

  /** Reads the manifest again. Rejects where that fails; then everything stays as it is. */
  async refresh(): Promise<void> {
    const reading = ++this.begun;
    const manifest = await readManifest(this.base, this.options);
    if (reading < this.reading) return;
    this.reading = reading;
    this.take(manifest);
  }

  private take(manifest: Manifest): void {
    this.manifest = manifest;
    this.cuesById = new Map(manifest.cues.map((cue) => [cue.cueId, cue]));
    for (const [cueId, picker] of this.pickers)
      picker.offer(this.cuesById.get(cueId)?.variants.map(({ variant }) => variant) ?? []);
  }

  private shown(cueId: string): readonly ManifestVariant[] {
    const { variants } = this.cue(cueId);
    if (variants.length > 0) return variants;
    const others = this.cues.filter((cue) => cue.variants.length > 0).map((cue) => cue.cueId);
    throw new Error(
      `Cue ${JSON.stringify(cueId)} of ${this.name} has no variant that may be shown: none is stored yet, or all are rejected. ${some('Cues that have some:', others)}.`,
    );
  }

  private variant(cueId: string, variantId: number): ManifestVariant {
    const variants = this.shown(cueId);
    const found = variants.find(({ variant }) => variant === variantId);
    if (found !== undefined) return found;
    throw new Error(
      `Variant ${variantId} of cue ${JSON.stringify(cueId)} may not be shown: ${some(
        `the manifest of ${this.name} names`,
        variants.map(({ variant }) => variant),
      )}.`,
    );
  }

  private get name(): string {
    return `${this.project}/${this.version}`;
  }
}

/** Of a program that keeps no previews, nothing but the final image is stored. */
const withoutTiming = <Picture>(source: Source<Picture>): Source<Picture> => ({
  json: async () => undefined,
  picture: (url, signal) => source.picture(url, signal),
});

async function readManifest<Picture>(
  base: string,
  { source, query = '', signal }: ShowOptions<Picture>,
): Promise<Manifest> {
  const address = `${base}manifest.json${query}`;
  const document = await source.json(address, signal, 'no-cache').catch((error: unknown) => {
    signal?.throwIfAborted();
    throw new Error(`${address} ${unreadable(error)}`, { cause: error });
  });
  if (document !== undefined) return manifestOf(document, address);
  throw new Error(
    `There is no manifest at ${address}. ${WRITE_IT_ANEW} A show's address ends with its version.`,
  );
}

function unreadable(error: unknown): string {
  const reason = error instanceof Error ? error.message : String(error);
  if (error instanceof SyntaxError) return `is damaged, or something else: ${reason}. ${WRITE_IT_ANEW}`;
  return `could not be read: ${reason}. Is the server there, and does it allow this page to read from it (CORS)?`;
}

function some(words: string, names: readonly (string | number)[]): string {
  if (names.length === 0) return `${words} none`;
  const more = names.length > NAMED_AT_MOST ? ` and ${names.length - NAMED_AT_MOST} more` : '';
  return `${words} ${names.slice(0, NAMED_AT_MOST).join(', ')}${more}`;
}
