/**
 * What a GPU machine says of an image that failed on it. Whether the machine or the image is to blame shows only beside other
 * accounts: of another machine, or of this one after it has made another image (workflows/image-faults.ts).
 */
import { isRecord } from './is-record.js';

export interface MachineAccount {
  readonly spoolId: string;
  readonly host: string;
  /** Its device, where it has been named: `cuda:1`. */
  readonly device?: string;
  /** Execution providers, in order of preference: `cuda, cpu`. */
  readonly runsOn: string;
  /** The device has finished another image since this one failed here before, or, being alone, since it was started. */
  readonly didWell: boolean;
  /** No other machine has polled the GPU queue lately. */
  readonly isAlone: boolean;
}

/** Undefined if these details are no account. */
export function readAccount(details: unknown): MachineAccount | undefined {
  if (!isRecord(details)) return undefined;
  const { spoolId, host, device, runsOn, didWell, isAlone } = details;
  if (typeof spoolId !== 'string' || typeof host !== 'string' || typeof runsOn !== 'string') return undefined;
  return {
    ...{ spoolId, host, runsOn, didWell: didWell === true, isAlone: isAlone === true },
    ...(typeof device === 'string' && { device }),
  };
}

/** `gpu-3 (cuda, cpu)`, `gpu-3 cuda:1 (cuda, cpu)` */
export const describeMachine = ({ host, device, runsOn }: MachineAccount): string =>
  `${host}${device === undefined ? '' : ` ${device}`} (${runsOn})`;
