/**
 * By which name a GPU worker polls: besides process and host, which the SDK would give, its spool, by which machines are told apart.
 */
const SPOOL = / spool (\S+)$/;

/** `4711@gpu-3 spool 0123abcd` */
export const gpuWorkerIdentity = (pid: number, host: string, spoolId: string): string =>
  `${pid}@${host} spool ${spoolId}`;

/** The spool of a GPU worker; undefined if the poller is none, or of an earlier version. */
export const spoolOfIdentity = (identity: string): string | undefined => SPOOL.exec(identity)?.[1];
