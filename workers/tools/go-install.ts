/**
 * Builds a tool from its published source with `go install`: needs Go and a Go module proxy, nothing else.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Tool } from './catalogue.js';
import { onPath } from './probe.js';
import { runToEnd } from './run-to-end.js';

/** Several times what the slowest build takes on two cores, so only a stuck one is killed. In milliseconds. */
const BUILD_TIMEOUT_MS = 30 * 60_000;

/** Builds into `scratch`; resolves to the binary's path. */
export async function goInstall(tool: Tool, scratch: string, say: (line: string) => void): Promise<string> {
  const go = await onPath('go');
  if (go === undefined) throw new Error('Go is not installed');
  say(
    `Building ${tool.title} ${tool.version} with go install: this usually takes ${tool.buildTakes}, once …`,
  );
  const folder = join(scratch, 'bin');
  await mkdir(folder);
  const env = { ...process.env, GOBIN: folder };
  await runToEnd(go, ['install', ...tool.goFlags, tool.goPackage], { timeoutMs: BUILD_TIMEOUT_MS, env });
  return join(folder, tool.name);
}
