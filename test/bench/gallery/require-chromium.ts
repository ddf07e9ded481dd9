import { findChromium } from '../../support/chromium.js';
import { NotRun } from '../frame/benchmark.js';

/** Path of the browser; installs it where it is missing. */
export function requireChromium(): string {
  const chromium = findChromium((line) => process.stderr.write(`bench: ${line}\n`));
  if (chromium === undefined) throw new NotRun('there is no Chromium, and none could be installed');
  return chromium;
}
