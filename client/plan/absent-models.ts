/**
 * Models that are not on this machine. A plan can be made without them; a run is started without them only when
 * the operator says that the GPU machines have them.
 */
import { refuseIfAny } from '../../domain/problems.js';
import type { LoadedShow } from '../load/load-show.js';
import type { Output } from '../terminal/output.js';

/** Remarks on each model that could not be looked at. */
export function noteAbsentModels({ absentModels }: LoadedShow, output: Output): void {
  for (const { model, kind, path } of absentModels)
    output.note(
      kind === 'LoRA'
        ? `Note: a LoRA of model "${model}" is not on this machine (${path}), so it was not checked.`
        : `Note: model "${model}" is not on this machine (${path}), so its parts were not checked.`,
    );
}

/** Refuses a show whose models are not here. */
export function refuseAbsentModels({ path, absentModels }: LoadedShow): void {
  refuseIfAny(
    path,
    absentModels.map(({ model, field, kind, path: absent }) => ({
      where: `models.${model}.${field}`,
      message: `the ${kind} ${absent} does not exist; if the GPU machines have it, say --remote-models`,
    })),
  );
}
