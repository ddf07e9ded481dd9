/**
 * Preloaded (`NODE_OPTIONS`) into every Node process of a stack under chaos; the product's code is unchanged.
 *
 * An engine process appends to `steps.jsonl` each step that it has computed and each that its worker has reported as durable; lines
 * before a kill are kept. Worker processes get a slow disk, or a full one, as long as the file `disk.json` says so: the
 * delay or the error happens in fsync.
 */
import { appendFileSync, readFileSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

const folder = process.env.CHAOS_FOLDER ?? '';
const program = process.argv[1] ?? '';
if (/engine[/\\]process[/\\]process\.js$/.test(program)) watchSteps();
else if (/workers[/\\]main\.js$/.test(program)) await spoilDisk();

/** A job's id is that of the rendition, a hyphen and a UUID. */
function note(what, { jobId }, step) {
  const line = { what, rendition: jobId.slice(0, -37), step };
  appendFileSync(join(folder, 'steps.jsonl'), `${JSON.stringify(line)}\n`);
}

function watchSteps() {
  const { emit } = process;
  const { postMessage } = Worker.prototype;
  Worker.prototype.postMessage = function noticedPostMessage(parcel, ...rest) {
    const { reply } = parcel;
    if (reply.type === 'job' && reply.message.type === 'step') note('computed', reply, reply.message.step);
    return postMessage.call(this, parcel, ...rest);
  };
  // Not by a listener: the first one makes Node deliver messages, before the engine has its own.
  process.emit = (name, message, ...rest) => {
    if (name === 'message' && message.type === 'acknowledge') note('durable', message, message.step);
    return emit.call(process, name, message, ...rest);
  };
}

async function spoilDisk() {
  const file = await open(program);
  const prototype = Object.getPrototypeOf(file);
  await file.close();
  const { sync } = prototype;
  prototype.sync = async function spoiltSync() {
    const { fsyncMs = 0, full = false } = disk();
    if (fsyncMs > 0) await sleep(fsyncMs);
    if (full) throw Object.assign(new Error('ENOSPC: no space left on device, fsync'), { code: 'ENOSPC' });
    return sync.call(this);
  };
}

function disk() {
  try {
    return JSON.parse(readFileSync(join(folder, 'disk.json'), 'utf8'));
  } catch {
    return {};
  }
}
