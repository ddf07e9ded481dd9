/**
 * When an execution has to give way to the next one: as soon as the server suggests it, or earlier, while there is still room
 * for the events of what is in flight. The server's suggestion alone comes when the limit has been passed.
 */
import { workflowInfo } from '@temporalio/workflow';

/** At this many, or at 4 MiB, the server suggests to continue as new: far below its limits of 51,200 events and 50 MiB. */
const MAX_EVENTS = 4_096;

/** A child that was just ordered and ends: it starts, it ends, and a workflow task (three events) for each. */
const EVENTS_PER_CHILD = 8;

/** Messages, a page that is read, the end itself. */
const EVENTS_BESIDE = 100;

/** Whatever is in flight, an execution gets on with as many. */
const LEAST_EVENTS = MAX_EVENTS / 2;

/** Whether this execution should order nothing more. @param toEnd children that have to end before it does */
export function isHistoryFull(toEnd = 0): boolean {
  const { continueAsNewSuggested, historyLength } = workflowInfo();
  const most = Math.max(MAX_EVENTS - EVENTS_PER_CHILD * toEnd, LEAST_EVENTS) - EVENTS_BESIDE;
  return continueAsNewSuggested || historyLength >= most;
}
