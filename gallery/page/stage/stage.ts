/**
 * One to four pictures and their playback controls. They are replayed on one clock and zoomed together; opening others aborts
 * loading those before. A single picture has the strip of its previews below.
 */
import { browserSource, type Frame, openReplay, type Replay, type Source } from '../../../replay/index.js';
import { el } from '../base/dom.js';
import { type Absence, PictureBox } from './picture-box.js';
import { ReplayGroup } from './replay-group.js';
import { Strip } from './strip.js';
import { Transport } from './transport.js';
import { Viewport } from './viewport.js';

export interface StageSource {
  readonly cuesAddress: string;
  readonly cueId: string;
  readonly variantId: number;
  readonly query: string;
  /** For screen readers. */
  readonly name: string;
  /** Shown above the picture. */
  readonly caption?: HTMLElement;
  /** Which of its objects are stored; others are not requested. */
  readonly stored: { readonly final: boolean; readonly timing: boolean };
}

export interface StageHandlers {
  /** Called with the position when the replay is paused or ends; undefined at the final image. */
  rest(positionMs: number | undefined): void;
  swipe(by: 1 | -1): void;
}

/** One key press zooms by this factor, and moves a zoomed picture by this many pixels. */
const ZOOM_STEP = 1.5;
const PAN_SHARE = 0.15;

type Picture = Replay<HTMLImageElement>;

export class Stage {
  readonly element: HTMLElement;
  private readonly viewport = new Viewport();
  private readonly pictures = el('div', { class: 'pictures' });
  private readonly transport: Transport;
  private readonly strip = new Strip((positionMs) => this.seek(positionMs));
  private boxes: readonly PictureBox[] = [];
  private group = new ReplayGroup([]);
  private opening = new AbortController();
  private ticking = 0;

  constructor(private readonly handlers: StageHandlers) {
    this.transport = new Transport({
      toggle: () => this.toggle(),
      scrub: (positionMs) => this.scrub(positionMs),
      rest: () => this.rest(),
      speed: (speed) => this.setSpeed(speed),
      loop: (loop) => this.setLoop(loop),
      togglePixels: () => this.togglePixels(),
      fullScreen: () => this.toggleFullScreen(),
    });
    this.viewport.onChange(() => this.showZoom());
    this.element = el(
      'section',
      { class: 'stage', 'aria-label': 'Replay' },
      this.pictures,
      this.transport.element,
      this.strip.element,
    );
  }

  /** The elements of the pictures, in order. */
  get windows(): readonly HTMLElement[] {
    return this.boxes.map(({ element }) => element);
  }

  /** @param positionMs where to begin, in recorded milliseconds; undefined: paused at the final image */
  async open(sources: readonly StageSource[], positionMs: number | undefined): Promise<void> {
    this.close();
    this.opening = new AbortController();
    const { signal } = this.opening;
    this.prepare(sources);
    try {
      const replays = await Promise.all(sources.map((source, index) => this.openOne(source, index, signal)));
      if (signal.aborted) return;
      this.begin(new ReplayGroup(replays), sources, positionMs);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  close(): void {
    this.opening.abort();
    cancelAnimationFrame(this.ticking);
    this.group = new ReplayGroup([]);
  }

  toggle(): void {
    if (this.group.playing) {
      this.group.pause();
      this.rest();
    } else this.group.play();
    this.update();
  }

  setSpeed(speed: number): void {
    this.transport.speed = speed;
    this.group.setSpeed(speed);
  }

  seek(positionMs: number): void {
    this.scrub(positionMs);
    this.rest();
  }

  /** Goes to the next (1) or previous (-1) preview of the first replay. */
  stepFrame(by: 1 | -1): void {
    this.group.pause();
    const moments = this.group.replays[0]?.timeline.moments ?? [];
    const now = moments.findLastIndex(({ atMs }) => atMs <= this.group.positionMs);
    const target = moments[Math.min(Math.max(now + by, 0), moments.length - 1)];
    if (target !== undefined) this.seek(target.atMs);
  }

  /** Handles the keys of a stage; returns whether it has handled this one. */
  key({ key, shiftKey }: KeyboardEvent): boolean {
    const pan = PANS[key];
    if (shiftKey && pan !== undefined) this.pan(...pan);
    else if (key === ' ') this.toggle();
    else if (/^\d$/.test(key)) this.setSpeed(key === '0' ? 0.25 : Number(key));
    else if (key === ',' || key === '.') this.stepFrame(key === '.' ? 1 : -1);
    else if (key === 'Home') this.seek(0);
    else if (key === 'End') this.seek(Number.MAX_SAFE_INTEGER);
    else if (key === 'l') this.setLoop(!this.transport.loop);
    else if (key === 'z') this.togglePixels();
    else if (key === '+' || key === '-') this.boxes[0]?.zoom(key === '+' ? ZOOM_STEP : 1 / ZOOM_STEP);
    else if (key === 'f') this.toggleFullScreen();
    else return false;
    return true;
  }

  private prepare(sources: readonly StageSource[]): void {
    if (this.boxes.length !== sources.length) {
      for (const box of this.boxes) box.close();
      this.viewport.reset();
      this.boxes = sources.map(
        () =>
          new PictureBox(this.viewport, {
            tap: () => this.toggle(),
            swipe: (by) => this.handlers.swipe(by),
          }),
      );
      this.pictures.dataset.count = String(sources.length);
    }
    const panes = this.boxes.map(({ element }, index) => paneOf(element, sources[index]?.caption));
    this.pictures.replaceChildren(...panes);
    for (const [index, source] of sources.entries()) this.boxes[index]?.label(source.name, absenceOf(source));
    this.strip.element.hidden = sources.length !== 1;
  }

  private async openOne(source: StageSource, index: number, signal: AbortSignal): Promise<Picture> {
    const replay: Picture = await openReplay({
      baseUrl: source.cuesAddress,
      cueId: source.cueId,
      variantId: source.variantId,
      query: source.query,
      source: sourceOf(source),
      speed: this.transport.speed,
      signal,
      onFrame: (frame) => this.paint(frame, index),
      onEnd: () => this.group.ended(replay) && this.rest(),
    });
    return replay;
  }

  private begin(group: ReplayGroup, sources: readonly StageSource[], positionMs: number | undefined): void {
    this.group = group;
    group.setLoop(this.transport.loop);
    const [source] = sources;
    const [replay] = group.replays;
    if (sources.length === 1 && source !== undefined && replay !== undefined)
      this.strip.show(
        replay.timeline,
        noticeOf(source),
        (file) => `${addressOf(source)}${file}${source.query}`,
      );
    this.transport.open(group);
    this.scrub(positionMs ?? group.durationMs);
    this.showZoom();
  }

  private setLoop(loop: boolean): void {
    this.transport.loop = loop;
    this.group.setLoop(loop);
  }

  private scrub(positionMs: number): void {
    this.group.seek(positionMs);
    this.update();
  }

  private pan(x: number, y: number): void {
    const [box] = this.boxes;
    if (box === undefined) return;
    box.pan(x * PAN_SHARE * box.element.clientWidth, y * PAN_SHARE * box.element.clientHeight);
  }

  private togglePixels(): void {
    this.boxes[0]?.togglePixels();
  }

  private toggleFullScreen(): void {
    if (document.fullscreenElement !== null) void document.exitFullscreen();
    else void this.element.requestFullscreen().catch(() => {});
  }

  private showZoom(): void {
    this.transport.showZoom(this.viewport.isWhole ? undefined : this.boxes[0]?.magnification);
  }

  private paint(frame: Frame<HTMLImageElement>, index: number): void {
    this.boxes[index]?.paint(frame);
    if (this.boxes.length === 1) this.strip.mark(frame.moment);
  }

  /** Updates the playback controls; while a replay plays, before every frame. */
  private update(): void {
    cancelAnimationFrame(this.ticking);
    const { positionMs, durationMs, playing } = this.group;
    const picture = this.boxes.length === 1 ? this.strip.current : '';
    this.transport.show({ positionMs, durationMs, playing, picture });
    if (playing) this.ticking = requestAnimationFrame(() => this.update());
  }

  private rest(): void {
    this.update();
    const { positionMs, durationMs, playing } = this.group;
    if (!playing) this.handlers.rest(positionMs >= durationMs ? undefined : positionMs);
  }
}

const PANS: Readonly<Record<string, readonly [x: number, y: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

const paneOf = (window: HTMLElement, caption: HTMLElement | undefined): HTMLElement =>
  el('div', { class: 'pane' }, ...(caption === undefined ? [] : [caption]), window);

/** A browser's source that does not request objects which are not stored. */
function sourceOf({ stored }: StageSource): Source<HTMLImageElement> {
  return {
    json: stored.timing ? browserSource.json : async () => undefined,
    picture: stored.final ? browserSource.picture : previewOnly,
  };
}

const previewOnly: Source<HTMLImageElement>['picture'] = (url, signal) =>
  url.includes('/final.png')
    ? Promise.reject(new Error('it is not stored'))
    : browserSource.picture(url, signal);

const absenceOf = ({ stored }: StageSource): Absence =>
  stored.final
    ? { words: 'The final image is missing or damaged.', isFault: true }
    : { words: 'There is no final image yet.', isFault: false };

/** The notice in place of the strip, for an image without timing. */
const noticeOf = ({ stored }: StageSource): string =>
  stored.final ? 'No previews: only the final image is stored.' : 'Nothing of it is stored yet.';

const addressOf = ({ cuesAddress, cueId, variantId }: StageSource): string =>
  `${cuesAddress}${encodeURIComponent(cueId)}/${variantId}/`;
