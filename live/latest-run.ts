/**
 * The latest run of a workflow: how it is doing, and who started it. A show has one id whether a person or its schedule
 * starts it, so that one look finds whatever runs.
 */
import { type Client, type WorkflowExecutionStatusName, WorkflowNotFoundError } from '@temporalio/client';

export interface LatestRun {
  readonly status: WorkflowExecutionStatusName;
  readonly runId: string;
  /** ISO 8601 time at which this run (the last of its continued executions) began. */
  readonly startedAt: string;
  /** Workflow id of the scheduled run that started it; absent if a person did. */
  readonly scheduledRun?: string;
  /** Of the bundle that a show runs by; absent for other workflows. */
  readonly bundleKey?: string;
}

/** Undefined if there never was one. */
export async function latestRun(client: Client, workflowId: string): Promise<LatestRun | undefined> {
  try {
    const { status, runId, startTime, raw, memo } = await client.workflow.getHandle(workflowId).describe();
    const scheduledRun = raw.workflowExecutionInfo?.parentExecution?.workflowId;
    const bundleKey = memo?.bundleKey;
    return {
      status: status.name,
      runId,
      startedAt: startTime.toISOString(),
      ...(scheduledRun ? { scheduledRun } : {}),
      ...(typeof bundleKey === 'string' ? { bundleKey } : {}),
    };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

export const isRunning = (run: LatestRun | undefined): run is LatestRun => run?.status === 'RUNNING';
