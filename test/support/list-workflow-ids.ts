import type { Client } from '@temporalio/client';

/** Ids of the workflows that a list query finds, as in the Web UI. The server's lists are a moment old: poll for what should be there. */
export async function listWorkflowIds(client: Client, query: string): Promise<string[]> {
  const ids: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query })) ids.push(workflowId);
  return ids;
}
