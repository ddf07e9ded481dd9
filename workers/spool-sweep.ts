/**
 * Removes from a spool what nobody will ask for again: renditions whose variant was terminated, or cancelled while nobody here
 * could be told, or stored from elsewhere while this machine was away, and what a failed one has left half done. Without
 * it they would eat the budget, until the GPU waits for room that nobody frees.
 *
 * What might still be wanted stays: anything in use, anything of a variant that is running, and a finished image of one that
 * has failed: it was generated, and is not thrown away.
 */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { z } from 'zod';
import { describeVariant, renditionIdOf } from '../activities/rendition-id.js';
import { given } from '../domain/given.js';
import { WORKFLOW_TYPES } from '../domain/messages.js';
import type { VariantAddress } from '../domain/object-keys.js';
import { variantOfWorkflow, variantWorkflowId } from '../domain/workflow-ids.js';
import type { Spool } from '../storage/spool/spool.js';

export interface SpoolSweepPorts {
  readonly spool: Spool;
  readonly client: Client;
  /** Told, in one sentence, what was removed, and what went wrong. */
  readonly report: (line: string) => void;
  /** Renditions touched more recently than this are in use. */
  readonly quietMs?: number;
}

/** Longer than any step, upload attempt or heartbeat timeout leaves a rendition that is in use untouched. */
const QUIET_MS = 30 * 60_000;

/** A variant that was ended by force has no step of its own in which to clean up: its device needs a heartbeat to hear of it. */
const QUIET_AFTER_END_MS = 2_000;

/** How often is looked who has just ended: it costs one request to the server while anything is on the spool. */
export const SWEEP_ENDED_EVERY_MS = 3_000;

/** Ends of the last two minutes: more than a server's list, or a clock, is behind. */
const JUST_ENDED_MS = 120_000;

/** As often: a sweep costs one small request to the server for each rendition that has been quiet. */
export const SWEEP_EVERY_MS = QUIET_MS;

/** A variant of which the server knows nothing (any more) keeps its rendition this long: an operator may ask for it again. */
const UNKNOWN_KEPT_MS = 7 * 24 * 60 * 60_000;

const address = z.object({
  project: z.string(),
  version: z.string(),
  cueId: z.string(),
  variantId: z.number(),
  take: z.number().optional(),
});

/** Looks at every rendition once. Never throws: what cannot be decided now is left to the next sweep. */
export async function sweepSpool(ports: SpoolSweepPorts): Promise<void> {
  const { spool, report } = ports;
  const undecided = (what: string) => (error: unknown) => report(`${what} could not be swept now: ${error}`);
  await spool.clean().catch(undecided(`The trash of ${spool.directory}`));
  const renditions = await spool.renditions().catch(undecided(`The spool ${spool.directory}`));
  for (const renditionId of renditions ?? [])
    await sweepOne(ports, renditionId).catch(undecided(`The rendition ${renditionId} in ${spool.directory}`));
}

/** Looks at the renditions of variants that have just ended without being stored. Never throws, either. */
export async function sweepEnded(ports: SpoolSweepPorts): Promise<void> {
  const { spool, client, report, quietMs = QUIET_AFTER_END_MS } = ports;
  try {
    const renditions = new Set(await spool.renditions());
    if (renditions.size === 0) return;
    for await (const { workflowId } of client.workflow.list({ query: justEnded() })) {
      const renditionId = renditionOfWorkflow(workflowId);
      if (renditionId !== undefined && renditions.delete(renditionId))
        await sweepOne({ ...ports, quietMs }, renditionId);
    }
  } catch (error) {
    report(`The spool ${spool.directory} could not be freed now of what has just ended: ${error}`);
  }
}

/** How many images on the spool are finished and waited for by a running workflow. Throws if the server does not answer. */
export async function finishedAndWanted({
  spool,
  client,
}: Pick<SpoolSweepPorts, 'spool' | 'client'>): Promise<number> {
  let wanted = 0;
  for (const renditionId of await spool.renditions()) {
    const rendition = await spool.findRendition(renditionId);
    if (rendition?.final === undefined) continue;
    const request = addressOf(await spool.requestOf(renditionId));
    if (request !== undefined && (await isRunning(client, request))) wanted += 1;
  }
  return wanted;
}

async function isRunning(client: Client, request: VariantAddress): Promise<boolean> {
  try {
    const { status } = await client.workflow.getHandle(variantWorkflowId(request)).describe();
    return status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}

const justEnded = (): string =>
  [
    `WorkflowType = "${WORKFLOW_TYPES.variant}"`,
    'ExecutionStatus IN ("Terminated", "Canceled", "TimedOut", "Failed")',
    `CloseTime > "${new Date(Date.now() - JUST_ENDED_MS).toISOString()}"`,
  ].join(' AND ');

function renditionOfWorkflow(workflowId: string): string | undefined {
  const address = variantOfWorkflow(workflowId);
  return address && renditionIdOf(address);
}

async function sweepOne(ports: SpoolSweepPorts, renditionId: string): Promise<void> {
  const { spool, client, report, quietMs = QUIET_MS } = ports;
  const touchedAt = await spool.touchedAt(renditionId);
  const rendition = await spool.findRendition(renditionId);
  if (touchedAt === undefined || rendition === undefined || Date.now() - touchedAt < quietMs) return;
  const request = addressOf(await spool.requestOf(renditionId));
  if (request === undefined || renditionIdOf(request) !== renditionId) return;
  const isFinished = rendition.final !== undefined;
  if (!(await isDoneWith(client, request, isFinished, Date.now() - touchedAt))) return;
  await rendition.remove();
  report(`Removed a rendition of ${describeVariant(request)} from the spool: nobody needs it any more.`);
}

function addressOf(request: unknown): VariantAddress | undefined {
  const { data } = address.safeParse(request);
  if (data === undefined) return undefined;
  const { take, ...variant } = data;
  return { ...variant, ...given({ take }) };
}

/** A choice of another take, which runs under the same id, says nothing of what became of the image. */
async function isDoneWith(
  client: Client,
  request: VariantAddress,
  isFinished: boolean,
  quietForMs: number,
): Promise<boolean> {
  try {
    const { status, type } = await client.workflow.getHandle(variantWorkflowId(request)).describe();
    if (type !== WORKFLOW_TYPES.variant) return quietForMs > UNKNOWN_KEPT_MS;
    return status.name === 'FAILED' ? !isFinished : status.name !== 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return quietForMs > UNKNOWN_KEPT_MS;
    throw error;
  }
}
