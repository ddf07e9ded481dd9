/**
 * From what the engine library yields to what the worker is told: small messages, and the files that they name.
 */
import { join } from 'node:path';
import type { GenerationEvent, Latents, RgbImage } from '../../diffusion/index.js';
import type { EngineEvent, EngineJob, RawImageFile } from '../engine.js';

/** Pixels as they are; or latents, and what the scheduler remembers, for a latents file. */
export type FileContent = Uint8Array | readonly [Latents, ...Latents[]];

export interface FileToWrite {
  readonly path: string;
  /** Used by nobody else: its memory goes to another thread. */
  readonly content: FileContent;
}

/** An event, and the files that must be whole before it is sent. */
export interface Report {
  readonly event: EngineEvent;
  readonly files: readonly FileToWrite[];
}

/** Says what has just happened to a job. */
export function reportOf({ jobId, outputDirectory }: EngineJob, event: GenerationEvent): Report {
  const files: FileToWrite[] = [];
  const attach: Attach = (name, content) => {
    const path = join(outputDirectory, `${jobId}-${name}`);
    files.push({ path, content });
    return path;
  };
  return { event: describe(event, attach), files };
}

/** Adds a file of the job; gives its path. */
type Attach = (name: string, content: FileContent) => string;

function describe(event: GenerationEvent, attach: Attach): EngineEvent {
  const at = new Date().toISOString();
  switch (event.type) {
    case 'prompt':
      return event;
    case 'step': {
      const { step, of, durationMs, latents, history = [], denoised, preview } = event;
      const latentsPath = attach(`${step}.latents`, [latents, ...history]);
      return {
        type: 'step',
        step,
        of,
        durationMs,
        at,
        latentsPath,
        ...shown(step, denoised, preview, attach),
      };
    }
    case 'final': {
      const image = attachImage('final.rgb', event.image, attach);
      return { type: 'final', image, durationMs: event.durationMs, at };
    }
  }
}

/** One of the two is what the preview is made of. */
function shown(step: number, denoised: Latents | undefined, preview: RgbImage | undefined, attach: Attach) {
  if (preview !== undefined) return { preview: attachImage(`${step}.rgb`, preview, attach) };
  if (denoised === undefined) return {};
  return { denoisedPath: attach(`${step}.denoised`, [denoised]) };
}

function attachImage(name: string, { data, width, height }: RgbImage, attach: Attach): RawImageFile {
  return { path: attach(name, data), width, height };
}
