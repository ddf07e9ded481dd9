import { runBare } from './orchestration/bare.js';
import { runSample } from './orchestration/sample-run.js';
import { onOwnServer } from './orchestration/server.js';

const N = Number(process.env.N ?? 240);
const which = (process.env.W ?? 'b2,P0,b4,P4').split(',');
const cues = N / 30;
const fmt = (c: Record<string, number>) =>
  Object.entries(c)
    .map(([k, v]) => `${k} ${v.toFixed(1)}`)
    .join(' ');
for (let rep = 0; rep < Number(process.env.R ?? 2); rep++)
  for (const w of which) {
    const cost = await onOwnServer(async ({ environment }) =>
      w.startsWith('b')
        ? runBare(environment, { children: N, activities: Number(w.slice(1)), window: 48 })
        : runSample(environment, { version: 'v1', cues, variants: 30, window: 48, program: w as 'P0' }),
    );
    console.log(rep, w, fmt(cost as never));
  }
process.exit();
