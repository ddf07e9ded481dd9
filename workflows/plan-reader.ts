/**
 * Reads a show's plan one page at a time; only the page in use is held.
 */
import { proxyActivities } from '@temporalio/workflow';
import type { PlanActivities } from '../activities/interfaces.js';
import type { PlannedCue, PlanPage, ShowPlan } from '../domain/progress.js';
import type { PlanPosition } from '../domain/show-state.js';
import { PLAN_OPTIONS } from './activity-options.js';

const { readPlanPage } = proxyActivities<PlanActivities>(PLAN_OPTIONS.readPlanPage);

export class PlanReader {
  #page: { readonly number: number; readonly content: PlanPage } | undefined;

  constructor(
    private readonly show: { readonly project: string; readonly version: string },
    private readonly plan: ShowPlan,
  ) {}

  isBehindEnd({ page }: PlanPosition): boolean {
    return page >= this.plan.pages;
  }

  /** The cue at a position; undefined behind the last cue of a page. */
  async cueAt({ page, cue }: PlanPosition): Promise<PlannedCue | undefined> {
    const content = this.#page?.number === page ? this.#page.content : await this.#read(page);
    return content.cues[cue];
  }

  async #read(page: number): Promise<PlanPage> {
    const { project, version } = this.show;
    const content = await readPlanPage({ project, version, planId: this.plan.planId, page });
    this.#page = { number: page, content };
    return content;
  }
}
