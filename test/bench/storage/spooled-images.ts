/**
 * Finished images on a real spool, ready to be uploaded: previews and final images of the size that SDXL at 1024×1024 gives.
 */
import { createHash } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renditionIdOf } from '../../../activities/rendition-id.js';
import type { RenditionReference } from '../../../domain/rendition.js';
import { Spool } from '../../../storage/spool/spool.js';

/** Sizes of PNGs: a preview of 128×128 pixels of noise, and a final image. The store does not decode them. */
const PREVIEW_BYTES = 30_000;
const FINAL_BYTES = 1_400_000;
const at = '2026-01-01T00:00:00.000Z';

export interface SpooledImages {
  readonly spool: Spool;
  readonly references: readonly RenditionReference[];
  readonly previews: number;
}

/** Commits `count` images with so many previews each to a spool in `folder`. */
export async function spooledImages(folder: string, count: number, previews: number): Promise<SpooledImages> {
  const spool = await Spool.open(join(folder, 'spool'), { budgetBytes: 2 ** 36 });
  const references: RenditionReference[] = [];
  for (let variantId = 1; variantId <= count; variantId++)
    references.push(await commit(spool, variantId, previews));
  return { spool, references, previews };
}

async function commit(spool: Spool, variantId: number, previews: number): Promise<RenditionReference> {
  const address = { project: 'bench', version: 'v1', cueId: 'prompt_3_00_01_00', variantId };
  const renditionId = renditionIdOf(address);
  const rendition = await spool.openRendition(renditionId, address);
  for (let step = 1; step <= previews; step++) {
    const latentsPath = rendition.scratchPath(`${step}.latents`);
    await writeFile(latentsPath, 'latents');
    const preview = bytes(PREVIEW_BYTES, `${variantId}/${step}`);
    await rendition.commitStep({ step, of: previews, at, durationMs: 45, latentsPath, preview });
  }
  await rendition.commitFinal({ at, durationMs: 130, png: bytes(FINAL_BYTES, `${variantId}`) });
  return { ...address, renditionId, journalDigest: rendition.journalDigest, previews: true };
}

/** Incompressible bytes, different for each seed. */
export function bytes(count: number, seed: string): Buffer {
  const block = createHash('sha512').update(seed).digest();
  return Buffer.alloc(count, Buffer.concat([block, Buffer.from(seed)]));
}

/** Keys and bodies of one image's objects, for a loop without a spool. */
export function bareObjects({ variantId }: RenditionReference, previews: number): [string, Buffer][] {
  const prefix = `bench/bare/cues/prompt_3_00_01_00/${variantId}/`;
  const steps = Array.from({ length: previews }, (_, index): [string, Buffer] => [
    `${prefix}${index + 1}.png`,
    bytes(PREVIEW_BYTES, `${variantId}/${index + 1}`),
  ]);
  return [...steps, [`${prefix}final.png`, bytes(FINAL_BYTES, `${variantId}`)]];
}
