/** Lengths of workflow histories. */
import type { TestWorkflowEnvironment } from '@temporalio/testing';
import { variantWorkflowId } from '../../../domain/workflow-ids.js';
import type { ShowHandle } from './sample-run.js';

/** Events and bytes in the history of one variant of a sample show. */
export async function historyOf(
  { client }: TestWorkflowEnvironment,
  variant: { readonly version: string; readonly cueId: string; readonly variantId: number },
): Promise<{ events: number; bytes: number }> {
  const workflowId = variantWorkflowId({ project: 'test', ...variant });
  const { historyLength, raw } = await client.workflow.getHandle(workflowId).describe();
  return { events: historyLength, bytes: Number(raw.workflowExecutionInfo?.historySizeBytes ?? 0) };
}

/** Events of every execution of a show, first to last. */
export async function eventsPerExecution(
  { client }: TestWorkflowEnvironment,
  { workflowId }: ShowHandle,
): Promise<number[]> {
  const executions: { startMs: number; events: number }[] = [];
  for await (const { startTime, runId } of client.workflow.list({ query: `WorkflowId = "${workflowId}"` })) {
    const { historyLength } = await client.workflow.getHandle(workflowId, runId).describe();
    executions.push({ startMs: startTime.getTime(), events: historyLength });
  }
  return executions.sort((a, b) => a.startMs - b.startMs).map(({ events }) => events);
}
