/**
 * What the engine process does: one per device, and nothing but computing. ONNX Runtime blocks the thread that calls it for
 * whole steps, so it must not share one with heartbeats; and whatever native code does to a process, it does to this
 * one only. It knows neither Temporal nor the store.
 *
 * It takes jobs in order, so the next begins the moment one ends. If it dies, the worker forks a fresh one; if the
 * worker dies, it ends at once.
 */
import { Worker } from 'node:worker_threads';
import { entryPoint } from '../../package/entry-point.js';
import type { EngineRequest, WorkRequest } from '../protocol.js';
import { engineFailure } from './failure.js';
import { JobRun, type Models } from './job-run.js';
import { ReplyWriter } from './reply-writer.js';

/** Serves jobs until the process ends. */
export function serveJobs(models: Models): void {
  const runs: JobRun[] = [];
  let running = false;
  const find = (jobId: string): JobRun | undefined => runs.find((run) => run.jobId === jobId);
  const replies = new ReplyWriter((jobId) => find(jobId)?.cancel());

  const workOff = async (): Promise<void> => {
    if (running) return;
    running = true;
    for (let run = runs[0]; run !== undefined; run = runs[0]) {
      await runToEnd(run, models, replies);
      runs.shift();
    }
    running = false;
  };

  process.on('message', (request: EngineRequest) => {
    switch (request.type) {
      case 'generate':
      case 'load':
        runs.push(jobRun(request, replies));
        void workOff();
        break;
      case 'cancel':
        find(request.jobId)?.cancel();
        break;
      case 'acknowledge':
        find(request.jobId)?.acknowledge();
        break;
    }
  });
  liveWithParent();
  replies.put({ type: 'ready' });
}

function liveWithParent(): void {
  // A terminal and a service manager signal the whole process group: the worker decides when this process ends.
  process.on('SIGINT', () => {});
  process.on('SIGTERM', () => {});
  process.on('disconnect', () => process.exit(0));
  // During a step this thread cannot notice that the worker is gone: another one can.
  new Worker(entryPoint(import.meta.url, './parent-watch.js'), { workerData: process.ppid }).unref();
}

function jobRun(order: WorkRequest, replies: ReplyWriter): JobRun {
  const { jobId } = order.job;
  return new JobRun(order, (message, files) => replies.put({ type: 'job', jobId, message }, files));
}

async function runToEnd(run: JobRun, models: Models, replies: ReplyWriter): Promise<void> {
  try {
    await run.run(models);
  } catch (error) {
    const message = { type: 'failed', failure: engineFailure(error) } as const;
    replies.put({ type: 'job', jobId: run.jobId, message });
  }
}
