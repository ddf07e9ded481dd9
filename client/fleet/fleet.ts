/**
 * `pregen fleet`: the machines that make images, what they have in hand, what is left, and how many it takes.
 */
import { withTemporal } from '../temporal/connect.js';
import type { Output } from '../terminal/output.js';
import { describeFleet } from './describe-fleet.js';
import { fleetReport } from './fleet-report.js';

/** @param withinMs for how many devices are wanted that would be done in it */
export async function fleet(withinMs: number | undefined, output: Output): Promise<undefined> {
  const report = await withTemporal(({ client }) => fleetReport(client, withinMs));
  output.result(report, describeFleet(report));
  return undefined;
}
