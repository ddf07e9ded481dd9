/**
 * Where an external tool is, obtaining it if it must be.
 *
 * One finder for all: the tool's environment variable, then PATH, then the project's cache, then the official
 * download, then `go install` where only a Go proxy is reachable. What was obtained goes into the cache by one
 * rename, so a crash or a second process leaves a whole binary or none.
 */
import { mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cachedToolPath } from './cache.js';
import { TOOLS, type Tool, type ToolName } from './catalogue.js';
import { download } from './download.js';
import { goInstall } from './go-install.js';
import { withLock } from './lock.js';
import { onPath, refusalToRun } from './probe.js';

export type { ToolName } from './catalogue.js';

export interface FindToolOptions {
  /** Told, line by line, what is being done and how long it usually takes. Default: lines on stderr. */
  readonly say?: (line: string) => void;
  /** Whether a missing tool may be downloaded or built. Default: true. */
  readonly build?: boolean;
}

/** Downloads and builds happen in folders named like this, beside the finished binary. */
const SCRATCH_PREFIX = '.obtaining-';

/** The tool is not there and could not be obtained; the message says what to install. */
export class ToolNotFoundError extends Error {
  override readonly name = 'ToolNotFoundError';
}

/** Resolves to the path of a binary that runs. Throws ToolNotFoundError. */
export async function findTool(name: ToolName, options: FindToolOptions = {}): Promise<string> {
  const tool = TOOLS[name];
  const { build = true, say = sayOnStderr } = options;
  const found = (await fromVariable(tool)) ?? (await fromPath(tool)) ?? (await fromCache(tool));
  if (found !== undefined) return found;
  if (!build) throw new ToolNotFoundError(`${tool.title} was not found. ${howToInstall(tool)}`);
  return obtain(tool, say);
}

/** A variable that is set is an order: if it does not lead to the tool, nothing else is tried. */
async function fromVariable(tool: Tool): Promise<string | undefined> {
  const path = process.env[tool.variable];
  if (path === undefined || path === '') return undefined;
  const problem = await refusalToRun(path);
  if (problem === undefined) return path;
  throw new ToolNotFoundError(
    `${tool.variable} is ${path}, which cannot be run as ${tool.title}: ${problem}. Correct the variable, or unset it.`,
  );
}

async function fromPath(tool: Tool): Promise<string | undefined> {
  if (!tool.anyOnPath) return undefined;
  const path = await onPath(tool.name);
  return path !== undefined && (await refusalToRun(path)) === undefined ? path : undefined;
}

async function fromCache(tool: Tool): Promise<string | undefined> {
  const path = cachedToolPath(tool);
  return (await refusalToRun(path)) === undefined ? path : undefined;
}

async function obtain(tool: Tool, say: (line: string) => void): Promise<string> {
  const path = cachedToolPath(tool);
  await mkdir(dirname(path), { recursive: true });
  return withLock(
    `${dirname(path)}.lock`,
    () => say(`Waiting: another process is obtaining ${tool.title} …`),
    async () => {
      const meanwhile = await fromCache(tool);
      if (meanwhile !== undefined) return meanwhile;
      await removeLeftovers(dirname(path));
      const scratch = await mkdtemp(join(dirname(path), SCRATCH_PREFIX));
      try {
        await rename(await fetchOrBuild(tool, scratch, say), path);
      } finally {
        await rm(scratch, { recursive: true, force: true });
      }
      say(`${tool.title} ${tool.version} is ready: ${path}`);
      return path;
    },
  );
}

/** The holder of the lock is alone here, so any scratch folder is of a process that was killed. */
async function removeLeftovers(folder: string): Promise<void> {
  const leftovers = (await readdir(folder)).filter((name) => name.startsWith(SCRATCH_PREFIX));
  for (const name of leftovers) await rm(join(folder, name), { recursive: true, force: true });
}

async function fetchOrBuild(tool: Tool, scratch: string, say: (line: string) => void): Promise<string> {
  const problems: string[] = [];
  for (const way of [download, goInstall]) {
    try {
      const binary = await way(tool, scratch, say);
      const problem = await refusalToRun(binary);
      if (problem === undefined) return binary;
      problems.push(`${binary} ${problem}`);
    } catch (error) {
      problems.push(error instanceof Error ? error.message : String(error));
    }
  }
  throw new ToolNotFoundError(
    `${tool.title} was not found and could not be obtained (${problems.join('; ')}). ${howToInstall(tool)}`,
  );
}

function howToInstall(tool: Tool): string {
  return (
    `Install Go (https://go.dev/dl) and try again, or install ${tool.title} ${tool.version} yourself ` +
    `and set ${tool.variable} to its binary.`
  );
}

function sayOnStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}
