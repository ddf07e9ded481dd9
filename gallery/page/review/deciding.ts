/**
 * Decisions of this browser. Each is sent with the picture and the decision that were visible, so that no other person's decision is
 * overwritten unseen; it is kept, so that it can be taken back; and it is sent again if the gallery does not answer, which is
 * safe, because it is the same decision.
 */
import type { WantedDecision } from '../../review/review-entry.js';
import { announce } from '../base/dom.js';
import { recall, remember } from '../base/remembered.js';
import { dismissToast, toast } from '../base/toast.js';
import type { Decided, GalleryApi } from '../show/gallery-api.js';
import { reviewOf, type Verdict, verdictIn } from '../show/reviews.js';
import type { ShowName, VariantRef } from '../show/route.js';
import type { ShowData } from '../show/show-data.js';

type Seen = WantedDecision['seen'];

/** A decision that this browser has made. */
interface Taken {
  readonly cueId: string;
  readonly variantId: number;
  readonly stamp: string;
  /** The verdict on this picture before the decision, and the state after it. */
  readonly before: Verdict | null;
  readonly after: Seen;
}

const MOST_KEPT = 200;
const RETRY_MS = 1000;
const MAX_TRIES = 60;

export class Deciding {
  private readonly key: string;
  /** The newest last; variants that were decided together are taken back together. */
  private readonly taken: (readonly Taken[])[];
  private last: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly api: Pick<GalleryApi, 'settings' | 'decide'>,
    private readonly show: ShowName,
    private readonly data: ShowData,
  ) {
    this.key = `decided ${show.project}/${show.version}`;
    const kept = recall(this.key);
    this.taken = Array.isArray(kept) ? kept.filter(Array.isArray) : [];
  }

  /** Whether decisions can be made; not in an export. */
  get isPossible(): boolean {
    return this.api.settings.decide;
  }

  /** Approves or rejects the visible pictures of these variants. */
  decide(refs: readonly VariantRef[], verdict: Verdict): Promise<void> {
    dismissToast();
    const seen = refs.map((ref) => ({ ref, stamp: this.stampOf(ref) }));
    const possible = seen.filter(({ stamp }) => verdict !== 'approved' || stamp !== '');
    if (possible.length < refs.length) toast('Only what is stored can be approved.');
    return this.inTurn(() => this.carryOut(possible, verdict));
  }

  /** Takes back this browser's last decision; resolves to its variants. */
  undo(): Promise<readonly VariantRef[]> {
    dismissToast();
    return this.inTurn(() => this.takeBack());
  }

  /** Sets the note of a variant; an empty one removes it. */
  note(ref: VariantRef, note: string): Promise<void> {
    const { cueId, variantId } = ref;
    const change = { variantId, stamp: this.stampOf(ref), note: note === '' ? null : note };
    return this.inTurn(async () => {
      const [held] = await this.send([[cueId, { ...change, seen: this.seenOf(ref) }]]);
      if (held === true) announce('Note kept');
    });
  }

  /** One decision at a time: keys may be pressed faster than the gallery answers, and each decision builds on the one before. */
  private inTurn<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.last.then(work);
    this.last = result.catch(() => {});
    return result;
  }

  private async carryOut(
    seen: readonly { readonly ref: VariantRef; readonly stamp: string }[],
    verdict: Verdict,
  ): Promise<void> {
    const wanted = seen.map(({ ref, stamp }) => this.wantedFor(ref, stamp, verdict));
    const held = await this.send(wanted.map(({ cueId, change }) => [cueId, change]));
    const taken = wanted.filter((_, index) => held[index]).map((one) => one.taken);
    if (taken.length === 0) return;
    this.keep([...this.taken, taken]);
    announce(`${taken.length === 1 ? this.nameOf(taken[0]) : `${taken.length} variants`} ${verdict}`);
  }

  private async takeBack(): Promise<readonly VariantRef[]> {
    const last = this.taken.at(-1);
    if (last === undefined) {
      toast('There is no decision of this browser to take back.');
      return [];
    }
    this.keep(this.taken.slice(0, -1));
    const changes = last.map(({ cueId, variantId, stamp, before, after }) => {
      const seed = this.seenOf({ cueId, variantId }).seed;
      return [cueId, { variantId, stamp, verdict: before, seen: { ...after, seed } }] as const;
    });
    const held = await this.send(changes);
    const back = last.filter((_, index) => held[index]);
    if (back.length > 0)
      announce(`Taken back: ${back.length === 1 ? this.nameOf(back[0]) : `${back.length} variants`}`);
    return back;
  }

  private wantedFor(ref: VariantRef, stamp: string, verdict: Verdict) {
    const { cueId, variantId } = ref;
    const cue = this.data.cue(cueId);
    const before = (cue && verdictIn(reviewOf(cue, variantId))) ?? null;
    const seen = this.seenOf(ref);
    const change: WantedDecision = { variantId, stamp, verdict, seen };
    const taken: Taken = { cueId, variantId, stamp, before, after: { verdict, seed: seen.seed } };
    return { cueId, change, taken };
  }

  private stampOf(ref: VariantRef): string {
    const [, , stamp = ''] = this.data.variant(ref) ?? [];
    return stamp;
  }

  private seenOf({ cueId, variantId }: VariantRef): Seen {
    const cue = this.data.cue(cueId);
    const { verdict = null, seed = null } = (cue && reviewOf(cue, variantId)) ?? {};
    return { verdict, seed };
  }

  /** Sends changes cue by cue; resolves, for each, to whether it was made. */
  private async send(changes: readonly (readonly [cueId: string, WantedDecision])[]): Promise<boolean[]> {
    const held = new Map<string, boolean>();
    for (const cueId of new Set(changes.map(([id]) => id))) {
      const ofCue = changes.filter(([id]) => id === cueId).map(([, change]) => change);
      held.set(cueId, await this.sendCue(cueId, ofCue));
    }
    return changes.map(([cueId]) => held.get(cueId) === true);
  }

  private async sendCue(cueId: string, changes: readonly WantedDecision[]): Promise<boolean> {
    try {
      const { cue, refusal } = await this.untilAnswered(cueId, changes);
      if (cue !== undefined) this.data.accept(cue);
      if (refusal !== undefined) toast(`${this.data.cueNameOf(cueId)}: ${refusal}`);
      return refusal === undefined;
    } catch (error) {
      toast(error instanceof Error ? error.message : String(error));
      return false;
    }
  }

  /** Sends until the gallery answers: it may be restarted meanwhile. */
  private async untilAnswered(cueId: string, changes: readonly WantedDecision[]): Promise<Decided> {
    for (let attempt = 1; ; attempt += 1) {
      const decided = await this.api.decide(this.show, cueId, changes).catch((error: unknown) => {
        // `fetch` throws a TypeError if no server answers.
        if (!(error instanceof TypeError) || attempt === MAX_TRIES) throw error;
      });
      if (decided !== undefined) {
        if (attempt > 1) dismissToast();
        return decided;
      }
      toast('The gallery does not answer. The decision is sent again.');
      await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
    }
  }

  private keep(taken: readonly (readonly Taken[])[]): void {
    this.taken.splice(0, this.taken.length, ...taken.slice(-MOST_KEPT));
    remember(this.key, this.taken);
  }

  private nameOf(ref: VariantRef | undefined): string {
    return ref === undefined ? '' : this.data.nameOf(ref);
  }
}
