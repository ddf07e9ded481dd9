/**
 * `pregen show cancel FILE [CUE [VARIANT]]`: stops a show, a cue or a variant, whoever runs it.
 */
import type { Client } from '@temporalio/client';
import { cancelCue, cancelImage, cancelWholeShow } from '../../steering/cancel-part.js';
import { checkVariant, findCue } from '../load/find-cue.js';
import { type LoadedShow, loadShow } from '../load/load-show.js';
import { withTemporal } from '../temporal/connect.js';
import type { Output } from '../terminal/output.js';
import type { ShowPart } from './show-steering.js';

export async function cancelShow(file: string, part: ShowPart, output: Output): Promise<undefined> {
  const loaded = await loadShow(file);
  const workflowId = await withTemporal(({ client }) => cancel(client, loaded, part));
  output.result(
    { workflowId, steering: 'cancel' },
    `${workflowId} is being cancelled: the device stops after the step in hand; what is stored stays stored.`,
  );
  return undefined;
}

async function cancel(client: Client, loaded: LoadedShow, { cue, variant }: ShowPart): Promise<string> {
  if (cue === undefined) return cancelWholeShow(client, loaded.show);
  const task = findCue(loaded, cue, 'show cancel');
  if (variant === undefined) return cancelCue(client, task);
  checkVariant(task, variant, 'show cancel');
  return cancelImage(client, { ...task, variantId: variant });
}
