/**
 * The product's engine process with a model that only takes time. It records when each job arrives: a device that is idle
 * while it has a job is idle for another reason than one that has none.
 */
import { appendFileSync } from 'node:fs';
import { serveJobs } from '../../../engine/process/serve-jobs.js';
import type { EngineRequest } from '../../../engine/protocol.js';
import { deviceModel, nowMs } from './device-model.js';

/** A job has reached the device's process. */
export interface ArrivalRecord {
  readonly arrivedMs: number;
  /** `show/v1 prompt_3_00_01_00, variant 7` */
  readonly subject: string;
  readonly seed: number;
}

const logPath = process.env.BENCH_DEVICE_LOG ?? '';
process.on('message', (message: EngineRequest) => {
  if (message.type !== 'generate') return;
  const { subject, request } = message.job;
  const record: ArrivalRecord = { arrivedMs: nowMs(), subject, seed: request.seed };
  appendFileSync(logPath, `${JSON.stringify(record)}\n`);
});
serveJobs({ take: async ({ modelDirectory }) => deviceModel(modelDirectory, logPath) });
