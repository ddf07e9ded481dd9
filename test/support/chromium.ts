/**
 * A real browser for the gallery's tests: `$CHROME_PATH`, then chromium or Chrome on PATH, then (as root on a machine
 * with apt) Debian's own package. Without a browser, the tests are skipped and say so.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const NAMES = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
/** A slow mirror needs minutes for the 100 MB of Chromium and its libraries; an unreachable one must not block the tests. */
const APT_TIMEOUT_MS = 240_000;
/** A lock of this project: apt-get fails if another apt-get is running. */
const APT_LOCK = join(tmpdir(), 'pregen-apt.lock');

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--disable-dev-shm-usage',
];

/** Path of a Chromium or Chrome, installed if necessary; undefined if that is not possible. */
export function findChromium(say: (line: string) => void): string | undefined {
  const given = process.env.CHROME_PATH;
  if (given !== undefined && given !== '') {
    if (!existsSync(given)) throw new Error(`CHROME_PATH is "${given}", where there is no file`);
    return given;
  }
  return onPath() ?? installed(say);
}

export interface TestBrowser {
  readonly browser: Browser;
  close(): Promise<void>;
}

/** Starts the browser headless with a profile of its own. */
export async function startChromium(executablePath: string): Promise<TestBrowser> {
  const home = mkdtempSync(join(tmpdir(), 'pregen-chromium-'));
  const browser = await chromium.launch({
    executablePath,
    headless: true,
    args: FLAGS,
    // Chromium keeps crash reports and caches in the home folder.
    env: { ...environment(), HOME: home, XDG_CONFIG_HOME: home, XDG_CACHE_HOME: home },
  });
  return {
    browser,
    close: async () => {
      await browser.close();
      rmSync(home, { recursive: true, force: true });
    },
  };
}

function environment(): Record<string, string> {
  return Object.fromEntries(
    Object.entries(process.env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

function onPath(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter);
  return folders
    .flatMap((folder) => NAMES.map((name) => join(folder, name)))
    .find((path) => existsSync(path));
}

function installed(say: (line: string) => void): string | undefined {
  if (process.getuid?.() !== 0 || !existsSync('/usr/bin/apt-get')) {
    say('no Chromium found and no right to install one: set CHROME_PATH, or install "chromium"');
    return undefined;
  }
  say('no Chromium found: installing the package "chromium" with apt-get (about 100 MB)');
  try {
    apt('update', '-qq');
    apt('install', '-y', '-qq', '--no-install-recommends', 'chromium');
  } catch (error) {
    say(`apt-get could not install it: ${error instanceof Error ? error.message.split('\n')[0] : error}`);
  }
  return onPath();
}

/** Runs apt-get, one at a time, because several test files may need it at once. */
function apt(...args: string[]): void {
  const options = { timeout: APT_TIMEOUT_MS, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  const { status, error, stderr } = spawnSync('flock', [APT_LOCK, 'apt-get', ...args], {
    ...options,
    encoding: 'utf8',
  });
  if (error !== undefined) throw error;
  if (status !== 0) throw new Error(stderr.trim().split('\n').at(-1) ?? `apt-get ended with ${status}`);
}

/** The browser's version, for reports. */
export const chromiumVersion = (path: string): string =>
  execFileSync(path, ['--version', '--no-sandbox'], { encoding: 'utf8' }).trim();
