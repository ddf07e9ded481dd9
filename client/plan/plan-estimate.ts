/**
 * What a plan will take: device time and bytes, per program and per model. Measured where images of the program are
 * stored, derived from another program of the same model by pixels where not, assumed for sizes, unknown for time.
 */
import { plannedIterations } from '../../domain/iterations.js';
import { isFullSize, previewStyle } from '../../domain/preview-style.js';
import type { CueTask } from '../../domain/show-plan.js';
import type { ObjectStore } from '../../storage/object-store.js';
import type { LoadedShow } from '../load/load-show.js';
import type { MeasuredStore, Pace, ProgramMeasurements } from './measured-store.js';
import { objectsPerVariant, type PlannedCueReport } from './plan-report.js';

export interface Estimate {
  /** Variants still to generate. */
  readonly variants: number;
  /** Objects that these will add to the store. */
  readonly objects: number;
  readonly bytes: number;
  /** Time of one device, without loading models; null where nothing was measured or given. */
  readonly seconds: number | null;
  /** Null likewise. */
  readonly secondsPerStep: number | null;
  /** How the time is known. */
  readonly basis: 'given' | 'measured' | 'derived' | 'unknown';
}

export interface PlanEstimate extends Omit<Estimate, 'secondsPerStep' | 'basis'> {
  readonly programs: readonly (Estimate & { readonly program: string; readonly model: string })[];
  readonly models: readonly (Omit<Estimate, 'secondsPerStep' | 'basis'> & { readonly model: string })[];
}

/** Bytes a pixel: photographic PNG is about half of its 3 raw bytes; previews are small and noisy, nearly incompressible. */
const ASSUMED_FINAL_BYTES = 1.5;
const ASSUMED_PREVIEW_BYTES = 2.7;
/** `"12":345,` */
const TIMING_BYTES_PER_STEP = 9;
/** Latents are an eighth of the picture each way, and so are latent-rgb previews. */
const PIXELS_PER_LATENT = 64;

interface ProgramWork {
  readonly program: string;
  readonly tasks: readonly { readonly task: CueTask; readonly toGenerate: number }[];
  readonly measured: ProgramMeasurements;
}

/** Estimates what is left of a show. `cues` are the plan's, in the order of the show's tasks. */
export async function estimatePlan(
  loaded: LoadedShow,
  cues: readonly PlannedCueReport[],
  measured: MeasuredStore,
  store: ObjectStore,
  secondsPerStep: number | undefined,
): Promise<PlanEstimate> {
  const left = loaded.tasks.map((task, index) => {
    return { task, toGenerate: cues[index]?.toGenerate ?? 0 };
  });
  const names = [...new Set(loaded.tasks.map(({ settings }) => settings.program))];
  const work = await Promise.all(
    names.map(async (program) => ({
      program,
      tasks: left.filter(({ task }) => task.settings.program === program),
      measured: await measured.measurements(program, store),
    })),
  );
  const programs = work.map((one) => estimateProgram(loaded, one, work, secondsPerStep));
  const models = [...new Set(programs.map(({ model }) => model))].map((model) => ({
    model,
    ...sumOf(programs.filter((program) => program.model === model)),
  }));
  return { ...sumOf(programs), programs, models };
}

function estimateProgram(
  models: LoadedShow,
  work: ProgramWork,
  all: readonly ProgramWork[],
  given: number | undefined,
): PlanEstimate['programs'][number] {
  const { program, tasks, measured } = work;
  const { pace, basis } = paceFor(work, all, given);
  const iterations = ({ settings }: CueTask) => plannedIterations(models, settings);
  const sum = (value: (task: CueTask) => number) =>
    tasks.reduce((total, { task, toGenerate }) => total + toGenerate * value(task), 0);
  const seconds = pace && sum((task) => iterations(task) * pace.secondsPerStep + pace.finalSeconds);
  return {
    program,
    model: modelOf(work),
    variants: sum(() => 1),
    objects: sum((task) => objectsPerVariant(task, models)),
    bytes: Math.round(sum((task) => bytesOf(task, iterations(task), measured.bytes))),
    seconds: seconds === undefined ? null : Math.round(seconds),
    secondsPerStep: pace?.secondsPerStep ?? null,
    basis,
  };
}

/** Its own pace, or else that of a program of the same model, by pixels. */
function paceFor(
  work: ProgramWork,
  all: readonly ProgramWork[],
  given: number | undefined,
): { pace?: Omit<Pace, 'images'>; basis: Estimate['basis'] } {
  if (given !== undefined) return { pace: { secondsPerStep: given, finalSeconds: 0 }, basis: 'given' };
  if (work.measured.pace !== undefined) return { pace: work.measured.pace, basis: 'measured' };
  const other = all.find((one) => modelOf(one) === modelOf(work) && one.measured.pace !== undefined);
  if (other?.measured.pace === undefined) return { basis: 'unknown' };
  const scale = pixelsOf(work) / pixelsOf(other);
  const { secondsPerStep, finalSeconds } = other.measured.pace;
  return {
    pace: { secondsPerStep: secondsPerStep * scale, finalSeconds: finalSeconds * scale },
    basis: 'derived',
  };
}

function bytesOf({ settings }: CueTask, iterations: number, measured: ProgramMeasurements['bytes']): number {
  const pixels = settings.width * settings.height;
  const final = measured.final ?? pixels * ASSUMED_FINAL_BYTES;
  if (!settings.previews) return final;
  const previewPixels = isFullSize(previewStyle(settings.model.previews))
    ? pixels
    : pixels / PIXELS_PER_LATENT;
  const step = measured.step ?? previewPixels * ASSUMED_PREVIEW_BYTES;
  const timing = measured.timing ?? (iterations + 2) * TIMING_BYTES_PER_STEP;
  return final + iterations * step + timing;
}

function sumOf(parts: readonly Estimate[]): Omit<Estimate, 'secondsPerStep' | 'basis'> {
  const sum = (value: (part: Estimate) => number) => parts.reduce((total, part) => total + value(part), 0);
  const unknown = parts.some(({ seconds, variants }) => seconds === null && variants > 0);
  return {
    variants: sum(({ variants }) => variants),
    objects: sum(({ objects }) => objects),
    bytes: sum(({ bytes }) => bytes),
    seconds: unknown ? null : sum(({ seconds }) => seconds ?? 0),
  };
}

const modelOf = ({ tasks }: ProgramWork): string => tasks[0]?.task.settings.model.name ?? '';

const pixelsOf = ({ tasks }: ProgramWork): number => {
  const { width = 1, height = 1 } = tasks[0]?.task.settings ?? {};
  return width * height;
};
