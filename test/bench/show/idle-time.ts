/**
 * The device's idle time by cause, computed from its work and the arrival of its jobs.
 */
import { readFileSync } from 'node:fs';
import type { DeviceRecord } from './device-model.js';
import type { ArrivalRecord } from './device-process.js';

/** Milliseconds without work, by cause. */
export interface IdleTime {
  /** Between two steps of an image, while latents are written and the message is sent. */
  readonly betweenSteps: number;
  /** From one image to the next, which had arrived already. */
  readonly nextInHand: number;
  /** The next image had not arrived; it was of the same cue. */
  readonly nextTask: number;
  /** The next image had not arrived; it was of another cue. */
  readonly cueChange: number;
  /** The next image had not arrived, while the show continued as new. */
  readonly rollOver: number;
  /** The stand-in for a device woke late; a real device would not have been idle. */
  readonly wokeLate: number;
}

export interface DeviceTimes {
  readonly images: number;
  readonly deviceMs: number;
  /** From the first step to the last image. */
  readonly wallMs: number;
  /** When the last image was decoded, milliseconds since 1970. */
  readonly lastMs: number;
  readonly idle: IdleTime;
}

interface Span {
  readonly startMs: number;
  readonly endMs: number;
}

/** @param rollOvers from the end of an execution of the show to half a second after the beginning of the next */
export function deviceTimes(logPath: string, rollOvers: readonly Span[]): DeviceTimes {
  const lines = readFileSync(logPath, 'utf8').trim().split('\n');
  const records: (DeviceRecord | ArrivalRecord)[] = lines.map((line) => JSON.parse(line));
  const arrivals = new Map<number, ArrivalRecord>();
  for (const record of records) if ('subject' in record) arrivals.set(record.seed, record);
  const images = records.filter((record) => 'endMs' in record).sort((a, b) => a.startMs - b.startMs);
  const idle = { betweenSteps: 0, nextInHand: 0, nextTask: 0, cueChange: 0, rollOver: 0, wokeLate: 0 };
  images.forEach((image, index) => {
    idle.betweenSteps += image.endMs - image.startMs - image.deviceMs - image.lateMs;
    idle.wokeLate += image.lateMs;
    const last = images[index - 1];
    if (last === undefined) return;
    idle[causeOf(last, image, arrivals, rollOvers)] += image.startMs - last.endMs;
  });
  const deviceMs = images.reduce((sum, image) => sum + image.deviceMs, 0);
  const lastMs = images.at(-1)?.endMs ?? 0;
  return { images: images.length, deviceMs, wallMs: lastMs - (images[0]?.startMs ?? 0), lastMs, idle };
}

function causeOf(
  last: DeviceRecord,
  next: DeviceRecord,
  arrivals: ReadonlyMap<number, ArrivalRecord>,
  rollOvers: readonly Span[],
): keyof IdleTime {
  const arrival = arrivals.get(next.seed);
  if (arrival === undefined || arrival.arrivedMs <= last.endMs) return 'nextInHand';
  if (rollOvers.some(({ startMs, endMs }) => startMs < next.startMs && endMs > last.endMs)) return 'rollOver';
  const cueOf = (subject: string | undefined) => subject?.split(',')[0];
  return cueOf(arrivals.get(last.seed)?.subject) === cueOf(arrival.subject) ? 'nextTask' : 'cueChange';
}
