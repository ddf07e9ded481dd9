/**
 * The requests by which the page steers shows: the same as the command line, through the same code. Only the gallery's own page may
 * POST them; an answer is sent when the Temporal server has confirmed the change.
 */
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { ShowAddress } from '../domain/object-keys.js';
import { MAX_WINDOW } from '../domain/window.js';
import { reasonOf } from '../live/reason-of.js';
import { SteeringError } from '../steering/steering-error.js';
import { refuseForgery } from './guards.js';
import { HttpError, readJson } from './http.js';
import type { SteeringRequest } from './steering-request.js';

const cueId = z.string().min(1).max(1000);
const variantId = z.int().min(1);

const requestSchema: z.ZodType<SteeringRequest> = z.discriminatedUnion('action', [
  z.strictObject({ action: z.literal('stop'), cueId, variantId, take: z.int().min(0).optional() }),
  z.strictObject({ action: z.enum(['pause', 'resume']), cueId: cueId.optional() }),
  z.strictObject({ action: z.literal('set-window'), window: z.int().min(1).max(MAX_WINDOW) }),
  z.strictObject({ action: z.literal('retry') }),
  z.strictObject({ action: z.literal('retry-one'), cueId, variantId }),
]);

/** Carries out a request; resolves to one sentence for the page. Throws a SteeringError if it cannot be carried out. */
export type Steer = (show: ShowAddress, request: SteeringRequest) => Promise<string>;

const MAX_REQUEST_BYTES = 16 * 1024;

/** Reads a steering request, and carries it out. */
export async function steerByRequest(
  request: IncomingMessage,
  show: ShowAddress,
  steer: Steer | undefined,
): Promise<string> {
  if (steer === undefined) throw new HttpError(404, 'no Temporal server is reachable from this gallery');
  refuseForgery(request);
  const parsed = requestSchema.safeParse(await readJson(request, MAX_REQUEST_BYTES));
  if (!parsed.success) throw new HttpError(400, 'the body is not a steering request');
  try {
    return await steer(show, parsed.data);
  } catch (error) {
    if (error instanceof SteeringError) throw new HttpError(409, error.message);
    if (error instanceof Error && error.name === 'WorkflowUpdateFailedError')
      throw new HttpError(409, `The show refused: ${reasonOf(error)}.`);
    throw error;
  }
}
