/**
 * The requests by which the page generates, chooses and discards takes.
 */
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import type { ShowAddress } from '../../domain/object-keys.js';
import { InvalidInputError } from '../../domain/problems.js';
import { MAX_SEED } from '../../domain/seeds.js';
import { refuseForgery } from '../guards.js';
import { type Answer, HttpError, jsonAnswer, readJson } from '../http.js';
import type { TakeActions } from './take-actions.js';

/** Room for 10,000 selected variants with long cue ids. */
const MAX_REQUEST_BYTES = 2 * 1024 * 1024;
/** More than a person compares. */
const MAX_TAKES = 16;

const variant = { cueId: z.string().min(1), variantId: z.int().min(1) };
const makeSchema = z.object({
  variants: z.array(z.object(variant)).min(1),
  takes: z.int().min(1).max(MAX_TAKES),
});
const oneSchema = z.object({ ...variant, seed: z.int().min(0).max(MAX_SEED) });

export type TakeVerb = 'takes' | 'choose' | 'discard';

export async function answerTakes(
  request: IncomingMessage,
  verb: TakeVerb,
  { project, version }: ShowAddress,
  actions: TakeActions,
): Promise<Answer> {
  refuseForgery(request);
  const body = await readJson(request, MAX_REQUEST_BYTES);
  const show = { project, version };
  try {
    return jsonAnswer({ message: await carryOut(verb, show, body, actions) });
  } catch (error) {
    if (error instanceof InvalidInputError) throw new HttpError(409, error.message);
    throw error;
  }
}

function carryOut(verb: TakeVerb, show: ShowAddress, body: unknown, actions: TakeActions): Promise<string> {
  if (verb === 'takes') {
    const { variants, takes } = parsed(
      makeSchema,
      body,
      '{"variants": [{"cueId", "variantId"}, …], "takes"}',
    );
    return actions.make(show, variants, takes);
  }
  const { seed, ...at } = parsed(oneSchema, body, '{"cueId", "variantId", "seed"}');
  return actions[verb]({ ...show, ...at }, seed);
}

function parsed<Value>(schema: z.ZodType<Value>, body: unknown, expected: string): Value {
  const { success, data } = schema.safeParse(body);
  if (!success) throw new HttpError(400, `expected ${expected}`);
  return data;
}
