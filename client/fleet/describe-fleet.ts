/**
 * The fleet in words: a line for each device, what is left, and when it will be done.
 */
import type { ShowLeft } from '../../live/running-shows.js';
import { duration } from '../terminal/quantities.js';
import { formatTable } from '../terminal/table.js';
import type { FleetReport, QueueReport } from './fleet-report.js';
import type { DeviceReport, MachineReport } from './machines.js';

export function describeFleet(report: FleetReport): string {
  const rows = report.machines.flatMap((machine) => machine.devices.map((device) => ({ machine, device })));
  const table = formatTable(rows, [
    { title: 'machine', value: ({ machine }) => machine.host },
    { title: 'device', value: ({ device }) => device.name ?? '' },
    { title: 's/step', value: ({ device }) => device.secondsPerStep?.toPrecision(2) ?? '' },
    { title: 'in hand', value: ({ machine, device }) => inHand(machine, device) },
    { title: 'spool', value: ({ machine }) => machine.spoolId },
  ]);
  const machines = rows.length === 0 ? 'No GPU worker has asked for images in the last five minutes.' : table;
  return [machines, '', ...backlogLines(report), ...forecastLines(report)].join('\n');
}

function inHand({ state, silentSeconds = 0 }: MachineReport, { images }: DeviceReport): string {
  if (state === 'silent') return `takes no images for ${duration(silentSeconds)}: see its log, or it is gone`;
  const [first, ...rest] = images;
  if (first === undefined) return 'nothing';
  const more = rest.length === 0 ? '' : `, and ${rest.length} more`;
  return `${first.cueId} #${first.variantId}: ${first.phase} ${first.step}/${first.of}${more}`;
}

function backlogLines({ queues, shows, imagesPerMinute }: FleetReport): string[] {
  const pace = imagesPerMinute === 0 ? [] : [`${imagesPerMinute.toFixed(1)} images a minute lately`];
  return [...queues.map(queueLine), ...pace, ...shows.map(showLine)];
}

function queueLine({ taskQueue, backlog, machines }: QueueReport): string {
  const nobody = backlog > 0 && machines === 0 ? '; no machine serves it (PREGEN_QUEUES)' : '';
  return `${taskQueue}: ${backlog} ordered and on no machine yet${nobody}`;
}

function showLine({ show: { project, version }, left, paused }: ShowLeft): string {
  const what = left === undefined ? 'is being planned, or no orchestrator answers' : `${left} left`;
  return `${project}/${version}: ${what}${paused ? ', paused' : ''}`;
}

function forecastLines({ forecast, within }: FleetReport): string[] {
  if (forecast === undefined)
    return within === undefined ? [] : ['There is nothing to go by yet to say how many devices it takes.'];
  const { devices, secondsLeft } = forecast;
  const now = `${devicesOf(devices)} would be done in ${duration(secondsLeft)}`;
  if (within === undefined) return [now];
  return [now, `${devicesOf(within.devices)} would be done within ${duration(within.seconds)}`];
}

const devicesOf = (count: number): string => `${count} ${count === 1 ? 'device' : 'devices'}`;
