/**
 * Puts another take of a variant in its place. It runs under the variant's own workflow id, so no image is made there
 * meanwhile, and it is finished whatever dies in between.
 */
import { proxyActivities } from '@temporalio/workflow';
import type { PlanActivities } from '../activities/interfaces.js';
import type { ChooseTakeInput } from '../domain/messages.js';
import { PLAN_OPTIONS } from './activity-options.js';

const { chooseTake } = proxyActivities<PlanActivities>(PLAN_OPTIONS.chooseTake);

export async function ChooseTake(input: ChooseTakeInput): Promise<void> {
  await chooseTake(input);
}
