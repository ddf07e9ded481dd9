/**
 * Writes decisions: only about the picture that was seen, and only if nobody else has decided otherwise since. Open pages are told
 * before the manifest is written, which takes longer; a decision holds as soon as its own document is written.
 */
import pLimit from 'p-limit';
import { changeDecisions, readCueDecisions } from '../../bookkeeping/decisions.js';
import { rewriteCue } from '../../bookkeeping/manifest.js';
import { DecidedOtherwise, type DecisionChange, pictureOf } from '../../domain/decisions.js';
import { given } from '../../domain/given.js';
import type { ShowAddress } from '../../domain/object-keys.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { HttpError } from '../http.js';
import type { WantedDecision } from '../review/review-entry.js';
import type { ShowIndexWatcher } from '../show-index-watcher.js';

/** The decision was not written; the message says why. */
export class NotDecided extends Error {
  override readonly name = 'NotDecided';
}

export class DecisionWriter {
  /** One decision at a time: two that change the manifest at once would each have to write it twice. */
  private readonly turn = pLimit(1);

  constructor(
    private readonly store: ObjectStore,
    private readonly shows: ShowIndexWatcher,
  ) {}

  /** Decides on variants of one cue, all of them or none. Throws NotDecided, and the store's errors. */
  async decide(show: ShowAddress, cueId: string, wanted: readonly WantedDecision[]): Promise<void> {
    await this.shows.ready();
    const changes = wanted.map((change) => this.changeOf(show, cueId, change));
    await this.turn(() => this.carryOut(show, cueId, changes));
  }

  private async carryOut(
    show: ShowAddress,
    cueId: string,
    changes: readonly DecisionChange[],
  ): Promise<void> {
    try {
      this.shows.decided(show, cueId, await changeDecisions(this.store, show, cueId, changes));
    } catch (error) {
      if (!(error instanceof DecidedOtherwise)) throw error;
      this.shows.decided(show, cueId, await readCueDecisions(this.store, show, cueId));
      throw new NotDecided(`Another person was faster: ${error.message}.`);
    }
    await this.tellFrontEnds(show, cueId);
  }

  private changeOf(
    show: ShowAddress,
    cueId: string,
    { variantId, verdict, note, stamp, seen }: WantedDecision,
  ): DecisionChange {
    const address = { ...show, cueId, variantId };
    const known = this.shows.stampOf(address);
    if (known === undefined)
      throw new HttpError(404, `there is no variant ${variantId} of cue ${cueId} in this show`);
    if (verdict === 'approved' && (stamp === '' || stamp !== known))
      throw new NotDecided(`Variant ${variantId} shows another picture by now; look at it again.`);
    const record = verdict == null ? undefined : this.shows.recordOf(address);
    return { variantId, seen, ...given({ verdict, note, picture: record && pictureOf(record) }) };
  }

  private async tellFrontEnds(show: ShowAddress, cueId: string): Promise<void> {
    const { tasks, byCue } = this.shows.tasksOf(show);
    if (!byCue.has(cueId)) return;
    try {
      await rewriteCue(this.store, show, tasks, cueId);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Error(`It is decided, but the manifest could not be written ("pregen manifest"): ${why}`, {
        cause,
      });
    }
  }
}
