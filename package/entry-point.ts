/**
 * Child processes and threads run built JavaScript, wherever they are started: from `dist/` in production, from the
 * TypeScript sources in tests (which build first).
 */
import { existsSync } from 'node:fs';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { packageRoot } from './package-files.js';

/** Absolute path under `dist/` of the module that `path` names relative to the module at `moduleUrl`. */
export function entryPoint(moduleUrl: string, path: string): string {
  const target = fileURLToPath(new URL(path, moduleUrl));
  const root = packageRoot();
  const inside = relative(root, target);
  const built = inside.startsWith(`dist${sep}`) ? target : join(root, 'dist', inside);
  if (!existsSync(built)) throw new Error(`${built} does not exist: run "npm run build" first.`);
  return built;
}
