/**
 * The page that performs a show: black until it is ready, then the stage over the whole screen, for as long as the exhibition runs.
 * It goes on at the right time after a crash, without a network, and with whatever is missing black.
 */
import type { CueEvent, PictureEvent, StagedImage } from '../events.js';
import { Performance } from '../performance.js';
import type { Stage } from '../stage.js';
import { keepAwake } from './awake.js';
import { element } from './element.js';
import { Pictures } from './pictures.js';
import { Rehearsal } from './rehearsal.js';
import { cueOfAddress, type PageSettings } from './settings.js';
import { addressIn, type ReadShow, read, readNow, readOnce, readShow } from './show-source.js';
import { StageView } from './stage-view.js';
import { shelf } from './storage.js';
import { type Whereabouts, whereaboutsOf, whereNow } from './whereabouts.js';

/** So many of the next images are loaded ahead, as far as the budget goes. */
const IMAGES_AHEAD = 40;
/** Decisions that are taken while a show runs arrive so fast. */
const REFRESH_MS = 30_000;
/** The show does not wait longer for its first pictures. */
const READY_MS = 5000;
/** How often it is noted where the show is; it only changes when somebody moves it. */
const NOTE_MS = 1000;

async function begin(): Promise<void> {
  keepAwake();
  const settings = (await read('performance.json')) as PageSettings;
  const show = await readShow(settings, (error) => say(error));
  new Show(settings, show).begin();
}

class Show {
  private lateMs = 0;
  private readonly pictures: Pictures;
  private readonly performance: Performance;
  private readonly view: StageView;
  private readonly rehearsal: Rehearsal;
  private readonly whereabouts = shelf(`${location.pathname} whereabouts`);

  constructor(
    private readonly settings: PageSettings,
    private show: ReadShow,
  ) {
    const { pauseMs, seed } = settings;
    this.pictures = new Pictures(settings.budgetBytes);
    this.performance = new Performance({
      ...show,
      memory: shelf(`${location.pathname} shown`),
      resume: this.lastWhereabouts() !== undefined,
      ...(pauseMs !== undefined && { loop: { pauseMs } }),
      ...(seed !== undefined && { seed }),
      readTiming: (image) => readNow(addressIn(this.show, image, 'timing.json')),
      onEvent: (event) => this.onEvent(event),
      onStage: () => this.wantPictures(),
    });
    this.view = new StageView((stage) => this.pictureOf(stage));
    this.rehearsal = new Rehearsal(this.performance, () => ({
      ...this.pictures.facts,
      ...{ lateMs: this.lateMs, offline: this.pictures.offline },
    }));
  }

  begin(): void {
    // What was over when the tab was closed begins anew.
    if (!this.goToCue() && !this.goOn() && this.lastWhereabouts() !== undefined) this.performance.stop();
    this.wantPictures();
    this.startWhenReady(Date.now() + READY_MS);
  }

  private startWhenReady(latest: number): void {
    const { loaded, wanted } = this.pictures.facts;
    if (Date.now() < latest && loaded < Math.min(wanted, 2)) {
      setTimeout(() => this.startWhenReady(latest), 50);
      return;
    }
    // Loading has taken its time.
    this.goOn();
    if (!this.stoodStill()) this.performance.play();
    this.paint();
    setInterval(() => this.whereabouts.write(whereaboutsOf(this.performance)), NOTE_MS);
    setInterval(() => this.refresh().catch(() => {}), REFRESH_MS);
  }

  /** Where it would be by now had the tab not crashed. */
  private goOn(): boolean {
    const last = this.lastWhereabouts();
    if (last === undefined || cueOfAddress(location.hash) !== undefined) return false;
    const now = whereNow(last, this.performance.timeline.durationMs, this.settings.pauseMs);
    if (now === undefined) return false;
    this.performance.speed = last.speed;
    this.performance.goTo(now.number, now.positionMs);
    return true;
  }

  private goToCue(): boolean {
    const cueId = cueOfAddress(location.hash);
    const cue = this.show.manifest.cues.find((one) => one.cueId === cueId);
    if (cue === undefined) return false;
    this.performance.seekToCue(cue.index);
    this.rehearsal.open();
    return true;
  }

  private lastWhereabouts(): Whereabouts | undefined {
    return (this.whereabouts.read() ?? undefined) as Whereabouts | undefined;
  }

  private stoodStill(): boolean {
    return cueOfAddress(location.hash) === undefined && this.lastWhereabouts()?.pausedAtMs !== undefined;
  }

  private onEvent(event: CueEvent | PictureEvent): void {
    this.lateMs = this.performance.positionMs - event.atMs;
    if (event.kind === 'image' || event.kind === 'picture') this.wantPictures();
  }

  private wantPictures(): void {
    // The first stage is told before there is a performance to ask.
    if (this.performance === undefined) return;
    const images = this.performance.upcoming(IMAGES_AHEAD);
    const present = this.performance.stage.picture;
    const first = present === undefined ? [] : [addressIn(this.show, present.image, present.moment.file)];
    this.pictures.want([...new Set([...first, ...images.flatMap((image) => this.addressesOf(image))])]);
  }

  /** What of an image is still to come. */
  private addressesOf(image: StagedImage): string[] {
    if (image.variant === undefined) return [];
    const nowMs = this.performance.positionMs - image.beginMs;
    const { moments } = this.performance.emergence(image);
    const ahead = moments.filter((moment, index) => (moments[index + 1]?.atMs ?? Infinity) > nowMs && moment);
    return ahead.flatMap((moment) =>
      moment.kind === 'black' ? [] : [addressIn(this.show, image, moment.file)],
    );
  }

  private pictureOf({ picture }: Stage): HTMLImageElement | undefined {
    return picture && this.pictures.get(addressIn(this.show, picture.image, picture.moment.file));
  }

  private paint(): void {
    this.view.show(this.performance.stage, this.performance.positionMs);
    this.rehearsal.show();
    requestAnimationFrame(() => this.paint());
  }

  private async refresh(): Promise<void> {
    const show = await readOnce(this.settings);
    if (JSON.stringify(show.manifest) === JSON.stringify(this.show.manifest)) return;
    this.show = show;
    this.performance.offer(show);
    this.wantPictures();
  }
}

/** Before the show there is nothing to see but this, for whoever sets it up. */
function say(error: unknown): void {
  element('problems', HTMLElement).textContent = error instanceof Error ? error.message : String(error);
  element('rehearsal', HTMLElement).hidden = false;
}

begin().catch(say);
