import { join } from 'node:path';
import type { ShowWorkflow } from '../../domain/messages.js';
import { finalKey } from '../../domain/object-keys.js';
import { showWorkflowId } from '../../domain/workflow-ids.js';
import { openStore } from '../../storage/open-store.js';
import { CUE_IDS, writeSmallShow } from '../e2e/small-show.js';
import { type Stage, setStage } from '../e2e/stage.js';
import { MemoryWatch, STACK_ROLES } from '../support/resident-memory.js';
import type { Benchmark, Figures, Subject } from './frame/benchmark.js';

const SHOW = { project: 'memory', version: 'v1' };
const LOOK_EVERY_MS = 500;
/** Number of variants; more tell more about growth. */
const VARIANTS = process.env.BENCH_VARIANTS;

/** Growth with the number of variants is a leak. */
const benchmark: Benchmark = {
  question: 'Does any process of the development stack grow with the variants it has seen?',
  comparisons(scale) {
    const variants = VARIANTS === undefined ? scale.pick(200, 12) : Number(VARIANTS);
    return [
      {
        title: `resident memory through ${variants} small variants of the demo model`,
        figures: Object.fromEntries(
          STACK_ROLES.flatMap((role) => [
            [`${role}First`, `MiB at first, ${role}`],
            [`${role}Most`, '  at most'],
            [`${role}Growth`, '  KiB more for each variant of the second half'],
          ]),
        ),
        repetitions: 1,
        warmUps: 0,
        subjects: { 'pregen dev': () => developmentStack(variants) },
      },
    ];
  },
};
export default benchmark;

async function developmentStack(variants: number): Promise<Subject> {
  const stage = await setStage();
  return {
    run: async () => {
      const done = new Progress(stage, variants);
      const memory = new MemoryWatch(stage, () => done.variants);
      try {
        await generate(stage, variants, done);
      } finally {
        memory.stop();
      }
      return figuresOf(memory);
    },
    close: () => stage.close(),
  };
}

async function generate(stage: Stage, variants: number, done: Progress): Promise<void> {
  const file = await writeSmallShow(join(stage.folder, 'memory'), { ...SHOW, promptVariants: variants });
  const { code, stderr } = await stage.pregen('show', 'start', file);
  if (code !== 0) throw new Error(`the show could not be started: ${stderr}`);
  const timer = setInterval(() => void done.look(), LOOK_EVERY_MS);
  try {
    const { failed } = await stage.client.workflow.getHandle<ShowWorkflow>(showWorkflowId(SHOW)).result();
    if (failed > 0) throw new Error(`${failed} variants failed`);
  } finally {
    clearInterval(timer);
  }
}

/** Progress of a show whose variants are generated in order, within a window. */
class Progress {
  variants = 0;
  private readonly store;

  constructor(
    stage: Stage,
    private readonly of: number,
  ) {
    this.store = openStore(stage.stack.store);
  }

  async look(): Promise<void> {
    for (let next = this.variants + 1; next <= this.of && (await this.isStored(next)); next++)
      this.variants = next;
  }

  private async isStored(variantId: number): Promise<boolean> {
    const key = finalKey({ ...SHOW, cueId: CUE_IDS.prompt, variantId });
    return (await this.store.head(key)) !== undefined;
  }
}

function figuresOf(memory: MemoryWatch): Figures {
  const figures: Record<string, number> = {};
  for (const { role, firstBytes, mostBytes, bytesPerVariant } of memory.report()) {
    figures[`${role}First`] = firstBytes / 2 ** 20;
    figures[`${role}Most`] = mostBytes / 2 ** 20;
    if (bytesPerVariant !== undefined) figures[`${role}Growth`] = bytesPerVariant / 1024;
  }
  return figures;
}
