/**
 * `node dist/engine/model/main.js ORDER`: looks into, tries or fits one model, without Temporal. ORDER is a
 * `ModelOrder` as JSON; replies go to the parent over IPC. A process of its own, as everywhere: native code computes on
 * the thread that calls it and may take the process down.
 */
import { ModelError, NonFiniteLatentsError, RequestError } from '../../diffusion/index.js';
import { UnfitFileError } from '../../files/read-regular-file.js';
import { fitModelPreviews } from './fit-previews.js';
import { inspect } from './inspect.js';
import type { ModelOrder, ModelReply } from './protocol.js';
import { tryModel } from './try.js';

const order: ModelOrder = JSON.parse(process.argv[2] ?? 'null');
try {
  await reply(await run(order));
} catch (error) {
  await reply(errorReply(error));
}
process.disconnect?.();

function run(given: ModelOrder): Promise<ModelReply> {
  const note = (line: string) => void reply({ type: 'note', line });
  switch (given.type) {
    case 'inspect':
      return inspect(given);
    case 'try':
      return tryModel(given, note, () => void reply({ type: 'computing' }));
    case 'fit-previews':
      return fitModelPreviews(given, note);
  }
}

function errorReply(error: unknown): ModelReply {
  if (error instanceof UnfitFileError) return { type: 'error', message: error.message, badUsage: true };
  if (error instanceof RequestError) return { type: 'error', message: error.message, badUsage: true };
  if (error instanceof ModelError || error instanceof NonFiniteLatentsError)
    return { type: 'error', message: error.message, badUsage: false };
  if (error instanceof Error && 'code' in error && typeof error.code === 'string')
    return { type: 'error', message: error.message, badUsage: false }; // a file that cannot be read or written
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    type: 'error',
    message: `Unexpected error, which is a fault of this program: ${text}`,
    badUsage: false,
  };
}

function reply(message: ModelReply): Promise<void> {
  return new Promise((resolve) => {
    if (process.send === undefined) throw new Error('This process is started by "pregen model" only.');
    process.send(message, () => resolve());
  });
}
