/**
 * By which name a GPU worker polls: besides process and host, which the SDK would give, its devices, where they have been named, and its
 * spool, by which machines are told apart.
 */
import { given } from './given.js';

const IDENTITY = /^\d+@(\S+)(?: devices (\S+))? spool (\S+)$/;
/** Of whatever version. */
const SPOOL = / spool (\S+)$/;

export interface GpuMachine {
  readonly host: string;
  readonly spoolId: string;
  /** Names of its devices; absent where they have none. */
  readonly devices?: readonly string[];
}

/** `4711@gpu-3 spool 0123abcd`, `4711@gpu-3 devices cuda:0,cuda:1 spool 0123abcd` */
export function gpuWorkerIdentity(pid: number, { host, spoolId, devices = [] }: GpuMachine): string {
  const names = devices.length === 0 ? '' : ` devices ${devices.join(',')}`;
  return `${pid}@${host}${names} spool ${spoolId}`;
}

/** The spool of a GPU worker; undefined if the poller is none, or of an earlier version. */
export const spoolOfIdentity = (identity: string): string | undefined => SPOOL.exec(identity)?.[1];

/** The machine of a GPU worker; undefined if the poller is none. */
export function machineOfIdentity(identity: string): GpuMachine | undefined {
  const [, host, devices, spoolId] = IDENTITY.exec(identity) ?? [];
  if (host === undefined || spoolId === undefined) return undefined;
  return { host, spoolId, ...given({ devices: devices?.split(',') }) };
}
