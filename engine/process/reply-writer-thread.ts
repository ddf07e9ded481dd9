/**
 * The thread that writes replies. It never speaks of a file that is not whole; a job whose file cannot be written has failed,
 * and its later reports are dropped, since they would leave out a step.
 */
import { writeFileSync, writeSync } from 'node:fs';
import { parentPort } from 'node:worker_threads';
import type { EngineFailure } from '../engine.js';
import { encodeLatents } from '../files/latents-file.js';
import { type EngineReply, type JobMessage, REPLY_FD } from '../protocol.js';
import type { ReplyToWrite, Unwritable } from './reply-writer.js';
import type { FileContent } from './report.js';
import { writeFailure } from './write-failure.js';

/** Jobs that are still running and have failed here. */
const unwritable = new Set<string>();

parentPort?.on('message', ({ reply, files }: ReplyToWrite) => {
  if (reply.type !== 'job') say(reply);
  else if (unwritable.has(reply.jobId)) forgetAtEnd(reply);
  else {
    const failure = write(files);
    if (failure === undefined) say(reply);
    else giveUp(reply, failure);
  }
});

/** Blocks until the system has taken it: the reader never waits for this process. */
function say(reply: EngineReply): void {
  writeSync(REPLY_FD, `${JSON.stringify(reply)}\n`);
}

/** Writes them; says what is wrong if one cannot be written. */
function write(files: ReplyToWrite['files']): EngineFailure | undefined {
  try {
    for (const { path, content } of files) writeFileSync(path, bytesOf(content));
    return undefined;
  } catch (error) {
    return writeFailure(error);
  }
}

function bytesOf(content: FileContent): Uint8Array {
  if (content instanceof Uint8Array) return content;
  const [latents, ...history] = content;
  return encodeLatents(latents, history);
}

type JobReply = Extract<EngineReply, { type: 'job' }>;

function giveUp({ jobId, message }: JobReply, failure: EngineFailure): void {
  say({ type: 'job', jobId, message: { type: 'failed', failure } });
  if (isEnd(message)) return;
  unwritable.add(jobId);
  const note: Unwritable = { jobId };
  parentPort?.postMessage(note);
}

function forgetAtEnd({ jobId, message }: JobReply): void {
  if (isEnd(message)) unwritable.delete(jobId);
}

const isEnd = ({ type }: JobMessage): boolean =>
  type === 'final' || type === 'cancelled' || type === 'failed';
