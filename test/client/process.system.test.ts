/**
 * Most tests run commands in a process that has run other commands before. This test shows that a command in a new process has the
 * same output, ends by itself, and has the same exit code.
 */
import { expect, it } from 'vitest';
import { pregen, pregenProcess } from '../support/pregen.js';
import { writeShow } from '../support/show-folder.js';

it.each([
  ['--version', 0],
  ['show plan show.yaml --json', 0],
  ['show status show.yaml', 1],
  ['show plan none.yaml', 2],
  ['shwo', 2],
])(
  '"pregen %s" ends with exit code %d, and has the same output as in a process that has run commands before',
  async (command, code) => {
    const place = { cwd: await writeShow(), env: { TEMPORAL_ADDRESS: '127.0.0.1:1' } };
    const args = command.split(' ');
    await pregen(['show', 'plan', 'show.yaml'], place);
    const outcome = await pregenProcess(args, place);
    expect(outcome.code).toBe(code);
    expect(await pregen(args, place)).toEqual(outcome);
  },
);
