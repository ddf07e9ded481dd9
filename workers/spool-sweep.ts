/**
 * Removes from a spool what nobody will ask for again: renditions whose variant was stored from elsewhere while this
 * machine was away, or cancelled while nobody here could be told. Without it they would eat the budget, until the GPU
 * waits for room that nobody frees.
 *
 * What might still be wanted stays: anything in use, anything of a variant that is running or has failed.
 */
import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import { z } from 'zod';
import { renditionIdOf } from '../activities/rendition-id.js';
import type { VariantAddress } from '../domain/object-keys.js';
import { variantWorkflowId } from '../domain/workflow-ids.js';
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

/** As often: a sweep costs one small request to the server for each rendition that has been quiet. */
export const SWEEP_EVERY_MS = QUIET_MS;

/** A variant of which the server knows nothing (any more) keeps its rendition this long: somebody may ask for it again. */
const UNKNOWN_KEPT_MS = 7 * 24 * 60 * 60_000;

const address = z.object({
  project: z.string(),
  version: z.string(),
  cueId: z.string(),
  variantId: z.number(),
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

async function sweepOne(ports: SpoolSweepPorts, renditionId: string): Promise<void> {
  const { spool, client, report, quietMs = QUIET_MS } = ports;
  const touchedAt = await spool.touchedAt(renditionId);
  const rendition = await spool.findRendition(renditionId);
  if (touchedAt === undefined || rendition === undefined || Date.now() - touchedAt < quietMs) return;
  const request = address.safeParse(await spool.requestOf(renditionId)).data;
  if (request === undefined || renditionIdOf(request) !== renditionId) return;
  if (!(await isDoneWith(client, request, Date.now() - touchedAt))) return;
  await rendition.remove();
  const { cueId, variantId } = request;
  report(`Removed a rendition of ${cueId}, variant ${variantId}, from the spool: nobody needs it any more.`);
}

async function isDoneWith(client: Client, request: VariantAddress, quietForMs: number): Promise<boolean> {
  try {
    const { status } = await client.workflow.getHandle(variantWorkflowId(request)).describe();
    return status.name === 'COMPLETED' || status.name === 'CANCELLED';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return quietForMs > UNKNOWN_KEPT_MS;
    throw error;
  }
}
