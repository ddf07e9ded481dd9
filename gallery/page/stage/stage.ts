/**
 * The picture with its transport: play, scrub, speed, loop. Wraps one replay at a time; opening the next aborts the
 * one before.
 */
import {
  browserSource,
  type Frame,
  type Moment,
  openReplay,
  paintFrame,
  type Replay,
  type Source,
} from '../../../replay/index.js';
import { el, setAttribute } from '../base/dom.js';
import { Strip } from './strip.js';

const SPEEDS = [0.25, 0.5, 1, 2, 3, 4, 5, 6, 7, 8, 9];
/** Until the final image says how large it is. */
const DEFAULT_PIXELS = 512;

export interface StageSource {
  readonly cuesAddress: string;
  readonly cueId: string;
  readonly variantId: number;
  readonly query: string;
  /** Which of its objects are stored: what is not there is not asked for. */
  readonly stored: { readonly final: boolean; readonly timing: boolean };
  /** Where to begin, recorded milliseconds; undefined: paused at the final image. */
  readonly positionMs: number | undefined;
}

export class Stage {
  readonly element: HTMLElement;
  private readonly canvas = el('canvas', { role: 'img', width: DEFAULT_PIXELS, height: DEFAULT_PIXELS });
  private readonly overlay = el('p', { class: 'overlay', hidden: true });
  private readonly playButton = el('button', { type: 'button', class: 'play', onclick: () => this.toggle() });
  private readonly scrubber = el('input', {
    type: 'range',
    min: 0,
    step: 1,
    'aria-label': 'Position',
    oninput: () => this.scrub(),
  });
  private readonly clock = el('output', { class: 'clock' });
  private readonly speed = el('select', {
    'aria-label': 'Speed',
    onchange: () => this.setSpeed(Number(this.speed.value)),
  });
  private readonly loop = el('input', { type: 'checkbox', onchange: () => this.setLoop(this.loop.checked) });
  private readonly strip = new Strip((positionMs) => this.seek(positionMs));
  private replay: Replay<HTMLImageElement> | undefined;
  private isStored = false;
  private opening = new AbortController();
  private ticking = 0;

  /** @param onRest told where the replay stands whenever it comes to rest; undefined at the final image */
  constructor(private readonly onRest: (positionMs: number | undefined) => void) {
    this.speed.append(...SPEEDS.map((speed) => el('option', { value: speed }, `${speed}×`)));
    this.speed.value = '1';
    this.scrubber.addEventListener('change', () => this.rest());
    this.element = el(
      'section',
      { class: 'stage', 'aria-label': 'Replay' },
      el('div', { class: 'picture' }, this.canvas, this.overlay),
      el(
        'div',
        { class: 'transport' },
        this.playButton,
        this.scrubber,
        this.clock,
        this.speed,
        el('label', { class: 'loop' }, this.loop, 'loop'),
      ),
      this.strip.element,
    );
  }

  async open(source: StageSource, label: string): Promise<void> {
    this.close();
    this.opening = new AbortController();
    const { signal } = this.opening;
    this.isStored = source.stored.final;
    setAttribute(this.canvas, 'aria-label', label);
    try {
      const replay = await openReplay({
        ...source,
        baseUrl: source.cuesAddress,
        source: sourceOf(source),
        speed: Number(this.speed.value),
        loop: this.loop.checked,
        signal,
        onFrame: (frame) => this.paint(frame),
        onEnd: () => this.rest(),
      });
      this.replay = replay;
      this.strip.show(
        replay.timeline,
        noticeOf(source),
        (file) => `${addressOf(source)}${file}${source.query}`,
      );
      this.scrubber.max = String(Math.round(replay.durationMs));
      setAttribute(this.scrubber, 'disabled', !replay.timeline.timed);
      replay.seek(source.positionMs ?? replay.durationMs);
      this.update();
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  close(): void {
    this.opening.abort();
    cancelAnimationFrame(this.ticking);
    this.replay = undefined;
  }

  toggle(): void {
    if (this.replay?.playing === true) {
      this.replay.pause();
      this.rest();
    } else this.replay?.play();
    this.update();
  }

  setSpeed(speed: number): void {
    this.speed.value = String(speed);
    if (this.replay !== undefined) this.replay.speed = speed;
  }

  toggleLoop(): void {
    this.setLoop(!this.loop.checked);
  }

  seek(positionMs: number): void {
    this.replay?.seek(positionMs);
    this.update();
    this.rest();
  }

  /** To the next (1) or previous (-1) picture. */
  stepFrame(by: 1 | -1): void {
    const { replay } = this;
    if (replay === undefined) return;
    replay.pause();
    const { moments } = replay.timeline;
    const now = moments.findLastIndex(({ atMs }) => atMs <= replay.positionMs);
    const target = moments[Math.min(Math.max(now + by, 0), moments.length - 1)];
    if (target !== undefined) this.seek(target.atMs);
  }

  private setLoop(loop: boolean): void {
    this.loop.checked = loop;
    if (this.replay !== undefined) this.replay.loop = loop;
  }

  private scrub(): void {
    this.replay?.seek(Number(this.scrubber.value));
    this.update();
  }

  private paint(frame: Frame<HTMLImageElement>): void {
    const { moment, picture, missing } = frame;
    if (moment.kind === 'final' && picture !== undefined) this.fit(picture);
    paintFrame(this.canvas, frame);
    setAttribute(this.overlay, 'hidden', !missing);
    this.overlay.textContent = missing ? this.absence(moment) : '';
    this.strip.mark(moment);
  }

  private absence(moment: Moment): string {
    if (moment.kind === 'step') return `The preview of step ${moment.step} is missing or damaged.`;
    return this.isStored ? 'The final image is missing or damaged.' : 'There is no final image yet.';
  }

  private fit({ naturalWidth, naturalHeight }: HTMLImageElement): void {
    if (this.canvas.width === naturalWidth && this.canvas.height === naturalHeight) return;
    this.canvas.width = naturalWidth;
    this.canvas.height = naturalHeight;
  }

  /** Brings the transport up to date, and again before every frame while it plays. */
  private update(): void {
    cancelAnimationFrame(this.ticking);
    const { replay } = this;
    if (replay === undefined) return;
    const positionMs = Math.min(replay.positionMs, replay.durationMs);
    this.scrubber.value = String(Math.round(positionMs));
    const text = `${seconds(positionMs)} of ${seconds(replay.durationMs)} s`;
    setAttribute(this.scrubber, 'aria-valuetext', `${text}, ${this.strip.current}`);
    this.clock.textContent = text;
    this.playButton.textContent = replay.playing ? '❚❚ Pause' : '▶ Play';
    setAttribute(this.playButton, 'disabled', !replay.timeline.timed);
    if (replay.playing) this.ticking = requestAnimationFrame(() => this.update());
  }

  private rest(): void {
    const { replay } = this;
    this.update();
    if (replay === undefined || replay.playing) return;
    this.onRest(replay.positionMs >= replay.durationMs ? undefined : replay.positionMs);
  }
}

const seconds = (ms: number): string => (ms / 1000).toFixed(2);

/** The browser's own, less what is known not to be there. */
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

/** What there is to say of an image whose pace is not known. */
function noticeOf({ stored }: StageSource): string {
  return stored.final ? 'No previews: only the final image is stored.' : 'Nothing of it is stored yet.';
}

const addressOf = ({ cuesAddress, cueId, variantId }: StageSource): string =>
  `${cuesAddress}${encodeURIComponent(cueId)}/${variantId}/`;
