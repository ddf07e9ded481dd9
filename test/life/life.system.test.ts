/**
 * Many shows at once, on which random actions of operators (drawn from a seed) are carried out while worker processes are killed. In the
 * end each show is complete, to the byte; each run has reported correct counts; no workflow runs, and the spool is empty.
 *
 * `LIFE_ROUNDS` sets the number of shows (fifty in `npm test`), `LIFE_SEED` the first seed: show number n has seed + n.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { seededRandom } from '../support/seeded-random.mjs';
import { LifeOfAShow } from './life-of-a-show.js';
import { drawScenario } from './scenario.js';
import { LifeStack, ROLES } from './stack.js';

const ROUNDS = Number(process.env.LIFE_ROUNDS ?? 50);
const SEED = Number(process.env.LIFE_SEED ?? 1);
/** Shows at once: enough to keep two cores busy. */
const AT_ONCE = 10;
/** Longest pause between two kills. Only every other batch has kills: it takes seconds to notice them, which hides faults of fast shows. */
const KILL_EVERY_MS = 9_000;
/** Kills in a batch, at most: with endless kills, its last shows would take minutes. */
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
  'shows with seeds $first to $last are complete in the end (processes are killed: $isDeadly)',
  async ({ first, last, isDeadly }) => {
    const seeds = Array.from({ length: last - first + 1 }, (_, index) => first + index);
    const over = new AbortController();
    const killing = isDeadly ? killWhile(() => !over.signal.aborted, first) : Promise.resolve();
    const findings = await Promise.all(seeds.map(findingOf));
    over.abort();
    await killing;
    const found = findings.filter((finding) => finding !== undefined).join('\n\n');
    // Printed at once, because hundreds of shows take an hour, and the run may be stopped before its end.
    process.stdout.write(`shows ${first} to ${last}: ${found === '' ? 'whole' : `\n${found}`}\n`);
    expect(found).toBe('');
  },
  600_000,
);

/** The finding about one show, with everything that was done to it; undefined if there is none. */
async function findingOf(seed: number): Promise<string | undefined> {
  const life = new LifeOfAShow(stack, seed, drawScenario(seed));
  try {
    await life.live();
    return undefined;
  } catch (error) {
    return [`seed ${seed}: ${error}`, ...life.log].join('\n  ');
  }
}

/** Kills random processes, one after the other, as long as the shows run. */
async function killWhile(goesOn: () => boolean, seed: number): Promise<void> {
  const random = seededRandom(seed);
  for (let kill = 0; kill < KILLS && goesOn(); kill++) {
    await new Promise((resolve) => setTimeout(resolve, random() * KILL_EVERY_MS));
    await stack.kill(ROLES[Math.floor(random() * ROLES.length)] ?? 'gpu');
  }
}
