/**
 * Variants of a page that another run makes: started by hand, or left over from a run that is just being cancelled. They are
 * looked at now and then, with pauses that grow with the time they take; nobody occupies a slot for waiting.
 */
import { CancellationScope, proxyActivities, sleep } from '@temporalio/workflow';
import type { PlanActivities, VariantSet } from '../activities/interfaces.js';
import type { VariantName } from '../domain/progress.js';
import { PLAN_OPTIONS } from './activity-options.js';

const { lookAtVariants } = proxyActivities<PlanActivities>(PLAN_OPTIONS.lookAtVariants);

/** What is being cancelled ends within a second or two. */
const FIRST_PAUSE_MS = 1_000;
/** Half as long again each time: the end is noticed within half of the time that it took to come. */
const GROWTH = 1.5;
/** Eleven events a look: at most 1,600 of them a day. */
const LONGEST_PAUSE_MS = 600_000;

export interface OthersWork {
  /** Those that another run still makes; none ends the watch. */
  set(): VariantSet;
  /** Called for each whose run has ended. */
  ended(name: VariantName, isStored: boolean): void;
}

/** Watches until none is left, or until it is cancelled. */
export async function watchOthers({ set, ended }: OthersWork): Promise<void> {
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(pauseMs * GROWTH, LONGEST_PAUSE_MS)) {
    const watched = namesIn(set());
    if (watched.length === 0) return;
    await sleep(pauseMs, { summary: 'variants that another run makes' });
    const { running, stored } = await lookAtVariants(set());
    for (const name of watched) if (!running.some(isSame(name))) ended(name, stored.some(isSame(name)));
  }
}

/** Looks at them until it is ended. */
export class OthersWatcher {
  #scope: CancellationScope | undefined;

  get isOn(): boolean {
    return this.#scope !== undefined;
  }

  async run(work: OthersWork): Promise<void> {
    const scope = new CancellationScope();
    this.#scope = scope;
    try {
      await scope.run(() => watchOthers(work));
    } finally {
      if (this.#scope === scope) this.#scope = undefined;
    }
  }

  end(): void {
    this.#scope?.cancel();
    this.#scope = undefined;
  }
}

const namesIn = ({ cues }: VariantSet): VariantName[] =>
  cues.flatMap(({ cueId, variantIds }) => variantIds.map((variantId) => ({ cueId, variantId })));

const isSame =
  (name: VariantName) =>
  (other: VariantName): boolean =>
    name.cueId === other.cueId && name.variantId === other.variantId;
