/**
 * A model that takes a device's time and no CPU: the thread sleeps, blocked as in `session.run`, for as long as an SDXL step
 * takes on an H100. It records when it worked and when jobs arrived, so that the device's idle time can be explained.
 */
import { appendFileSync } from 'node:fs';
import type {
  DiffusionModel,
  GenerationEvent,
  GenerationRequest,
  Latents,
  ModelInfo,
  RgbImage,
} from '../../../diffusion/index.js';
import { previewPreset } from '../../../diffusion/index.js';

/** SDXL at 1024×1024 on an H100: a step, and the decoding. */
export const STEP_MS = 45;
export const DECODE_MS = 130;

/** The device's work for one image; times are milliseconds since 1970. */
export interface DeviceRecord {
  readonly startMs: number;
  readonly endMs: number;
  /** Of that, the time of steps and decoding on a real device. */
  readonly deviceMs: number;
  /** Of that, the time by which the sleeping thread woke late: an artefact of this stand-in. */
  readonly lateMs: number;
  readonly seed: number;
}

const bell = new Int32Array(new SharedArrayBuffer(4));
export const nowMs = (): number => performance.timeOrigin + performance.now();

export function deviceModel(directory: string, logPath: string): DiffusionModel {
  const info: ModelInfo = {
    family: 'sdxl',
    pipeline: 'StableDiffusionXLPipeline',
    directory,
    digest: '0'.repeat(64),
    scheduler: 'EulerDiscreteScheduler',
    latentChannels: 4,
    vaeScaleFactor: 8,
    sizeMultiple: 8,
    executionProviders: ['cpu'],
    previewFactors: previewPreset('sdxl'),
    taesd: false,
  };
  return {
    info,
    check: () => {},
    iterations: ({ steps }) => steps,
    generate: (request) => generate(request, logPath),
    isCurrent: async () => true,
    dispose: async () => {},
  };
}

async function* generate(request: GenerationRequest, logPath: string): AsyncGenerator<GenerationEvent> {
  const { steps, seed } = request;
  const latents = noise(request);
  const image = picture(request);
  const startMs = nowMs();
  let [deviceMs, lateMs] = [0, 0];
  const work = (durationMs: number): number => {
    const before = nowMs();
    Atomics.wait(bell, 0, 0, durationMs);
    deviceMs += durationMs;
    lateMs += nowMs() - before - durationMs;
    return durationMs;
  };
  yield { type: 'prompt', truncated: [] };
  for (let step = 1; step <= steps; step++)
    yield { type: 'step', step, of: steps, durationMs: work(STEP_MS), latents: copied(latents) };
  const durationMs = work(DECODE_MS);
  const record: DeviceRecord = { startMs, endMs: nowMs(), deviceMs, lateMs, seed };
  appendFileSync(logPath, `${JSON.stringify(record)}\n`);
  yield { type: 'final', image: copied(image), durationMs };
}

/** A copy, because the caller owns what a model yields. */
const copied = <T extends Latents | RgbImage>(made: T): T => ({ ...made, data: made.data.slice() });

/** Results as large as real ones, and about as hard to compress. Made once for each size, because making them is not the device's work. */
const made = new Map<string, Latents | RgbImage>();

function noise({ width, height }: GenerationRequest): Latents {
  const size = { channels: 4, height: height / 8, width: width / 8 };
  const key = `latents ${width} ${height}`;
  const known = made.get(key);
  if (known !== undefined && 'channels' in known) return known;
  const data = Float32Array.from({ length: 4 * size.height * size.width }, (_, i) => Math.sin(i * i) * 3);
  const latents = { ...size, data };
  made.set(key, latents);
  return latents;
}

function picture({ width, height }: GenerationRequest): RgbImage {
  const key = `pixels ${width} ${height}`;
  const known = made.get(key);
  if (known !== undefined && !('channels' in known)) return known;
  const data = Uint8Array.from({ length: width * height * 3 }, (_, i) => {
    const [x, y] = [Math.floor(i / 3) % width, Math.floor(i / 3 / width)];
    return 128 + 60 * Math.sin(x / 50 + (i % 3)) + 50 * Math.cos(y / 70) + 8 * Math.sin(i * i);
  });
  const image = { data, width, height };
  made.set(key, image);
  return image;
}
