/**
 * Which images are being made right now and how far each is, and how full the spools are; and what keeps others from being
 * stored.
 */
import type { Client } from '@temporalio/client';
import type { ShowAddress } from '../domain/object-keys.js';
import type { PageProgress } from '../domain/progress.js';
import { type ImageState, lookAtImage } from './look-at-image.js';
import { type ImageName, keyOf, nameOf, type RunningVariant } from './running-variants.js';
import { fullest, type SpoolReport } from './spool-reports.js';

export type ImageInFlight = ImageName & ImageState;

export interface InFlight {
  /** Those furthest along first. */
  readonly images: readonly ImageInFlight[];
  /** Spools on which one of these images is being made. */
  readonly spools: readonly SpoolReport[];
}

export const NOTHING_IN_FLIGHT: InFlight = { images: [], spools: [] };

/** Looking at one image costs the server a request; a screen holds no more than this many lines anyway. */
const MAX_ON_GPUS = 8;
/** Those that wait longest tell what keeps the store from taking them. */
const MAX_UPLOADING = 4;

/** Describes images in flight: those that the server lists, and those that pages have told of since. */
export async function imagesInFlight(
  client: Client,
  show: ShowAddress,
  running: readonly RunningVariant[],
  pages: readonly PageProgress[] = [],
): Promise<InFlight> {
  const looks = await Promise.all(
    choose(running, pages).map(async (name) => {
      const look = await lookAtImage(client, { ...show, ...name });
      return look && { ...look, image: { ...name, ...look.image } };
    }),
  );
  const known = looks.filter((one) => one !== undefined);
  return {
    images: known.map(({ image }) => image).sort((a, b) => (b.step ?? -1) - (a.step ?? -1)),
    spools: fullest(known.flatMap(({ spool }) => spool ?? [])),
  };
}

/** The images worth a look: of those not generated yet and of those waiting for the store, the ones that began first. */
function choose(running: readonly RunningVariant[], pages: readonly PageProgress[]): ImageName[] {
  const told = pages.flatMap(({ inFlight }) => inFlight);
  const images = new Map([...told, ...running.toReversed()].map((image) => [keyOf(image), image]));
  const uploading = new Set(running.filter((variant) => variant.uploading).map(keyOf));
  const inOrder = [...images].map(([key, image]) => ({ key, name: nameOf(image) }));
  return [
    ...inOrder.filter(({ key }) => !uploading.has(key)).slice(0, MAX_ON_GPUS),
    ...inOrder.filter(({ key }) => uploading.has(key)).slice(0, MAX_UPLOADING),
  ].map(({ name }) => name);
}
