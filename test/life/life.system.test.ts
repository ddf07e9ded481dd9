/**
 * Shows live, many at once, while people do to them whatever people do, drawn from a seed, and worker processes are killed. Each
 * of them is whole in the end, to the byte; each run that ended has told the truth; nothing runs, and nothing lies on the spool.
 *
 * `LIFE_ROUNDS` says how many shows (fifty in `npm test`), `LIFE_SEED` with which seed they begin: show number n has seed + n.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../support/seeded-random.mjs';
import { LifeOfAShow } from './life-of-a-show.js';
import { drawScenario } from './scenario.js';
import { LifeStack, ROLES } from './stack.js';

const ROUNDS = Number(process.env.LIFE_ROUNDS ?? 50);
const SEED = Number(process.env.LIFE_SEED ?? 1);
/** Shows at once; two cores have enough to do with them. */
const AT_ONCE = 10;
/** Every other batch of shows is spared: killed processes need seconds to be noticed, and hide what happens quickly. */
const KILL_EVERY_MS = 9_000;
/** So many in a batch, then its shows are left alone: under endless ones the last of them would take minutes. */
const KILLS = 12;
const PAGE_VARIANTS = 2;

let stack: LifeStack;
beforeAll(async () => {
  stack = await LifeStack.open(PAGE_VARIANTS);
});
afterAll(() => stack.close());

const batches = Array.from({ length: Math.ceil(ROUNDS / AT_ONCE) }, (_, batch) => {
  const first = SEED + batch * AT_ONCE;
  const count = Math.min(AT_ONCE, ROUNDS - batch * AT_ONCE);
  return { first, last: first + count - 1, isDeadly: batch % 2 === 1 };
});

test.each(batches)(
  'shows with seeds $first to $last are whole in the end (processes are killed: $isDeadly)',
  async ({ first, last, isDeadly }) => {
    const seeds = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    const over = new AbortController();
    const killing = isDeadly ? killWhile(() => !over.signal.aborted, first) : Promise.resolve();
    const findings = await Promise.all(seeds.map(findingOf));
    over.abort();
    await killing;
    const found = findings.filter((finding) => finding !== undefined).join('\n\n');
    // Hundreds of shows take an hour: whoever stops the run knows what it has found.
    process.stdout.write(`shows ${first} to ${last}: ${found === '' ? 'whole' : `\n${found}`}\n`);
    expect(found).toBe('');
  },
  600_000,
);

/** What has been found in the life of one show, with all that was done to it. */
async function findingOf(seed: number): Promise<string | undefined> {
  const life = new LifeOfAShow(stack, seed, drawScenario(seed));
  try {
    await life.live();
    return undefined;
  } catch (error) {
    return [`seed ${seed}: ${error}`, ...life.log].join('\n  ');
  }
}

/** One process after the other, for as long as the shows live but not for ever. */
async function killWhile(goesOn: () => boolean, seed: number): Promise<void> {
  const random = seededRandom(seed);
  for (let kill = 0; kill < KILLS && goesOn(); kill++) {
    await new Promise((resolve) => setTimeout(resolve, random() * KILL_EVERY_MS));
    await stack.kill(ROLES[Math.floor(random() * ROLES.length)] ?? 'gpu');
  }
}
