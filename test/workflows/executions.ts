/** Histories of a workflow that continues as new, execution by execution. */
import type { Client, WorkflowHandle } from '@temporalio/client';

type HistoryEvent = NonNullable<Awaited<ReturnType<WorkflowHandle['fetchHistory']>>['events']>[number];

/** The events of each execution, first to last. */
export async function eventsByExecution(
  client: Client,
  workflowId: string,
  runId?: string,
): Promise<HistoryEvent[][]> {
  const events = (await client.workflow.getHandle(workflowId, runId).fetchHistory()).events ?? [];
  const before = events[0]?.workflowExecutionStartedEventAttributes?.continuedExecutionRunId;
  return before ? [...(await eventsByExecution(client, workflowId, before)), events] : [events];
}
