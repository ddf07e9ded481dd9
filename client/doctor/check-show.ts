/**
 * Whether a show could be generated with the models of this machine.
 */
import { InvalidInputError } from '../../domain/problems.js';
import type { LoadedShow } from '../load/load-show.js';
import { describeCuts, measurePrompts, type PromptLengths } from '../plan/cut-prompts.js';
import { type DoctorFinding, ok, problem, skipped, warning } from './finding.js';
import { loadModels } from './load-models.js';

/** A show file that is being looked at. */
export interface NamedShow {
  readonly file: string;
  /** Rejects with an InvalidInputError if the show cannot be used. */
  readonly loading: Promise<LoadedShow>;
}

/** Looks whether the models are complete; `load`: loads them, too. */
export async function checkShow(named: NamedShow | undefined, load: boolean): Promise<DoctorFinding[]> {
  if (named === undefined) return [skipped('models', 'name a show file to have its models looked at')];
  const { file, loading } = named;
  try {
    const loaded = await loading;
    return [
      ...(load ? await loadModels(loaded) : completeModels(loaded)),
      ...absentOnes(loaded),
      ...promptFindings(await measurePrompts(loaded)),
    ];
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    return error.problems.map(({ where, message }) =>
      problem('show', where === '' ? message : `${where}: ${message}`, `Correct ${file}, or what it names.`),
    );
  }
}

const completeModels = ({ families }: LoadedShow): DoctorFinding[] =>
  Object.entries(families).map(([model, family]) => ok(`model ${model}`, `complete, of family ${family}`));

/** Nothing about prompts whose models are elsewhere. */
function promptFindings(lengths: PromptLengths): DoctorFinding[] {
  const remedy = 'Shorten these prompts, or put what matters first: what is cut is the end.';
  return describeCuts(lengths).map((line) => warning('prompts', line.replace(/\.$/, ''), remedy));
}

const absentOnes = ({ absentModels }: LoadedShow): DoctorFinding[] =>
  absentModels.map(({ model, path }) =>
    warning(
      `model ${model}`,
      `${path} is not on this machine`,
      'Fine where the GPU machines have it (start with --remote-models); otherwise set PREGEN_MODELS.',
    ),
  );
