/**
 * The way out of the engine process: a thread that makes and writes each report's files and then says the report, while the
 * device is already busy with the next step. On the thread that computes, creating a file next to the worker's `fsync`s and
 * waiting for a message to leave took 2.5 ms of every step. What is put changes hands without being copied.
 */
import { Worker } from 'node:worker_threads';
import { entryPoint } from '../../package/entry-point.js';
import type { EngineReply } from '../protocol.js';
import type { FileContent, FileToWrite } from './report.js';

/** What the worker is told, once these files are whole. */
export interface Parcel {
  readonly reply: EngineReply;
  readonly files: readonly FileToWrite[];
}

/** The thread could not write this job's files, has said that it failed, and sends nothing more of it. */
export interface Undeliverable {
  readonly jobId: string;
}

export class Outbox {
  private readonly thread = new Worker(entryPoint(import.meta.url, './outbox-thread.js'));

  /** @param onUndeliverable told that a job need not go on */
  constructor(onUndeliverable: (jobId: string) => void) {
    this.thread.on('message', ({ jobId }: Undeliverable) => onUndeliverable(jobId));
    // What keeps the process alive is the channel by which jobs arrive.
    this.thread.unref();
  }

  /** Everything put is sent in this order. The files' content is gone from the caller's memory afterwards. */
  put(reply: EngineReply, files: readonly FileToWrite[] = []): void {
    const parcel: Parcel = { reply, files };
    this.thread.postMessage(
      parcel,
      files.flatMap(({ content }) => memoryOf(content)),
    );
  }
}

function memoryOf(content: FileContent): ArrayBuffer[] {
  const arrays = content instanceof Uint8Array ? [content] : content.map(({ data }) => data);
  return arrays.map(({ buffer }) => buffer).filter((buffer) => buffer instanceof ArrayBuffer);
}
