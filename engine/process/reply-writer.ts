/**
 * Writes the engine process's replies: a thread makes and writes the files of each and then sends it, while the
 * device is already busy with the next step. On the thread that computes, creating a file next to the worker's `fsync`s and
 * waiting for a message to leave took 2.5 ms of every step. What is put changes hands without being copied.
 */
import { Worker } from 'node:worker_threads';
import { entryPoint } from '../../package/entry-point.js';
import type { EngineReply } from '../protocol.js';
import type { FileContent, FileToWrite } from './report.js';

/** What the worker is told, once these files are whole. */
export interface ReplyToWrite {
  readonly reply: EngineReply;
  readonly files: readonly FileToWrite[];
}

/** The thread could not write this job's files, has said that it failed, and sends nothing more of it. */
export interface Unwritable {
  readonly jobId: string;
}

export class ReplyWriter {
  private readonly thread = new Worker(entryPoint(import.meta.url, './reply-writer-thread.js'));

  /** @param onUnwritable told that a job need not go on */
  constructor(onUnwritable: (jobId: string) => void) {
    this.thread.on('message', ({ jobId }: Unwritable) => onUnwritable(jobId));
    // What keeps the process alive is the channel by which jobs arrive.
    this.thread.unref();
  }

  /** Everything put is sent in this order. The files' content is gone from the caller's memory afterwards. */
  put(reply: EngineReply, files: readonly FileToWrite[] = []): void {
    const order: ReplyToWrite = { reply, files };
    this.thread.postMessage(
      order,
      files.flatMap(({ content }) => memoryOf(content)),
    );
  }
}

function memoryOf(content: FileContent): ArrayBuffer[] {
  const arrays = content instanceof Uint8Array ? [content] : content.map(({ data }) => data);
  return arrays.map(({ buffer }) => buffer).filter((buffer) => buffer instanceof ArrayBuffer);
}
