/**
 * When a show has to give way to its next execution: as soon as the server suggests it, or earlier, while there is still
 * room for the events of what is in flight. It waits until nothing runs. Should an image keep it waiting (a store that refuses
 * just this one, say), it goes on for a while and tries again later, up to where the server's own limit is near.
 */
import { workflowInfo } from '@temporalio/workflow';

/** At this many, or at 4 MiB, or 1,800 updates, the server suggests to continue as new. */
const MAX_EVENTS = 4_096;

/** A page that ends: its last reports, its end, what it is told, and a workflow task (three events) for each. */
const EVENTS_PER_PAGE = 60;

/** Messages of people, the end itself. */
const EVENTS_BESIDE = 100;

/** How long nothing may change before the show goes on instead of waiting: longer than most images take. */
const PATIENCE_MS = 10 * 60_000;

/** How many further events make the next try worthwhile. */
const EVENTS_UNTIL_NEXT_TRY = 2_000;

/** From here on it waits, however long: the server ends a workflow at 51,200 events. */
const LAST_EVENTS = 40_000;

export class RollOver {
  #notBefore = 0;
  #isWanted = false;

  /** Whether nothing more should begin; from then on it is wanted until it is put off. @param pages how many are running, whose ends have to fit into this history */
  isWanted(pages: number): boolean {
    const { continueAsNewSuggested, historyLength } = workflowInfo();
    const isLong =
      continueAsNewSuggested || historyLength >= MAX_EVENTS - EVENTS_BESIDE - EVENTS_PER_PAGE * pages;
    this.#isWanted ||= isLong && historyLength >= this.#notBefore;
    return this.#isWanted;
  }

  /** How long to wait for something to change; undefined for as long as it takes. */
  get patienceMs(): number | undefined {
    return this.#isWanted && workflowInfo().historyLength < LAST_EVENTS ? PATIENCE_MS : undefined;
  }

  /** Goes on for now. */
  putOff(): void {
    this.#isWanted = false;
    this.#notBefore = workflowInfo().historyLength + EVENTS_UNTIL_NEXT_TRY;
  }
}
