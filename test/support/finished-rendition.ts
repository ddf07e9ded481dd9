/**
 * A finished rendition on a real spool, without a model: small, different pictures, and the objects that the store must contain
 * in the end.
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { renditionIdOf } from '../../activities/rendition-id.js';
import { createUploadActivities } from '../../activities/upload/uploads.js';
import { finalKey, stepKey, type VariantAddress } from '../../domain/object-keys.js';
import type { RenditionReference, RenditionRequest } from '../../domain/rendition.js';
import { encodePng } from '../../engine/files/png.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { Spool } from '../../storage/spool/spool.js';
import { temporaryFolder } from './temp-folder.js';

const at = '2026-01-01T00:00:00.000Z';

export interface FinishedOptions {
  readonly steps?: number;
  /** Width and height of the noise pictures, which determine the number of bytes. */
  readonly size?: number;
  readonly variantId?: number;
}

/** The request for the image at this address. */
export const requestAt = (address: VariantAddress): RenditionRequest => ({
  ...address,
  seed: 7,
  settings: {
    ...{ program: 'P3', prompt: 'fog', steps: 3, guidance: 1, width: 16, height: 16, previews: true },
    model: {
      ...{ name: 'painter', path: 'painter', showDirectory: '/shows' },
      ...{ executionProviders: ['cpu'], previews: 'latent-rgb' as const },
    },
  },
});

/** A rendition of `steps` steps, ready to be uploaded to `store`. */
export async function finishedRendition(
  store: ObjectStore,
  { steps = 6, size = 16, variantId = 7 }: FinishedOptions = {},
) {
  const address: VariantAddress = { project: 'test', version: 'v1', cueId: 'prompt_3_00_01_00', variantId };
  const renditionId = renditionIdOf(address);
  const spool = await Spool.open(join(await temporaryFolder(), 'spool'), { budgetBytes: 2 ** 30 });
  const rendition = await spool.openRendition(renditionId, requestAt(address));
  const pictures = new Map<string, Buffer>();
  for (let step = 1; step <= steps; step++) {
    const latentsPath = rendition.scratchPath(`${step}.latents`);
    await writeFile(latentsPath, 'latents');
    const preview = await noise(size, step);
    pictures.set(stepKey(address, step), preview);
    await rendition.commitStep({ step, of: steps, at, durationMs: 100.4, latentsPath, preview });
  }
  const png = await noise(size, 99);
  pictures.set(finalKey(address), png);
  await rendition.commitFinal({ at, durationMs: 50.2, png });
  const { journalDigest } = rendition;
  const reference: RenditionReference = { ...address, renditionId, journalDigest, previews: true };
  const uploads = createUploadActivities({ spool, store });
  return { address, reference, spool, rendition, uploads, pictures };
}

/** A PNG of noise, which is incompressible: about `size`² × 3 bytes. */
function noise(size: number, seed: number): Promise<Buffer> {
  let state = seed;
  const data = Uint8Array.from({ length: size * size * 3 }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state >>> 24;
  });
  return encodePng({ data, width: size, height: size });
}
