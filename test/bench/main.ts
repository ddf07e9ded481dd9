/**
 * `npm run bench [-- NAME…] [--quick]`: measures, without limits to pass. Benchmarks run one after the other, each in a
 * process of its own; if one fails, the others still run, and the exit code is not 0.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { benchmarksOf, CATALOGUE } from './catalogue.js';
import { ROOT } from './frame/machine.js';

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { quick: { type: 'boolean', default: false } },
});
const { names, unknown } = benchmarksOf(positionals);
if (unknown.length > 0) {
  const known = Object.keys(CATALOGUE).join(', ');
  process.stderr.write(`No such benchmark: ${unknown.join(', ')}. There are: ${known}.\n`);
  process.exit(2);
}
const folder = `${ROOT}bench-results/${new Date().toISOString().slice(0, 19).replaceAll(':', '-')}`;
const failed: string[] = [];
for (const name of names) if (!(await runs(name))) failed.push(name);
process.stdout.write(`\nResults: ${folder}\n`);
if (failed.length > 0) process.stdout.write(`Failed: ${failed.join(', ')}\n`);
process.exitCode = failed.length > 0 ? 1 : 0;

async function runs(name: string): Promise<boolean> {
  const module = fileURLToPath(new URL('./frame/run-benchmark.ts', import.meta.url));
  const args = [...process.execArgv, module, name, folder, ...(values.quick ? ['--quick'] : [])];
  // Keeps the warnings of libraries out of the tables.
  const env = { ...process.env, NODE_NO_WARNINGS: '1' };
  const [code] = await once(spawn(process.execPath, args, { cwd: ROOT, env, stdio: 'inherit' }), 'exit');
  return code === 0;
}
