/**
 * The development stack as people run it, with a real Temporal server: it restarts its processes, explains problems, and leaves
 * nothing behind however it ends.
 */
import { once } from 'node:events';
import { createServer } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { DevStack } from '../../../domain/dev-stack.js';
import {
  currentStack,
  processTree,
  removeStackFolder,
  stackFolder,
  startStack,
  stillRunning,
  type TestStack,
} from '../../support/dev-stack.js';

/** Processes end within their grace periods; a loaded machine collects them later. */
const GONE = { timeout: 60_000, interval: 200 };

/** Runs a stack that is expected not to start, to its end. */
async function refused(ports?: { port?: number; uiPort?: number }, folder?: string) {
  const cwd = folder ?? (await stackFolder(ports));
  if (folder === undefined) onTestFinished(() => removeStackFolder(cwd));
  const stack = startStack(cwd);
  const code = await stack.ended;
  return { code, words: stack.lines.events.join('\n') };
}

/** A ready stack for one test. */
async function ownStack(folder?: string): Promise<TestStack & { pids: number[] }> {
  const cwd = folder ?? (await stackFolder());
  const stack = startStack(cwd);
  onTestFinished(async () => {
    stack.process.kill('SIGKILL');
    await stack.ended;
    await removeStackFolder(cwd);
  });
  const { pid } = await stack.ready;
  return { ...stack, pids: processTree(pid) };
}

describe('the development stack', () => {
  let stack: TestStack;
  let ready: DevStack;

  beforeAll(async () => {
    stack = startStack(await stackFolder());
    ready = await stack.ready;
  });

  afterAll(async () => {
    stack.process.kill('SIGKILL');
    await stack.ended;
    await removeStackFolder(stack.cwd);
  });

  it('starts a Temporal server and a process for each role', () => {
    expect(Object.keys(ready.processes).sort()).toEqual(['gpu', 'orchestrator', 'temporal', 'uploader']);
    expect(stillRunning(Object.values(ready.processes))).toHaveLength(4);
    expect(ready.store).toBe(`file:${stack.cwd}/pregen-output`);
    expect(ready.spool).toBe(`${stack.cwd}/pregen-dev/spool`);
  });

  it('serves the Web UI', async () => {
    expect((await fetch(ready.uiUrl)).status).toBe(200);
  });

  it.each(['gpu', 'temporal'])('starts %s again when it is killed, and says so', async (name) => {
    const pid = ready.processes[name] ?? 0;
    process.kill(pid, 'SIGKILL');
    const line = await stack.lines.untilMatch(
      new RegExp(`^dev: ${name} is ready again \\(process (\\d+)\\)`),
    );
    const successor = Number(line[1]);
    expect(successor).not.toBe(pid);
    expect((await currentStack(stack)).processes[name]).toBe(successor);
    expect(stillRunning([pid, successor])).toEqual([successor]);
  });

  it('explains a second start in the same folder', async () => {
    const { code, words } = await refused({}, stack.cwd);
    expect(words).toBe(
      `dev: This development stack is running already (process ${ready.pid}, Temporal at ${ready.address}, ` +
        `Web UI ${ready.uiUrl}). Use it as it is, or stop it with Ctrl-C in its terminal first.`,
    );
    expect(code).toBe(1);
  });

  it('explains that another Temporal server has the port', async () => {
    const port = Number(ready.address.split(':')[1]);
    const { code, words } = await refused({ port });
    expect(words).toContain(
      `Port ${port} is taken by a Temporal server, most likely another "pregen dev" or ` +
        '"temporal server start-dev". Stop it, or give server.port in',
    );
    expect(code).toBe(1);
  });

  it('explains that another program has a port', async () => {
    const server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    expect((await refused({ port })).words).toContain(
      `Port ${port} is taken by another program, which is not a Temporal server.`,
    );
    expect((await refused({ uiPort: port })).words).toContain(
      `Port ${port}, which the Web UI needs, is taken by another program.`,
    );
  });

  it('stops in order at SIGTERM and leaves no process behind', async () => {
    const pids = processTree(ready.pid);
    expect(pids.length).toBeGreaterThanOrEqual(6);
    stack.process.kill('SIGTERM');
    expect(await stack.ended).toBe(0);
    await expect.poll(() => stillRunning(pids), GONE).toEqual([]);
    await expect(currentStack(stack)).rejects.toThrow('ENOENT');
  });

  it('leaves no process behind when it is killed', async () => {
    const { process, pids, ended } = await ownStack();
    process.kill('SIGKILL');
    await ended;
    await expect.poll(() => stillRunning(pids), GONE).toEqual([]);
  });

  it('starts again after it was killed', async () => {
    const { process, ended, cwd } = await ownStack();
    process.kill('SIGKILL');
    await ended;
    expect((await ownStack(cwd)).pids.length).toBeGreaterThanOrEqual(6);
  });

  it('stops when the process that started it is gone', async () => {
    const { process, pids, ended } = await ownStack();
    process.disconnect();
    expect(await ended).toBe(0);
    await expect.poll(() => stillRunning(pids), GONE).toEqual([]);
  });
});
