/**
 * Where a process listens for health checks or for whoever collects its metrics: `:8080` (every address of the machine),
 * `127.0.0.1:8080`, `[::1]:8080` or `8080`.
 */

export interface ListenAddress {
  /** As it is written in a URL or given to `listen`, without brackets. */
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
}

const PATTERN = /^(?:(?:\[(?<v6>[0-9a-f:.]+)\]|(?<host>[a-z0-9.-]*)):)?(?<port>\d{1,5})$/i;
const EVERY_ADDRESS = '0.0.0.0';

/** Undefined if the text is no address. */
export function readListenAddress(text: string): ListenAddress | undefined {
  const parts = PATTERN.exec(text)?.groups;
  const port = Number(parts?.port);
  if (parts === undefined || port > 65_535) return undefined;
  return { host: parts.v6 ?? (parts.host || EVERY_ADDRESS), port };
}

/** `0.0.0.0:8080`, `[::1]:8080` */
export const writeListenAddress = ({ host, port }: ListenAddress): string =>
  `${host.includes(':') ? `[${host}]` : host}:${port}`;

/** PREGEN_HEALTH and PREGEN_METRICS of the n-th of several processes that are started with the same environment. */
export const nthAddresses = (
  { PREGEN_HEALTH, PREGEN_METRICS }: Readonly<Record<string, string | undefined>>,
  n: number,
): Record<string, string> => ({
  ...(PREGEN_HEALTH && { PREGEN_HEALTH: nthAddress(PREGEN_HEALTH, n) }),
  ...(PREGEN_METRICS && { PREGEN_METRICS: nthAddress(PREGEN_METRICS, n) }),
});

/** The address for the n-th of several processes that are given the same one: the ports after it, in turn. */
export function nthAddress(text: string, n: number): string {
  const address = readListenAddress(text);
  if (address === undefined || address.port === 0) return text;
  return writeListenAddress({ ...address, port: address.port + n });
}
