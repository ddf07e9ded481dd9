/** Small renditions for the spool's tests: a few bytes a file, real files on a real disk. */
import { writeFile } from 'node:fs/promises';
import { Spool } from '../../../storage/spool/spool.js';
import type { SpooledRendition } from '../../../storage/spool/spooled-rendition.js';
import { temporaryFolder } from '../../support/temp-folder.js';

export const REQUEST = { prompt: 'a lighthouse', seed: 7, size: { width: 64, height: 64 } };
export const AT = '2026-01-02T03:04:05.678Z';
const PLENTY_BYTES = 1e9;

export async function openSpool(directory?: string, budgetBytes = PLENTY_BYTES): Promise<Spool> {
  return Spool.open(directory ?? (await temporaryFolder()), { budgetBytes });
}

/** What the engine and the preview renderer would produce for a step: always the same bytes. */
export const latentsOf = (step: number): Buffer => Buffer.from(`latents of step ${step}`);
export const previewOf = (step: number): Buffer => Buffer.from(`preview of step ${step}`);
export const FINAL = Buffer.from('the final image');

export async function commitStep(rendition: SpooledRendition, step: number, of = 4): Promise<void> {
  const latentsPath = rendition.scratchPath(`raw-${step}`);
  await writeFile(latentsPath, latentsOf(step));
  await rendition.commitStep({
    step,
    of,
    at: AT,
    durationMs: step * 1.25,
    latentsPath,
    preview: previewOf(step),
  });
}

export async function commitSteps(
  rendition: SpooledRendition,
  from: number,
  to: number,
  of = 4,
): Promise<void> {
  for (let step = from; step <= to; step += 1) await commitStep(rendition, step, of);
}

export function commitFinal(rendition: SpooledRendition): Promise<void> {
  return rendition.commitFinal({ at: AT, durationMs: 12.5, png: FINAL });
}

/** A rendition with all four steps and its final image, and the spool it is in. */
export async function completeRendition(): Promise<{ spool: Spool; rendition: SpooledRendition }> {
  const spool = await openSpool();
  const rendition = await spool.openRendition('r', REQUEST);
  await commitSteps(rendition, 1, 4);
  await commitFinal(rendition);
  return { spool, rendition };
}
