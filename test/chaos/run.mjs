// `npm run chaos -- --minutes 10 --seed 7`: the chaos test for as long as wanted. Without a seed, one is chosen and
// printed; the same seed gives the same faults in the same order.
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { minutes: { type: 'string' }, seed: { type: 'string' } } });
const minutes = Number(values.minutes ?? 10);
const seed = Number(values.seed ?? Math.floor(Math.random() * 1_000_000));
if (!(minutes > 0) || !Number.isInteger(seed)) {
  process.stderr.write('Usage: npm run chaos -- [--minutes 10] [--seed 7]\n');
  process.exit(2);
}
process.stdout.write(`chaos for ${minutes} minutes, seed ${seed}\n`);
const env = { ...process.env, CHAOS_SECONDS: String(minutes * 60), CHAOS_SEED: String(seed) };
const child = spawn('npx', ['vitest', 'run', 'test/chaos'], { env, stdio: 'inherit', shell: true });
child.on('exit', (code) => process.exit(code ?? 1));
