/**
 * The images that every subject of a comparison generates: same model, same settings, same number of threads.
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
  /** Images in a run, one after the other. */
  readonly images: number;
}

export const DEMO_MODEL = fileURLToPath(new URL('../../../models/demo-sd3', import.meta.url));

/** Each image of a run has a prompt of its own, so that no subject can reuse results of the image before. */
export const promptOf = (repetition: number, image: number): string =>
  `a red boat on the sea at night, picture ${repetition}.${image}`;

export const seedOf = (repetition: number, image: number): number => 1000 * (repetition + 1) + image;

export const FIGURES = {
  wall: 's an image',
  cpu: 'CPU s an image',
  recorded: 's recorded',
} as const;
