/**
 * The request by which the page decides, and its answer: the cue as it is now, and a sentence if another person has decided otherwise.
 */
import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { MAX_NOTE, VERDICTS } from '../../domain/decisions.js';
import { given } from '../../domain/given.js';
import type { ShowAddress } from '../../domain/object-keys.js';
import { MAX_SEED } from '../../domain/seeds.js';
import { refuseForgery } from '../guards.js';
import { type Answer, HttpError, jsonAnswer, readJson } from '../http.js';
import type { ShowIndexWatcher } from '../show-index-watcher.js';
import { type DecisionWriter, NotDecided } from './decision-writer.js';

/** Enough for every selection that a person makes: 10,000 variants with notes are larger. */
const MAX_REQUEST_BYTES = 2 * 1024 * 1024;

const verdict = z.enum(VERDICTS).nullable();
const schema = z.object({
  cueId: z.string().min(1),
  variants: z
    .array(
      z.object({
        variantId: z.int().min(1),
        verdict: verdict.optional(),
        note: z.string().max(MAX_NOTE).nullable().optional(),
        stamp: z.string(),
        seen: z.object({ verdict, seed: z.int().min(0).max(MAX_SEED).nullable() }),
      }),
    )
    .min(1),
});

export async function answerDecision(
  request: IncomingMessage,
  { project, version }: ShowAddress,
  { decisions, shows }: { readonly decisions: DecisionWriter; readonly shows: ShowIndexWatcher },
): Promise<Answer> {
  refuseForgery(request);
  const parsed = schema.safeParse(await readJson(request, MAX_REQUEST_BYTES));
  if (!parsed.success)
    throw new HttpError(400, 'expected {"cueId", "variants": [{"variantId", "stamp", "seen", …}, …]}');
  const { cueId } = parsed.data;
  const variants = parsed.data.variants.map(({ verdict, note, ...variant }) => ({
    ...variant,
    ...given({ verdict, note }),
  }));
  const show = { project, version };
  try {
    await decisions.decide(show, cueId, variants);
    return jsonAnswer({ cue: shows.cue(show, cueId) });
  } catch (error) {
    if (!(error instanceof NotDecided)) throw error;
    return { ...jsonAnswer({ message: error.message, cue: shows.cue(show, cueId) }), status: 409 };
  }
}
