/**
 * What every painter of a comparison is asked for: the same images, of the same model, on as many threads.
 */
import { fileURLToPath } from 'node:url';

export interface Workload {
  /** Folder of the ONNX model. */
  readonly model: string;
  readonly width: number;
  readonly height: number;
  readonly steps: number;
  readonly guidance: number;
  readonly threads: number;
  /** The CPU unless given. */
  readonly executionProviders?: readonly string[];
  /** How many a run paints, one after the other. */
  readonly images: number;
}

export const DEMO_MODEL = fileURLToPath(new URL('../../../models/demo-sd3', import.meta.url));

/** Figures are seconds for one image; all images of a run have prompts of their own, so that nothing can be kept of the last. */
export const promptOf = (repetition: number, image: number): string =>
  `a red boat on the sea at night, picture ${repetition}.${image}`;

export const seedOf = (repetition: number, image: number): number => 1000 * (repetition + 1) + image;

export const FIGURES = {
  wall: 's an image',
  cpu: 'CPU s an image',
  recorded: 's recorded',
} as const;
