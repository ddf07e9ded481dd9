/**
 * One variant, replayed from nothing but its objects: reads `timing.json`, loads the pictures that it names and plays
 * them at the recorded pace. An image that is missing or damaged is shown as black, as in the exhibition; a missing
 * `timing.json` means the final image at once. Only an abort makes it fail.
 */
import { Player, type PlayerOptions } from './player.js';
import { type Moment, type Timeline, timelineOf, UNTIMED } from './timeline.js';

/** What is to be seen now. `picture` is undefined for black: nothing yet, not loaded yet, or missing for good. */
export interface Frame<Picture> {
  readonly moment: Moment;
  readonly picture: Picture | undefined;
  /** The picture could not be loaded and will not come. */
  readonly missing: boolean;
}

/** Where objects and pictures come from; tests and front-ends with a cache bring their own. */
export interface Source<Picture> {
  /**
   * The parsed JSON at `url`; undefined where there is none, or rejects. With `no-cache` it must be what the server has now,
   * not what some cache has.
   */
  json(url: string, signal: AbortSignal | undefined, cache?: 'no-cache'): Promise<unknown>;
  /** The decoded picture at `url`; rejects when there is none. */
  picture(url: string, signal: AbortSignal | undefined): Promise<Picture>;
}

export interface ReplayOptions<Picture> extends Omit<PlayerOptions, 'onMoment'> {
  /** Where the cues lie: `https://images.example/show/v1/cues/`. */
  readonly baseUrl: string | URL;
  readonly cueId: string;
  readonly variantId: number;
  readonly onFrame: (frame: Frame<Picture>) => void;
  /** Stops loading and playing for good. */
  readonly signal?: AbortSignal;
  /** Where pictures come from. */
  readonly source: Source<Picture>;
  /** Appended to every address, such as `?v=…` for a cache. */
  readonly query?: string;
}

export interface Replay<Picture> extends Pick<Player, 'play' | 'pause' | 'seek'> {
  readonly cueId: string;
  readonly variantId: number;
  readonly timeline: Timeline;
  readonly durationMs: number;
  readonly positionMs: number;
  readonly playing: boolean;
  readonly frame: Frame<Picture> | undefined;
  speed: number;
  loop: boolean;
  /** Resolves when every picture has arrived or is known to be missing; never rejects. */
  readonly loaded: Promise<void>;
}

/** How many pictures are asked for at once: what browsers open to one HTTP/1.1 host. */
const CONCURRENT_LOADS = 6;

/** Opens a replay, paused at 0. Resolves once the timing is known; wait for `loaded` before `play` to miss nothing. */
export async function openReplayFrom<Picture>(options: ReplayOptions<Picture>): Promise<Replay<Picture>> {
  const { signal, source } = options;
  const addressOf = addressing(options);
  signal?.throwIfAborted();
  const timing = await source.json(addressOf('timing.json'), signal).catch(() => undefined);
  signal?.throwIfAborted();
  const timeline = timing === undefined ? UNTIMED : timelineOf(timing);
  const pictures = new Map<string, Picture | 'missing'>();
  const frameOf = (moment: Moment): Frame<Picture> => framed(moment, pictures);
  const player = new Player(timeline, {
    ...options,
    onMoment: (moment) => {
      if (!signal?.aborted) options.onFrame(frameOf(moment));
    },
  });
  signal?.addEventListener('abort', () => player.pause(), { once: true });
  player.seek(0);
  const loaded = loadPictures(timeline, async (file) => {
    if (signal?.aborted) return;
    pictures.set(file, await source.picture(addressOf(file), signal).catch(() => 'missing' as const));
    const moment = player.moment;
    if (moment !== undefined && moment.kind !== 'black' && moment.file === file) player.refresh();
  });
  return facade(options, player, loaded, frameOf);
}

type Address = Pick<ReplayOptions<unknown>, 'baseUrl' | 'cueId' | 'variantId' | 'query'>;

function addressing({ baseUrl, cueId, variantId, query = '' }: Address) {
  const base = String(baseUrl).replace(/\/?$/, '/');
  return (file: string): string => `${base}${encodeURIComponent(cueId)}/${variantId}/${file}${query}`;
}

function framed<Picture>(moment: Moment, pictures: ReadonlyMap<string, Picture | 'missing'>): Frame<Picture> {
  const found = moment.kind === 'black' ? undefined : pictures.get(moment.file);
  return found === 'missing'
    ? { moment, picture: undefined, missing: true }
    : { moment, picture: found, missing: false };
}

/** The final image first, which is all that a viewer needs at once; then the previews in order. */
async function loadPictures(timeline: Timeline, load: (file: string) => Promise<void>): Promise<void> {
  const files = timeline.moments.flatMap((moment) => (moment.kind === 'black' ? [] : [moment.file]));
  const queue = [...files.slice(-1), ...files.slice(0, -1)];
  const worker = async (): Promise<void> => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) await load(file);
  };
  await Promise.all(Array.from({ length: CONCURRENT_LOADS }, worker));
}

function facade<Picture>(
  { cueId, variantId, signal }: ReplayOptions<Picture>,
  player: Player,
  loaded: Promise<void>,
  frameOf: (moment: Moment) => Frame<Picture>,
): Replay<Picture> {
  return {
    cueId,
    variantId,
    timeline: player.timeline,
    durationMs: player.durationMs,
    loaded,
    play: () => {
      if (!signal?.aborted) player.play();
    },
    pause: () => player.pause(),
    seek: (positionMs) => player.seek(positionMs),
    get positionMs() {
      return player.positionMs;
    },
    get playing() {
      return player.playing;
    },
    get frame() {
      return player.moment === undefined ? undefined : frameOf(player.moment);
    },
    get speed() {
      return player.speed;
    },
    set speed(speed) {
      player.speed = speed;
    },
    get loop() {
      return player.loop;
    },
    set loop(loop) {
      player.loop = loop;
    },
  };
}
