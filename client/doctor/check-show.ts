/**
 * Whether a show could be generated with the models of this machine.
 */
import { InvalidInputError } from '../../domain/problems.js';
import { type LoadedShow, loadShow } from '../load-show.js';
import { type DoctorFinding, ok, problem, skipped, warning } from './finding.js';

export async function checkShow(file: string | undefined): Promise<DoctorFinding[]> {
  if (file === undefined) return [skipped('models', 'name a show file to have its models looked at')];
  try {
    return modelFindings(await loadShow(file));
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return error.problems.map(({ where, message }) =>
      problem('show', where === '' ? message : `${where}: ${message}`, `Correct ${file}, or what it names.`),
    );
  }
}

function modelFindings({ families, absentModels }: LoadedShow): DoctorFinding[] {
  return [
    ...Object.entries(families).map(([model, family]) =>
      ok(`model ${model}`, `complete, of family ${family}`),
    ),
    ...absentModels.map(({ model, directory }) =>
      warning(
        `model ${model}`,
        `${directory} is not on this machine`,
        'Fine where the GPU machines have it (start with --remote-models); otherwise set PREGEN_MODELS.',
      ),
    ),
  ];
}
