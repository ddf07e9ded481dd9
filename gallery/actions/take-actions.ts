/**
 * What people do with takes in the gallery: generate more beside the chosen one, choose one, and discard one.
 */
import { randomInt } from 'node:crypto';
import { rootCause } from '@temporalio/common';
import pLimit from 'p-limit';
import { rewriteCue } from '../../bookkeeping/manifest.js';
import { discardTake, listTakes } from '../../bookkeeping/takes.js';
import type { PregenerateVariantInput } from '../../domain/messages.js';
import type { ShowAddress, VariantAddress } from '../../domain/object-keys.js';
import type { RenditionRequest } from '../../domain/rendition.js';
import { MAX_SEED } from '../../domain/seeds.js';
import { type CueTask, requestTake, requestVariant } from '../../domain/show-plan.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { HttpError } from '../http.js';
import { neverStarted, taskWith } from '../known-show.js';
import type { TakeEntry } from '../review/take-entry.js';
import type { ShowIndexWatcher } from '../show-index-watcher.js';

/** The workflows that generate and choose takes. */
export interface TakeWorkflows {
  /** Returns false if its workflow runs already. */
  start(input: PregenerateVariantInput): Promise<boolean>;
  /** Resolves when the take is in the variant's place. */
  choose(address: VariantAddress, seed: number): Promise<void>;
}

/** A variant of a show. */
export interface VariantChoice {
  readonly cueId: string;
  readonly variantId: number;
}

/** A Temporal server on a laptop answers this many requests at once without delay. */
const CONCURRENT_STARTS = 16;
/** How long the page's request waits: a running orchestrator needs far less. */
const CHOOSE_TIMEOUT_MS = 15_000;

export class TakeActions {
  constructor(
    private readonly store: ObjectStore,
    private readonly shows: ShowIndexWatcher,
    private readonly workflows: TakeWorkflows | undefined,
  ) {}

  /** Whether takes can be generated and chosen. */
  get isConnected(): boolean {
    return this.workflows !== undefined;
  }

  async list(address: VariantAddress): Promise<TakeEntry[]> {
    const takes = await listTakes(this.store, address);
    return takes.map(({ seed, chosen, previews, durationMs }) => ({ seed, chosen, previews, durationMs }));
  }

  /** Starts so many takes of each variant; for a variant that is not stored yet, the variant itself. Returns a sentence. */
  async make(show: ShowAddress, variants: readonly VariantChoice[], takes: number): Promise<string> {
    const workflows = this.connected();
    await this.shows.upToDate();
    // The show may have been started after the last scan.
    if (this.shows.tasksOf(show).tasks.length === 0) await this.shows.refresh();
    const inputs = variants.flatMap((choice) => this.inputsFor(show, choice, takes));
    const limit = pLimit(CONCURRENT_STARTS);
    const started = await Promise.all(inputs.map((input) => limit(() => workflows.start(input))));
    await this.shows.refresh();
    return sentence(started.filter(Boolean).length, inputs.length);
  }

  /** Puts a take in the variant's place and keeps the present image as a take. Returns a sentence. */
  async choose(address: VariantAddress, seed: number): Promise<string> {
    const { cueId, variantId } = address;
    const inPlace = this.connected()
      .choose(address, seed)
      .then(() => this.tell(address));
    const late = new Promise<'late'>((resolve) =>
      setTimeout(() => resolve('late'), CHOOSE_TIMEOUT_MS).unref(),
    );
    const outcome = await Promise.race([inPlace, late]).catch((error: unknown) => {
      throw new HttpError(409, `${cueId} #${variantId}: ${messageOf(error)}`);
    });
    if (outcome !== 'late') return `The take with seed ${seed} is shown now.`;
    inPlace.catch(() => {});
    return `The take with seed ${seed} is shown as soon as an orchestrator has put it in place.`;
  }

  /** Deletes a take; throws an InvalidInputError if it is the chosen one. Returns a sentence. */
  async discard(address: VariantAddress, seed: number): Promise<string> {
    await discardTake(this.store, address, seed);
    await this.shows.refresh();
    return `The take with seed ${seed} is gone.`;
  }

  private async tell(address: VariantAddress): Promise<void> {
    const { tasks, byCue } = this.shows.tasksOf(address);
    if (byCue.has(address.cueId)) await rewriteCue(this.store, address, tasks, address.cueId);
    await this.shows.refresh();
  }

  private inputsFor(show: ShowAddress, choice: VariantChoice, takes: number): PregenerateVariantInput[] {
    const { cueId, variantId } = choice;
    const task = this.taskOf(show, choice);
    const { patience } = this.shows.tasksOf(show);
    const inputOf = (request: RenditionRequest) => ({ request, replaces: true, patience });
    const isStored = (this.shows.stampOf({ ...show, cueId, variantId }) ?? '') !== '';
    if (!isStored) return [inputOf(requestVariant(task, variantId, this.chosenSeed(show, choice)))];
    const seeds = new Set(Array.from({ length: takes }, () => randomInt(MAX_SEED + 1)));
    return [...seeds].map((seed) => inputOf(requestTake(task, variantId, seed)));
  }

  private taskOf(show: ShowAddress, choice: VariantChoice): CueTask {
    const { byCue } = this.shows.tasksOf(show);
    if (byCue.size === 0) throw neverStarted(show);
    return taskWith({ byCue }, choice);
  }

  private chosenSeed(show: ShowAddress, { cueId, variantId }: VariantChoice): number | undefined {
    const review = this.shows.cue(show, cueId)?.review;
    return review?.variants.find((variant) => variant.variantId === variantId)?.seed;
  }

  private connected(): TakeWorkflows {
    if (this.workflows === undefined)
      throw new HttpError(404, 'no Temporal server is reachable from this gallery');
    return this.workflows;
  }
}

function sentence(started: number, asked: number): string {
  const words = `${started} ${started === 1 ? 'image is' : 'images are'} being made`;
  return started === asked ? `${words}.` : `${words}; ${asked - started} were in the making already.`;
}

const messageOf = (error: unknown): string =>
  rootCause(error) ?? (error instanceof Error ? error.message : String(error));
