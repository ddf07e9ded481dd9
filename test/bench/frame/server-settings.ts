/** Server settings of `temporal-dev.yaml`, so that benchmarks measure the server that people run. */
import { readDevConfig } from '../../../workers/dev/dev-config.js';
import { ROOT } from './machine.js';

const { server } = await readDevConfig(`${ROOT}temporal-dev.yaml`, {});

const pairs = (settings: Readonly<Record<string, unknown>>): string[] =>
  Object.entries(settings).map(([name, value]) => `${name}=${value}`);

/** Each as `name=value`. */
export const SQLITE_PRAGMAS = pairs(server.sqlitePragmas);
export const DYNAMIC_CONFIG = pairs(server.dynamicConfig);
