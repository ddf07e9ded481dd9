/**
 * What a reader needs to judge a figure: the machine, its other load, and the versions of everything.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, totalmem } from 'node:os';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../../..', import.meta.url));

export interface Facts {
  readonly at: string;
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGib: number;
  /** Load average of the last minute. */
  readonly load: number;
  readonly versions: Readonly<Record<string, string>>;
}

export function facts(): Facts {
  return {
    at: new Date().toISOString(),
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: availableParallelism(),
    memoryGib: Math.round(totalmem() / 2 ** 30),
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
    versions: {
      node: process.versions.node,
      commit: commit(),
      'onnxruntime-node': packageVersion('onnxruntime-node'),
      '@temporalio/worker': packageVersion('@temporalio/worker'),
    },
  };
}

export const describeFacts = ({ cpu, cores, memoryGib, load, versions }: Facts): string =>
  `${cpu}, ${cores} cores, ${memoryGib} GiB, load ${load}; ` +
  Object.entries(versions)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ');

/** The commit that is measured, and whether files differ from it. */
function commit(): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
  try {
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') === '' ? '' : ' and changes');
  } catch {
    return 'unknown'; // no repository: an unpacked archive
  }
}

const packageVersion = (name: string): string =>
  JSON.parse(readFileSync(`${ROOT}/node_modules/${name}/package.json`, 'utf8')).version;
