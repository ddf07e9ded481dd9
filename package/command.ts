/**
 * How a person runs this program where it is: hints name commands that exist there. In a checkout that is an npm script, which builds
 * first; where npm has installed the package, it is its bin.
 */
import { sep } from 'node:path';
import { packageRoot } from './package-files.js';

/** @param root folder of the package */
export const commandAt = (root: string): string =>
  root.split(sep).includes('node_modules') ? 'npx pregen' : 'npm run -s pregen --';

/** `npx pregen dev`, `npm run -s pregen -- dev` */
export const command = (words: string): string => `${commandAt(packageRoot())} ${words}`;
