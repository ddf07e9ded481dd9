/** Hints name the command that there is. */
import { expect, it } from 'vitest';
import { command, commandAt } from '../../package/command.js';

it('is the npm script of a checkout, the bin of an installed package', () => {
  expect(command('dev')).toBe('npm run -s pregen -- dev');
  expect(commandAt('/srv/show/node_modules/inference-previews')).toBe('npx pregen');
  expect(commandAt('/home/me/my_node_modules_fork')).toBe('npm run -s pregen --');
});
