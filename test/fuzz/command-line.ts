/**
 * Random command lines: good ones with arguments left out, doubled, exchanged, or replaced by texts with a meaning for shells,
 * terminals, file systems or number parsers. None names a path outside the folder that it is run in.
 */
import type { Random } from '../support/seeded-random.mjs';
import { pick } from './mutate.js';

export interface CommandLine {
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

const CUE = 'prompt_1_00_00_10';
const SHOW = 'show.yaml';

/** A command line for each command, with every option that takes a value. */
const GOOD: readonly (readonly string[])[] = [
  ['show', 'plan', SHOW, '--seconds-per-step', '0.5'],
  ['show', 'start', SHOW, '--window', '4', '--max-failures', '3', '--priority', '2', '--limit', '1'],
  ['show', 'start', SHOW, '--only', CUE, '--program', 'P4', '--force', '--wait', '--accept-changes'],
  ['show', 'status', SHOW],
  ['show', 'watch', SHOW],
  ['show', 'pause', SHOW, CUE],
  ['show', 'resume', SHOW],
  ['show', 'set-window', SHOW, '8'],
  ['show', 'retry', SHOW, CUE, '1'],
  ['show', 'cancel', SHOW, CUE, '1'],
  ['show', 'audit', SHOW, '--deep', '--adopt'],
  ['show', 'audit', SHOW, '--sample', '5%', '--repair'],
  ['variant', 'start', SHOW, CUE, '1', '--seed', '7', '--force', '--remote-models'],
  ['schedule', 'create', SHOW, '--cron', '0 3 * * *', '--timezone', 'Europe/Berlin', '--paused'],
  ['schedule', 'update', SHOW, '--every', '2h', '--catchup-window', '1h', '--window', '4'],
  ['schedule', 'list'],
  ['schedule', 'describe', SHOW],
  ['schedule', 'backfill', SHOW, '--from', '2026-01-01', '--to', '2026-01-02'],
  ['schedule', 'delete', SHOW],
  ['film', SHOW, CUE, '1', '--out', 'x.webp', '--speed', '2', '--size', '64', '--hold', '1', '--no-loop'],
  ['sheet', SHOW, '--out', 'x.png', '--columns', '4', '--tile', '64'],
  ['gallery', 'export', SHOW],
  ['decide', SHOW, CUE, '1', '2', '--reject', '--note', 'two hands too many'],
  ['decide', SHOW, CUE, '1', '--clear'],
  ['manifest', SHOW],
  ['take', 'list', SHOW, CUE, '1'],
  ['take', 'choose', SHOW, CUE, '1', '1234567'],
  ['take', 'discard', SHOW, CUE, '1', '7'],
  ['model', 'inspect', 'model'],
  ['model', 'try', 'model', '--prompt', 'a boat', '--out', 'x.png', '--image', 'p.png', '--strength', '0.5'],
  [
    'model',
    'try',
    'model',
    '--prompt',
    'x',
    '--out',
    'x.png',
    '--width',
    '64',
    '--height',
    '64',
    '--steps',
    '2',
  ],
  ['model', 'fit-previews', 'model', '--images', 'pictures', '--out', 'x.json'],
  ['doctor', SHOW],
  ['setup'],
  ['version'],
  // These commands run until they are stopped, so their last argument is one that is refused.
  ['gallery', '--port', '0', '--show', 'test/v1', '--web-ui', 'http://localhost:8233', '--no-such-option'],
  ['dev', '--config', 'temporal-dev.yaml', '--folder', 'x', '--no-such-option'],
  ['worker', '--role', 'gpu', '--no-such-option'],
  ['demo', '--fresh', '--no-such-option'],
];

/** First words of commands with two words; `gallery` is missing, because alone it is a command that runs until it is stopped. */
const GROUPS: readonly string[] = ['show', 'variant', 'schedule', 'model', 'take'];

const VALUES: readonly string[] = [
  '',
  ' ',
  '-',
  '--',
  '-1',
  '0',
  '1e9',
  '0x10',
  '1.5',
  '٣',
  '9007199254740993',
  '99999999999999999999999999',
  'NaN',
  'Infinity',
  'true',
  '5%',
  '101%',
  '__proto__',
  'constructor',
  'toString',
  '*',
  '$(x)',
  '%s%n',
  'a,b',
  'x'.repeat(20_000),
  '\u001b[2J\u001b]0;x\u0007',
  'a\nb\r\u0085\u2028',
  '\u202egnp.x',
  '𝒳\ud800',
  '.',
  './',
  'nope',
  'nope/x.png',
  'cues.json',
  'pipe',
  'model/model_index.json',
  'x.mp4',
  '~/x',
  '~',
  'file:',
  's3://',
  's3://bucket/x?endpoint=http://127.0.0.1:1',
  'http://[',
  'P30DT',
  '@every',
  '0 0 30 2 *',
  '2026-02-30',
  '2026-13-01T00:00:00Z',
  'Mars/Olympus',
];

const OPTIONS: readonly string[] = [
  ...[
    '--json',
    '--help',
    '--version',
    '--no-such',
    '-j',
    '--wait',
    '--deep',
    '--repair',
    '--failed',
    '--missing',
  ],
  ...[
    '--only',
    '--program',
    '--limit',
    '--seed',
    '--out',
    '--port',
    '--sample',
    '--window',
    '--from',
    '--cron',
  ],
  ...[
    '--width',
    '--strength',
    '--providers',
    '--scheduler',
    '--rng',
    '--threads',
    '--preview-kind',
    '--role',
  ],
];

const VARIABLES: readonly string[] = [
  ...['PREGEN_STORE', 'PREGEN_VERSION_ID', 'PREGEN_MODELS', 'PREGEN_SPOOL', 'PREGEN_SPOOL_BUDGET_BYTES'],
  ...[
    'PREGEN_THREADS',
    'PREGEN_STEP_TIMEOUT_SECONDS',
    'TEMPORAL_ADDRESS',
    'TEMPORAL_NAMESPACE',
    'TEMPORAL_TLS',
  ],
];

/** Environment variables. `TEMPORAL_ADDRESS` gets no value that would have to be resolved by DNS. */
const ENVIRONMENT: readonly string[] = [
  '',
  ' ',
  '0',
  '-1',
  '1e99',
  'x',
  'a/../b',
  '\u001b[2J',
  'file:./nope',
  '127.0.0.1',
];

/** Every argument may be changed; but the last one of a command that would run until it is stopped stays, because it is refused. */
export function commandLine(random: Random): CommandLine {
  const good = pick(random, GOOD) ?? [];
  const guard = good.at(-1) === '--no-such-option' ? ['--no-such-option'] : [];
  const names = good.slice(0, GROUPS.includes(good[0] ?? '') || good[1] === 'export' ? 2 : 1);
  const rest = good.slice(names.length, good.length - guard.length);
  const env = random() < 0.2 ? { [pick(random, VARIABLES) ?? '']: pick(random, ENVIRONMENT) ?? '' } : {};
  const changed = changedArguments(rest, random);
  // "--" would make an argument of the guard.
  const safe = guard.length > 0 ? changed.filter((arg) => arg !== '--' && arg !== '--help') : changed;
  const head = guard.length === 0 && random() < 0.1 ? [pick(random, VALUES) ?? ''] : names;
  return { args: [...head, ...guard, ...safe].map(withoutNul), env };
}

function changedArguments(args: readonly string[], random: Random): string[] {
  const changed = args.flatMap((arg) => {
    const dice = random();
    if (dice < 0.1) return [];
    if (dice < 0.25) return [pick(random, VALUES) ?? ''];
    if (dice < 0.3) return [arg, arg];
    if (dice < 0.33 && arg.startsWith('--')) return [`${arg}=${pick(random, VALUES)}`];
    return [arg];
  });
  if (random() < 0.4)
    changed.splice(Math.floor(random() * (changed.length + 1)), 0, pick(random, OPTIONS) ?? '');
  if (random() < 0.1) changed.push(pick(random, VALUES) ?? '');
  return random() < 0.1 ? changed.toSorted(() => random() - 0.5) : changed;
}

const withoutNul = (text: string): string => text.replaceAll('\0', '');
