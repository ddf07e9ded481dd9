/**
 * The loop of a show: whenever something changes (a cue ends or reaches its tail, somebody steers), it deals the
 * window anew and starts cues while slots are free.
 */
import { allHandlersFinished, condition, setCurrentDetails } from '@temporalio/workflow';
import type { PregenerateShowInput } from '../domain/messages.js';
import { DEFAULT_PATIENCE } from '../domain/patience.js';
import type { PlannedCue, ShowPlan } from '../domain/progress.js';
import type { PlanPosition } from '../domain/show-state.js';
import { adoptCue, type CueJob, runCue, tellWindow } from './cue-in-show.js';
import { isHistoryFull } from './history-room.js';
import { InFlight } from './in-flight.js';
import { PlanReader } from './plan-reader.js';
import { describeShow } from './progress-text.js';
import type { CueRecord, ShowLedger } from './show-ledger.js';

export class ShowRun {
  readonly #cues = new InFlight();
  readonly #reader: PlanReader;
  #starting = 0;

  constructor(
    private readonly input: PregenerateShowInput,
    private readonly ledger: ShowLedger,
    plan: ShowPlan,
  ) {
    this.#reader = new PlanReader(input, plan);
  }

  /** Runs until nothing is left, or until the history is long enough to continue in a new one. */
  async untilDoneOrLong(): Promise<'done' | 'long'> {
    this.#adoptAll();
    do {
      const { revision } = this.ledger;
      for (const cue of this.ledger.deal()) tellWindow(this.input, cue, this.ledger.nextOrder());
      const started = await this.#startNextCue();
      setCurrentDetails(describeShow(this.ledger.progress(), Date.now()));
      if (started) continue;
      if (this.#cues.size === 0 && this.#isPlanRead()) return 'done';
      await this.#cues.until(() => this.ledger.revision !== revision);
    } while (!isHistoryFull());
    return 'long';
  }

  /** Waits until this execution may end without losing anything: every start confirmed, every message answered. */
  async untilReadyToRollOver(): Promise<void> {
    await condition(() => this.#starting === 0 && allHandlersFinished());
  }

  /** Waits, even while being cancelled, until no cue is in flight. */
  settled(): Promise<void> {
    return this.#cues.settled();
  }

  #adoptAll(): void {
    for (const cue of this.ledger.cues.values()) {
      this.#follow(cue, adoptCue, () => this.#plannedAt(cue.position));
    }
  }

  /** Starts one more cue if a slot is free for it. */
  async #startNextCue(): Promise<boolean> {
    if (this.ledger.freeSlots <= 0 || this.#isPlanRead()) return false;
    const position = this.ledger.next;
    const planned = await this.#reader.cueAt(position);
    // Somebody may have paused the show while the page was read.
    if (this.ledger.freeSlots <= 0) return false;
    if (planned === undefined) {
      this.ledger.next = { page: position.page + 1, cue: 0 };
      return true;
    }
    this.ledger.next = { page: position.page, cue: position.cue + 1 };
    const wanted = planned.variantIds.length;
    const { cueId } = planned.task;
    const granted = this.ledger.grantFor(cueId, wanted);
    const run = this.ledger.nextOrder();
    const cue: CueRecord = { cueId, run, position, wanted, granted, tail: false, foreign: false, failed: 0 };
    this.ledger.addCue(cue);
    this.#follow(cue, runCue, () => Promise.resolve(planned));
    return true;
  }

  /** Sees a cue through; its slots are free again when it has ended, whichever way. */
  #follow(cue: CueRecord, run: (job: CueJob) => Promise<void>, planned: CueJob['planned']): void {
    this.#starting += 1;
    const onStarted = onlyOnce(() => {
      this.#starting -= 1;
    });
    const patience = this.input.patience ?? DEFAULT_PATIENCE;
    const { ledger } = this;
    const reportFailures = this.input.maxFailures !== undefined;
    const job: CueJob = { show: this.input, cue, planned, ledger, patience, reportFailures, onStarted };
    this.#cues.run(cue.cueId, async () => {
      try {
        await run(job);
      } finally {
        onStarted();
        this.ledger.removeCue(cue.cueId);
      }
    });
  }

  async #plannedAt(position: PlanPosition): Promise<PlannedCue> {
    const planned = await this.#reader.cueAt(position);
    if (planned === undefined)
      throw new Error(`the plan has no cue ${position.cue} on page ${position.page}`);
    return planned;
  }

  /** Nothing of it is left to start, or somebody has brought another one. */
  #isPlanRead(): boolean {
    return this.ledger.nextRound.bundleKey !== undefined || this.#reader.isBehindEnd(this.ledger.next);
  }
}

function onlyOnce(action: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    action();
  };
}
