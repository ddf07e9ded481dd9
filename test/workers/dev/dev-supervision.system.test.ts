/**
 * The supervision of a process that dies, hangs, or cannot start, with small real processes.
 */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { notableWords, openProcessLog } from '../../../workers/dev/process-log.js';
import { SupervisedProcess } from '../../../workers/dev/supervised-process.js';
import { EventLog } from '../../support/event-log.js';
import { temporaryFolder } from '../../support/temp-folder.js';

const READY = "process.send({ type: 'ready' });";
const STAY = 'setInterval(() => {}, 1000);';

/** Supervises a script. */
async function supervise(script: string) {
  const folder = await temporaryFolder();
  const module = join(folder, 'script.mjs');
  await writeFile(module, script);
  const log = openProcessLog(join(folder, 'logs', 'script.log'));
  const said = new EventLog();
  const pids: number[] = [];
  const supervised = new SupervisedProcess({
    name: 'script',
    module,
    args: [],
    env: process.env,
    log,
    say: (line) => said.add(line),
    onNotable: (line) => said.add(`notable: ${line}`),
    onUp: (pid) => pids.push(pid),
  });
  onTestFinished(async () => {
    supervised.kill();
    await supervised.stop(0);
    await log.close();
  });
  return { supervised, said, pids, log };
}

describe('a supervised process', () => {
  it('is started again at once when it dies, and its successor has another process id', async () => {
    const { supervised, said, pids } = await supervise(READY + STAY);
    await supervised.ready;
    process.kill(pids[0] ?? 0, 'SIGKILL');
    await said.untilMatch(/^is ready again \(process \d+\)$/);
    expect(said.events[0]).toBe('was killed by SIGKILL; starting it again');
    expect(new Set(pids).size).toBe(2);
  });

  it('is given up when it cannot start, and the error quotes the end of its output', async () => {
    const { supervised, log } = await supervise("console.error('no such model'); process.exit(3);");
    await expect(supervised.ready).rejects.toThrow(
      `script ended with exit code 3 before it was ready, several times in a row, saying: no such model (see ${log.path})`,
    );
  });

  it('is started again with growing pauses when it keeps dying right after its start', async () => {
    const { supervised, said } = await supervise(`${READY} setTimeout(() => process.exit(1), 50);`);
    await supervised.ready;
    await said.untilMatch(/^ended with exit code 1 \(2 times in a row; see .*\); starting it again in 1 s$/);
    await said.untilMatch(/^ended with exit code 1 \(3 times in a row; see .*\); starting it again in 2 s$/);
  });

  it('is killed when it does not end by itself', async () => {
    const { supervised, pids } = await supervise(`process.on('SIGTERM', () => {}); ${READY} ${STAY}`);
    await supervised.ready;
    await supervised.stop(100);
    expect(() => process.kill(pids[0] ?? 0, 0)).toThrow('ESRCH');
  });

  it('has all its output in its log, and warnings and errors on the terminal', async () => {
    const script = `console.log('12:00:00 INFO  all is well');
      console.log('12:00:01 WARN  a prompt is too long');
      console.log(JSON.stringify({ level: 'error', message: 'the store is away' }));`;
    const { supervised, said, log } = await supervise(script + READY + STAY);
    await supervised.ready;
    await said.untilMatch(/the store is away/);
    await supervised.stop(5000);
    await log.close();
    expect(said.events).toEqual([
      'notable: 12:00:01 WARN  a prompt is too long',
      'notable: the store is away',
    ]);
    expect(readFileSync(log.path, 'utf8')).toContain('INFO  all is well\n');
  });

  it('is not quoted with messages that every worker prints', () => {
    expect(notableWords('12:00 WARN  No workflows registered, not polling')).toBeUndefined();
    expect(notableWords('{"level":"info","message":"step 3"}')).toBeUndefined();
    expect(notableWords('12:00 ERROR the disk is full')).toBe('12:00 ERROR the disk is full');
  });
});
