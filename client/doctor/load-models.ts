/**
 * Loads the models of a show, one after the other, each in a process of its own: what the GPU worker's engine would do
 * before the first image.
 */

import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { engineEnvironment } from '../../domain/engine-environment.js';
import { providersText } from '../../domain/execution-providers.js';
import type { ModelProfile } from '../../domain/show-file.js';
import { packageFile } from '../../package/package-files.js';
import type { LoadedShow } from '../load/load-show.js';
import { type DoctorFinding, ok, problem } from './finding.js';

/** Tens of gigabytes from a slow disk. */
const LOAD_TIMEOUT_MS = 30 * 60_000;

const answerSchema = z.union([
  z.object({ problem: z.string() }),
  z.object({ family: z.string(), pipeline: z.string(), scheduler: z.string() }),
]);

/** One finding per model profile that is on this machine, with its LoRAs. */
export async function loadModels({
  show,
  modelDirectories,
  modelLoras,
  configuration,
}: LoadedShow): Promise<DoctorFinding[]> {
  const findings: DoctorFinding[] = [];
  for (const [name, profile] of Object.entries(show.models)) {
    const modelDirectory = modelDirectories[name];
    const loras = modelLoras[name];
    if (modelDirectory === undefined || loras === undefined) continue;
    const place = { modelDirectory, loras, mergedModels: configuration.mergedModels };
    findings.push(await loadOne(name, JSON.stringify(place), profile, configuration.threads));
  }
  return findings;
}

async function loadOne(
  name: string,
  place: string,
  { executionProviders, scheduler }: ModelProfile,
  threads: number | undefined,
): Promise<DoctorFinding> {
  const check = `model ${name}`;
  const remedy = 'Export the model again, or correct its profile in the show file.';
  const options = JSON.stringify({ executionProviders, scheduler, threads });
  try {
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [packageFile('dist', 'engine', 'model', 'check-model.js'), place, options],
      { timeout: LOAD_TIMEOUT_MS, env: engineEnvironment(process.env) },
    );
    const answer = answerSchema.parse(JSON.parse(stdout));
    if ('problem' in answer) return problem(check, answer.problem, remedy);
    const { pipeline, scheduler: used } = answer;
    return ok(check, `loads on ${providersText(executionProviders)}: ${pipeline} with ${used}`);
  } catch (error) {
    return problem(check, `loading it ended the process (${lastLine(error)})`, remedy);
  }
}

/** What a dying process said last, or how it died. */
function lastLine(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const said = 'stderr' in error && typeof error.stderr === 'string' ? error.stderr.trim() : '';
  return (said === '' ? error.message : said).split('\n').at(-1) ?? error.message;
}
