/**
 * `run-benchmark.ts NAME FOLDER [--quick]`: runs one benchmark in a process of its own, so that none inherits another's heap or
 * crashes with it. Prints each comparison as soon as it is measured, and writes FOLDER/NAME.json.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { CATALOGUE } from '../catalogue.js';
import { type Comparison, NotRun, type Planned, scaleOf } from './benchmark.js';
import { describeFacts, facts } from './machine.js';
import { measure, type SubjectResult } from './measure.js';
import { tableOf } from './report.js';

const [name = '', folder = '', ...flags] = process.argv.slice(2);
const quick = flags.includes('--quick');
const out = (text: string) => process.stdout.write(`${text}\n`);
/** Shows progress on a terminal; a log gets none of it. */
const say = (line: string) => {
  if (process.stderr.isTTY) process.stderr.write(`\r\x1b[2K${line}`);
};

const benchmark = await CATALOGUE[name]?.();
if (benchmark === undefined) throw new Error(`There is no benchmark ${JSON.stringify(name)}.`);
const start = facts();
const startMs = performance.now();
const seconds = (): number => Math.round((performance.now() - startMs) / 1000);
out(`\n# ${name}: ${benchmark.question}\n${describeFacts(start)}`);
const results: { title: string; baseline: string | null; subjects: SubjectResult[] }[] = [];
for (const planned of benchmark.comparisons(scaleOf(quick))) {
  const comparison = await ready(planned);
  if (comparison === undefined) continue;
  const subjects = await measure(comparison, say);
  say('');
  out(`\n## ${comparison.title}\n${tableOf(comparison, subjects)}`);
  results.push({ title: comparison.title, baseline: comparison.baseline ?? null, subjects });
}
mkdirSync(folder, { recursive: true });
const document = {
  benchmark: name,
  quick,
  ...start,
  seconds: seconds(),
  loadAtEnd: facts().load,
  comparisons: results,
};
writeFileSync(`${folder}/${name}.json`, `${JSON.stringify(document, null, 2)}\n`);
out(`\n${name} took ${seconds()} s`);
// Native runtimes may keep the process running after the last promise.
process.exit();

/** Undefined if the comparison cannot be run on this machine. */
async function ready(planned: Planned): Promise<Comparison | undefined> {
  try {
    return typeof planned === 'function' ? await planned() : planned;
  } catch (error) {
    if (!(error instanceof NotRun)) throw error;
    out(`\nnot run: ${error.message}`);
    return undefined;
  }
}
