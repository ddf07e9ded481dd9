/**
 * One show: it is started, the actions of a random scenario are carried out on it, and then it is resumed and restarted until it is
 * complete. The result of every run is compared with what is stored.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  type WorkflowHandle,
  WorkflowNotFoundError,
  WorkflowUpdateFailedError,
} from '@temporalio/client';
import type { UpdateDefinition } from '@temporalio/common';
import {
  acceptChangesUpdate,
  cancelPartUpdate,
  pauseCueUpdate,
  pauseUpdate,
  resumeCueUpdate,
  resumeUpdate,
  retryFailedUpdate,
  type ShowWorkflow,
  setWindowUpdate,
  showProgressQuery,
  WORKFLOW_TYPES,
} from '../../domain/messages.js';
import { type ShowProgress, sumOf } from '../../domain/progress.js';
import { deriveSeed } from '../../domain/seeds.js';
import { planCues, requestVariant } from '../../domain/show-plan.js';
import type { ShowSelection } from '../../domain/show-selection.js';
import {
  cueRunOptions,
  type StartOptions,
  showStartOptions,
  variantStartOptions,
} from '../../domain/start-options.js';
import { ORCHESTRATION_QUEUE } from '../../domain/task-queues.js';
import { showWorkflowId, variantWorkflowId } from '../../domain/workflow-ids.js';
import { sendUpdate } from '../../steering/send-update.js';
import { SteeringError } from '../../steering/steering-error.js';
import { RETRY_LIMITS, sampleCues, sampleShow } from '../workflows/samples.js';
import { storeSampleBundle } from '../workflows/start-show.js';
import { describeRunning, runningUnder, spooledOf, wholeVariants, wrongObjects } from './inspect-show.js';
import { type Action, type ActionName, type Edition, programOf, type Scenario } from './scenario.js';
import type { LifeStack } from './stack.js';

/** A show whose counts do not change for so long is stuck: many times longer than it takes to notice that an orchestrator has died. */
const STUCK_MS = 150_000;
const LOOK_EVERY_MS = 1_000;
/** A show needs one run after the last action to be complete, and further ones for runs that were stopped before. */
const MOST_RUNS = 8;

/** A fault that the test has found. */
export class Finding extends Error {
  override readonly name = 'Finding';
}

export class LifeOfAShow {
  readonly #version: string;
  readonly #address: { readonly project: string; readonly version: string };
  readonly #workflowId: string;
  #edition: Edition;
  /** Everything that was done, for the person who has to understand a finding. */
  readonly log: string[] = [];

  constructor(
    private readonly stack: LifeStack,
    readonly seed: number,
    private readonly scenario: Scenario,
  ) {
    this.#version = `life-${seed}`;
    this.#address = { project: 'test', version: this.#version };
    this.#workflowId = showWorkflowId(this.#address);
    this.#edition = scenario.edition;
  }

  async live(): Promise<void> {
    const broken = this.scenario.broken.map(([cue, variantId]) =>
      deriveSeed(this.#version, `cue_${cue}`, variantId),
    );
    await this.stack.break(broken);
    if (this.seed % 4 === 0) await this.#do({ name: 'startVariant', pauseMs: 100, numbers: [0, 0, 0] });
    await this.#do({ name: 'startAgain', pauseMs: this.seed % 1_000, numbers: [0, 0, 0] });
    for (const action of this.scenario.actions) await this.#do(action);
    await this.stack.mend(broken);
    await this.#untilWhole();
    await this.#leavesNothing();
  }

  /** Ids of all workflows of this show begin with it. */
  get prefix(): string {
    return `${this.#workflowId}/`;
  }

  async #do({ name, pauseMs, numbers }: Action): Promise<void> {
    this.log.push(`${name} ${numbers.join(' ')}`);
    await this.#actions[name](...numbers);
    await sleep(pauseMs);
  }

  readonly #actions: Record<ActionName, (a: number, b: number, c: number) => Promise<unknown>> = {
    pause: () => this.#steer(pauseUpdate, []),
    resume: () => this.#steer(resumeUpdate, []),
    setWindow: (a) => this.#steer(setWindowUpdate, [1 + a]),
    pauseCue: (a) => this.#steer(pauseCueUpdate, [{ cueId: this.#cue(a) }]),
    resumeCue: (a) => this.#steer(resumeCueUpdate, [{ cueId: this.#cue(a) }]),
    retry: () => this.#steer(retryFailedUpdate, []),
    acceptChanges: async (a, b) => {
      const { cues, variants } = this.#edition;
      this.#edition = {
        cues: Math.max(1, cues + (a % 3) - 1),
        variants: Math.max(1, variants + (b % 3) - 1),
      };
      await this.#steer(acceptChangesUpdate, [{ bundleKey: await this.#bundle() }]);
    },
    cancelPart: (a, b) =>
      this.#steer(cancelPartUpdate, [{ cueId: this.#cue(a), variantId: this.#variant(b) }]),
    cancelCue: (a) => this.#steer(cancelPartUpdate, [{ cueId: this.#cue(a) }]),
    cancelVariant: (a, b) => this.#tell(this.#variantId(a, b), 'cancel'),
    terminateVariant: (a, b) => this.#tell(this.#variantId(a, b), 'terminate'),
    startVariant: (a, b) => this.#startVariant(a, b),
    startCue: (a) => this.#startCue(a),
    startAgain: () => this.#start(showStartOptions(this.#address)),
    startForced: () => this.#start(showStartOptions(this.#address), { mode: 'force' }),
    storm: async (a) => {
      for (let round = 0; round < 4; round++) await this.#steer(setWindowUpdate, [1 + ((a + round) % 6)]);
    },
    cancelShow: () => this.#tell(this.#workflowId, 'cancel'),
    terminateShow: () => this.#tell(this.#workflowId, 'terminate'),
    terminateAndStart: async (a) => {
      await this.#tell(this.#workflowId, 'terminate');
      if (a > 4) this.#edition = { ...this.#edition, variants: this.#edition.variants + 1 };
      await this.#start(showStartOptions(this.#address));
    },
    endPage: async (a) => {
      const page = (await runningUnder(this.stack, this.prefix)).find((id) => id.includes('/page-'));
      if (page !== undefined) await this.#tell(page, a % 2 === 0 ? 'cancel' : 'terminate');
    },
  };

  /** Sends an update as the CLI does. It may be refused because the show does not run, has no such cue, or has no orchestrator. */
  async #steer<Result, Args extends unknown[]>(
    update: UpdateDefinition<Result, Args>,
    args: Args,
  ): Promise<void> {
    try {
      await sendUpdate(this.stack.client, { workflowId: this.#workflowId, update, args });
    } catch (error) {
      const isFair =
        error instanceof WorkflowNotFoundError ||
        error instanceof WorkflowUpdateFailedError ||
        (error instanceof SteeringError && error.message.includes('no orchestrator answers'));
      if (!isFair) throw new Finding(`${update.name} failed with ${error}`, { cause: error });
      this.log.push(`  ${error.name}: ${error.message.slice(0, 80)}`);
    }
  }

  async #tell(workflowId: string, what: 'cancel' | 'terminate'): Promise<void> {
    try {
      await this.stack.client.workflow.getHandle(workflowId)[what]();
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }

  async #start(options: StartOptions, selection?: ShowSelection): Promise<void> {
    const bundleKey = await this.#bundle();
    const { window } = this.scenario;
    // The run of a single cue gets no failure budget, because this test resumes the whole show only.
    const maxFailures = selection?.cues === undefined ? this.scenario.maxFailures : undefined;
    try {
      await this.stack.client.workflow.start<ShowWorkflow>(WORKFLOW_TYPES.show, {
        ...options,
        taskQueue: ORCHESTRATION_QUEUE,
        args: [
          {
            ...{ ...this.#address, bundleKey, window, patience: RETRY_LIMITS },
            ...(selection === undefined ? {} : { selection }),
            ...(maxFailures === undefined ? {} : { maxFailures: { count: maxFailures } }),
          },
        ],
        memo: { bundleKey },
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }

  #startCue(a: number): Promise<void> {
    const task = this.#tasks().find(({ cueId }) => cueId === this.#cue(a));
    return task === undefined
      ? Promise.resolve()
      : this.#start(cueRunOptions(task), { mode: 'missing', cues: [task.cueId] });
  }

  async #startVariant(a: number, b: number): Promise<void> {
    const task = this.#tasks().find(({ cueId }) => cueId === this.#cue(a));
    if (task === undefined) return;
    const request = requestVariant(task, this.#variant(b));
    try {
      await this.stack.client.workflow.start(WORKFLOW_TYPES.variant, {
        ...variantStartOptions(request),
        taskQueue: ORCHESTRATION_QUEUE,
        args: [{ request, replaces: true, remembered: true, patience: RETRY_LIMITS }],
      });
    } catch (error) {
      if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    }
  }

  /** Starts the show, and resumes it whenever it pauses, until every variant is stored. */
  async #untilWhole(): Promise<void> {
    const { cues, variants } = this.#edition;
    for (let run = 1; run <= MOST_RUNS; run++) {
      await this.#start(showStartOptions(this.#address));
      this.log.push(`run ${run} is left alone`);
      await this.#checkResult(await this.#untilEnded());
      if ((await wholeVariants(this.stack, this.#version, this.#edition)) === cues * variants) return;
    }
    throw new Finding(`it is not whole after ${MOST_RUNS} runs`);
  }

  /** Resumes show and cues until the run ends; undefined if it failed, or was cancelled or terminated. */
  async #untilEnded(): Promise<ShowProgress | undefined> {
    const handle = this.stack.client.workflow.getHandle<ShowWorkflow>(this.#workflowId);
    const over = new AbortController();
    const result = resultOf(handle).finally(() => over.abort());
    // The result is awaited below.
    result.catch(() => {});
    let [counted, stuckAt] = ['', Date.now() + STUCK_MS];
    while (!over.signal.aborted) {
      await this.#steer(resumeUpdate, []);
      const progress = await handle.query(showProgressQuery).catch(() => undefined);
      for (const cueId of progress?.pausedCues ?? []) await this.#steer(resumeCueUpdate, [{ cueId }]);
      const now = progress === undefined ? counted : `${progress.runId}: ${sumOf(progress)}`;
      if (now !== counted) [counted, stuckAt] = [now, Date.now() + STUCK_MS];
      else if (Date.now() > stuckAt) throw await this.#stuck(progress);
      await sleep(LOOK_EVERY_MS, undefined, { signal: over.signal }).catch(() => {});
    }
    return result;
  }

  async #stuck(progress: ShowProgress | undefined): Promise<Finding> {
    this.log.push(`  ${JSON.stringify(progress)}`, ...(await describeRunning(this.stack, this.#workflowId)));
    return new Finding('it is stuck');
  }

  /** Checks the result of a run: each planned variant is counted once, and as many are stored as it says. */
  async #checkResult(result: ShowProgress | undefined): Promise<void> {
    if (result === undefined) return;
    this.log.push(`  says ${JSON.stringify(result)}`);
    if (sumOf(result) !== result.planned)
      throw new Finding(`${sumOf(result)} of ${result.planned} planned variants were counted`);
    const whole = await wholeVariants(this.stack, this.#version, this.#edition);
    const { cues, variants } = this.#edition;
    if (result.planned !== cues * variants) return;
    const said = result.stored + result.degraded + result.skipped;
    if (whole < said) throw new Finding(`it says that ${said} are stored, and ${whole} are`);
  }

  async #leavesNothing(): Promise<void> {
    const wrong = await wrongObjects(this.stack, this.#version, this.#edition);
    if (wrong.length > 0) throw new Finding(`these objects are not as they should be: ${wrong.join(', ')}`);
    await this.#soon('still running', () => runningUnder(this.stack, this.prefix));
    await this.#soon('left on the spool', () => spooledOf(this.stack, this.#version));
  }

  async #soon(what: string, left: () => Promise<readonly string[]>): Promise<void> {
    const until = Date.now() + STUCK_MS;
    for (let found = await left(); found.length > 0; found = await left()) {
      if (Date.now() > until) throw new Finding(`${what}: ${found.join(', ')}`);
      await sleep(LOOK_EVERY_MS);
    }
  }

  #cue(a: number): string {
    return `cue_${a % this.#edition.cues}`;
  }

  #variant(b: number): number {
    return 1 + (b % this.#edition.variants);
  }

  #variantId(a: number, b: number): string {
    return variantWorkflowId({ ...this.#address, cueId: this.#cue(a), variantId: this.#variant(b) });
  }

  #tasks() {
    const { cues, variants } = this.#edition;
    return planCues(sampleShow(this.#version, variants), sampleCues(cues, programOf), {
      showDirectory: '/show',
      images: {},
    });
  }

  #bundle(): Promise<string> {
    return storeSampleBundle(this.stack, this.#version, { ...this.#edition, program: programOf });
  }
}

/** Result of a run; undefined if it failed, or was cancelled or terminated. */
const resultOf = (handle: WorkflowHandle<ShowWorkflow>): Promise<ShowProgress | undefined> =>
  handle.result().catch((error: unknown) => {
    if (error instanceof WorkflowFailedError) return undefined;
    throw error;
  });
