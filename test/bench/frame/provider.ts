/** Whether an execution provider loads on this machine, tried in a process of its own, because native code may crash it. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { entryPoint } from '../../../package/entry-point.js';

/** Undefined if a model loads on it; otherwise the reason. */
export async function loadsOn(provider: string, model: string): Promise<string | undefined> {
  const module = entryPoint(import.meta.url, '../../../engine/model/check-model.js');
  const options = JSON.stringify({ executionProviders: [provider] });
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [module, model, options]);
    const { problem }: { problem?: string } = JSON.parse(stdout);
    return problem;
  } catch (error) {
    return `a model could not be loaded on ${provider}: ${String(error).slice(0, 300)}`;
  }
}
