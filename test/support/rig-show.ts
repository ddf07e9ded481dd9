/**
 * A show whose commands use a test file's server and store, and a machine that makes pictures for it.
 */
import { finalKey, timingKey, type VariantAddress } from '../../domain/object-keys.js';
import type { RenditionReference } from '../../domain/rendition.js';
import type { ObjectStore } from '../../storage/object-store.js';
import type { Rig } from '../workflows/rig.js';
import { type Outcome, pregen } from './pregen.js';
import { show, writeShow } from './show-folder.js';
import { putPng, putPreviews, putTiming, upTo } from './stored-variant.js';

/** Pixels a side, and steps, of the pictures of `show-folder.ts`. */
export const SIDE = 64;
export const STEPS = 4;
/** Its cues: two variants without previews, three with. */
export const TRANSCRIPT = 'transcript_0_00_00_05';
export const PROMPT = 'prompt_1_00_00_10';

export interface RigShow {
  readonly cwd: string;
  /** Runs a `pregen` command in the show's folder. */
  run(...args: string[]): Promise<Outcome>;
  at(cueId: string, variantId: number): VariantAddress;
}

/** Writes a show of this version. */
export async function rigShow({ address, store }: Rig, version: string): Promise<RigShow> {
  const cwd = await writeShow({ show: { ...show, version } });
  const env = { TEMPORAL_ADDRESS: address, PREGEN_STORE: store.description };
  return {
    cwd,
    run: (...args) => pregen(args, { cwd, env }),
    at: (cueId, variantId) => ({ project: 'test', version, cueId, variantId }),
  };
}

/** Activities of a machine whose pictures can be decoded. */
export function pictureMachine(store: ObjectStore) {
  return {
    uploadFinal: (reference: RenditionReference) => putPng(store, finalKey(reference), SIDE),
    uploadPreviews: (reference: RenditionReference) => putPreviews(store, reference, STEPS, SIDE),
    withdrawTiming: (address: VariantAddress) => store.delete(timingKey(address)),
    composeTiming: async (reference: RenditionReference) => {
      if (reference.previews) await putTiming(store, reference, upTo(STEPS));
      return { missingSteps: [] };
    },
  };
}
