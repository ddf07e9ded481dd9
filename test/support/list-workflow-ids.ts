import type { Client } from '@temporalio/client';

/** Ids of the workflows that a list query finds, as in the Web UI. The server updates its lists with a delay, so tests poll. */
export async function listWorkflowIds(client: Client, query: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query })) ids.push(workflowId);
  return ids;
}
