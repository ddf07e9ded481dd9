import { describe, expect, it } from 'vitest';
import { pregen } from '../support/pregen.js';
import { temporaryFolder } from '../support/temp-folder.js';

const COMMANDS = [
  'demo',
  'dev',
  'worker',
  'worker drain',
  'fleet',
  'doctor',
  'setup',
  'version',
  'show plan',
  'show start',
  'show status',
  'show watch',
  'show pause',
  'show resume',
  'show set-window',
  'show retry',
  'show cancel',
  'show audit',
  'variant start',
  'film',
  'sheet',
  'gallery',
  'gallery export',
  'schedule create',
  'schedule update',
  'schedule list',
  'schedule describe',
  'schedule pause',
  'schedule unpause',
  'schedule trigger',
  'schedule backfill',
  'schedule delete',
  'model inspect',
  'model try',
  'model fit-previews',
];

describe('pregen', () => {
  it.each(COMMANDS)('%s --help shows an example of itself and takes --json', async (command) => {
    const { code, stdout } = await pregen([...command.split(' '), '--help'], {
      cwd: await temporaryFolder(),
    });
    expect(code).toBe(0);
    expect(stdout).toContain(`Example:\n  $ pregen ${command}`);
    expect(stdout).toContain('--json');
    const [, names = ''] = /^Arguments:\n((?: .*\n)+)/m.exec(stdout) ?? [];
    for (const line of names.trimEnd().split('\n').filter(Boolean)) expect(line).toMatch(/^ {2}\S+ {2,}\S/);
  });

  it.each([
    ['gallery export nowhere.yaml --json', { error: expect.stringContaining('does not exist') }],
    ['worker drain --json', { drained: [] }],
  ])('%s, a command within one that has --json as well, prints JSON', async (line, answer) => {
    const { stdout, stderr } = await pregen(line.split(' '), { cwd: await temporaryFolder() });
    expect(JSON.parse(stdout || stderr)).toMatchObject(answer);
  });

  it('says its version', async () => {
    const cwd = await temporaryFolder();
    expect((await pregen(['version'], { cwd })).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect((await pregen(['--version'], { cwd })).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
    expect(JSON.parse((await pregen(['version', '--json'], { cwd })).stdout)).toEqual({
      version: expect.stringMatching(/^\d/),
    });
  });
});
