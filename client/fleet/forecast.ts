/**
 * When the fleet will be done, and how many devices would be done in a given time.
 */
import type { MachineReport } from './machines.js';

export interface Forecast {
  /** Devices with an image in hand. */
  readonly devices: number;
  /** Of the whole fleet. */
  readonly imagesPerMinute: number;
  readonly secondsLeft: number;
}

/**
 * Undefined if nothing is left, or if there is nothing to go by.
 * @param left images to be made @param finishedPerMinute lately; 0 if none was, and the devices' pace is taken, without decoding
 */
export function forecast(
  machines: readonly MachineReport[],
  left: number,
  finishedPerMinute: number,
): Forecast | undefined {
  const working = machines.flatMap(({ devices }) => devices).filter(({ images }) => images.length > 0);
  const imagesPerMinute = finishedPerMinute > 0 ? finishedPerMinute : paceOf(machines);
  if (left === 0 || working.length === 0 || imagesPerMinute === 0) return undefined;
  return { devices: working.length, imagesPerMinute, secondsLeft: Math.round((left / imagesPerMinute) * 60) };
}

function paceOf(machines: readonly MachineReport[]): number {
  const devices = machines.flatMap((machine) => machine.devices);
  return devices.reduce((sum, { secondsPerStep, images }) => {
    const steps = images[0]?.of ?? 0;
    return secondsPerStep === undefined || steps === 0 ? sum : sum + 60 / (secondsPerStep * steps);
  }, 0);
}

/** How many devices like those that work now would be done within these seconds. */
export const devicesFor = (
  { devices, secondsLeft }: Pick<Forecast, 'devices' | 'secondsLeft'>,
  withinSeconds: number,
): number => Math.ceil((devices * secondsLeft) / withinSeconds);
