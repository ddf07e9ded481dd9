/**
 * The one place where environment variables become settings, typed and validated. The Temporal connection is the
 * SDK's own affair (`@temporalio/envconfig`), the store's credentials the AWS default chain's.
 */
import { z } from 'zod';
import { type DeviceSettings, ONLY_DEVICE, readDevices } from './devices.js';
import { type ListenAddress, readListenAddress } from './listen-address.js';
import { LOG_FORMATS } from './log-format.js';
import { InvalidInputError } from './problems.js';
import { segmentSchema } from './segment-schema.js';
import { DEFAULT_QUEUE, gpuQueueOf, QUEUE_NAME } from './task-queues.js';
import { inOurWords, problemsOf } from './zod-problems.js';

const positiveInt = z.coerce
  .number({ error: 'expected a number' })
  .int({ error: 'expected a whole number' })
  .min(1, { error: 'expected at least 1' });

const listenAddress = z.string().transform((text, context): ListenAddress => {
  const address = readListenAddress(text);
  if (address !== undefined) return address;
  context.addIssue({
    code: 'custom',
    message: 'expected :PORT or ADDRESS:PORT, as in :8080 or 127.0.0.1:8080',
  });
  return z.NEVER;
});

const GIB = 1024 ** 3;

const environmentSchema = z.object({
  /** `file:DIR` or `s3://bucket/prefix?endpoint=…&region=…`. */
  PREGEN_STORE: z.string().min(1).default('file:./pregen-output'),
  /** Folder that holds renditions until they are stored. */
  PREGEN_SPOOL: z.string().min(1).default('./pregen-spool'),
  /** Spool budget: over it, the GPU worker waits. 20 GiB hold about 200 images of 1024×1024 with 40 previews and checkpoints. */
  PREGEN_SPOOL_BUDGET_GIB: z.coerce
    .number({ error: 'expected a number' })
    .positive({ error: 'expected a positive number' })
    .default(20),
  /** Overrides the show file's version. */
  PREGEN_VERSION_ID: segmentSchema.optional(),
  /** Folder against which relative model paths are resolved on this machine. */
  PREGEN_MODELS: z.string().min(1).optional(),
  /** ONNX Runtime threads of the engine process; by default ONNX Runtime's own choice. */
  PREGEN_THREADS: positiveInt.optional(),
  /** Devices of the GPU worker, each with an engine process of its own: `cuda:0,cuda:1`. */
  PREGEN_DEVICES: z.string().optional(),
  /** Queues of models that a GPU worker serves, as their profiles name them; `default` is that of all others. */
  PREGEN_QUEUES: z
    .string()
    .transform((text) => text.split(',').map((name) => name.trim()))
    .pipe(z.array(z.string().regex(QUEUE_NAME, { error: 'expected names of queues, divided by commas' })))
    .default([DEFAULT_QUEUE]),
  /** Show file whose models a GPU worker loads before it asks for images. */
  PREGEN_PRELOAD: z.string().min(1).optional(),
  /** Memory for the weights of several models on one device; without it, one model at a time. */
  PREGEN_MODEL_MEMORY_GIB: z.coerce
    .number({ error: 'expected a number' })
    .positive({ error: 'expected a positive number' })
    .optional(),
  /** Folder for copies of models with LoRAs merged into them; by default in the user's cache. */
  PREGEN_MERGED_MODELS: z.string().min(1).optional(),
  /** Over it, the least recently used copies are removed. 50 GiB hold seven of SDXL in float16 with all parts changed. */
  PREGEN_MERGED_BUDGET_GIB: z.coerce
    .number({ error: 'expected a number' })
    .positive({ error: 'expected a positive number' })
    .default(50),
  /** A step that takes longer than this is a hang: the engine process is replaced. Five minutes: a slow CPU step of a large model. */
  PREGEN_STEP_TIMEOUT_SECONDS: positiveInt.default(300),
  /** A machine on which images fail takes none for so long, then tries one; each failed trial doubles it, up to ten minutes. */
  PREGEN_MACHINE_PAUSE_SECONDS: positiveInt.max(600, { error: 'expected at most 600' }).default(30),
  /** A worker that is told to end by a signal may go on for so long with what it has in hand. */
  PREGEN_DRAIN_SECONDS: z.coerce
    .number({ error: 'expected a number' })
    .int({ error: 'expected a whole number' })
    .min(0, { error: 'expected at least 0' })
    .default(0),
  /** A GPU worker that has had no image for so long ends. */
  PREGEN_EXIT_WHEN_IDLE_SECONDS: positiveInt.optional(),
  /**
   * Heartbeats of an image being denoised or uploaded reach the Temporal server at most this often: by default, soon enough
   * for people who watch or cancel. Eight seconds at most, since ten of silence are a dead worker.
   */
  PREGEN_HEARTBEAT_SECONDS: positiveInt.max(8, { error: 'expected at most 8' }).default(1),
  /** Where this process serves its metrics to Prometheus; nowhere by default. */
  PREGEN_METRICS: listenAddress.optional(),
  /** How worker processes write their log (log-format.ts). */
  PREGEN_LOG: z.enum(LOG_FORMATS, { error: `expected ${LOG_FORMATS.join(' or ')}` }).optional(),
  /** Where this process answers `/livez` and `/readyz` over HTTP; nowhere by default. */
  PREGEN_HEALTH: listenAddress.optional(),
});

export interface Configuration {
  readonly store: string;
  readonly spool: string;
  readonly spoolBudgetBytes: number;
  readonly version: string | undefined;
  readonly models: string | undefined;
  readonly threads: number | undefined;
  readonly devices: readonly DeviceSettings[];
  /** Task queues of the server. */
  readonly gpuQueues: readonly string[];
  readonly preload: string | undefined;
  readonly modelMemoryBytes: number | undefined;
  readonly mergedModels: { readonly folder: string | undefined; readonly budgetBytes: number };
  readonly stepTimeoutMs: number;
  readonly machinePauseMs: number;
  readonly drainMs: number;
  readonly exitWhenIdleMs: number | undefined;
  readonly heartbeatMs: number;
  readonly health: ListenAddress | undefined;
  readonly metrics: ListenAddress | undefined;
}

/** Reads the configuration from environment variables; empty ones count as absent. Throws InvalidInputError with every problem. */
export function readConfiguration(environment: Readonly<Record<string, string | undefined>>): Configuration {
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = environmentSchema.safeParse(given, { error: inOurWords });
  if (!parsed.success) throw new InvalidInputError('configuration', problemsOf(parsed.error, ''));
  const env = parsed.data;
  const { devices, problems } =
    env.PREGEN_DEVICES === undefined
      ? { devices: ONLY_DEVICE, problems: [] }
      : readDevices(env.PREGEN_DEVICES, given.CUDA_VISIBLE_DEVICES);
  if (problems.length > 0)
    throw new InvalidInputError(
      'configuration',
      problems.map((message) => ({ where: 'PREGEN_DEVICES', message })),
    );
  return {
    store: env.PREGEN_STORE,
    spool: env.PREGEN_SPOOL,
    spoolBudgetBytes: Math.ceil(env.PREGEN_SPOOL_BUDGET_GIB * GIB),
    version: env.PREGEN_VERSION_ID,
    models: env.PREGEN_MODELS,
    threads: env.PREGEN_THREADS,
    gpuQueues: [...new Set(env.PREGEN_QUEUES.map(gpuQueueOf))],
    preload: env.PREGEN_PRELOAD,
    devices,
    modelMemoryBytes:
      env.PREGEN_MODEL_MEMORY_GIB === undefined ? undefined : env.PREGEN_MODEL_MEMORY_GIB * GIB,
    mergedModels: {
      folder: env.PREGEN_MERGED_MODELS,
      budgetBytes: Math.ceil(env.PREGEN_MERGED_BUDGET_GIB * GIB),
    },
    stepTimeoutMs: env.PREGEN_STEP_TIMEOUT_SECONDS * 1000,
    machinePauseMs: env.PREGEN_MACHINE_PAUSE_SECONDS * 1000,
    drainMs: env.PREGEN_DRAIN_SECONDS * 1000,
    exitWhenIdleMs:
      env.PREGEN_EXIT_WHEN_IDLE_SECONDS === undefined ? undefined : env.PREGEN_EXIT_WHEN_IDLE_SECONDS * 1000,
    heartbeatMs: env.PREGEN_HEARTBEAT_SECONDS * 1000,
    health: env.PREGEN_HEALTH,
    metrics: env.PREGEN_METRICS,
  };
}
