/** What a machine reads of an event: one JSON object a line, whatever it is about. */
import { expect, it } from 'vitest';
import { logFormat } from '../../../domain/log-format.js';
import { readEngineLine } from '../../../workers/log/engine-line.js';
import { jsonLine } from '../../../workers/log/json-line.js';

const lines: string[] = [];
const write = jsonLine('gpu', { write: (line: string) => void lines.push(line) });

/** The line that is written of an event. */
function written(entry: Omit<Parameters<typeof write>[0], 'timestampNanos'>): Record<string, unknown> {
  lines.length = 0;
  write({ timestampNanos: 1_767_225_600_250_000_000n, ...entry });
  expect(lines).toHaveLength(1);
  expect(lines[0]?.match(/\n/g)).toHaveLength(1);
  return JSON.parse(lines[0] ?? '');
}

it('has time, level by name, role and host', () => {
  expect(written({ level: 'WARN', message: 'two\nlines' })).toEqual({
    ...{ time: '2026-01-01T00:00:00.250Z', level: 'warn', message: 'two\nlines', role: 'gpu' },
    ...{ host: expect.any(String), pid: process.pid },
  });
});

it('says whose event it is, and leaves secrets of the SDK out', () => {
  const meta = { workflowId: 'pregen/fair/v1/prompt_3/7', attempt: 2, taskToken: 'abc' };
  expect(written({ level: 'INFO', message: 'x', meta })).toMatchObject({
    ...{ show: 'fair/v1', cue: 'prompt_3', variant: 7, attempt: 2 },
  });
  expect(lines[0]).not.toContain('abc');
  const take = { workflowId: 'pregen/fair/v1/prompt_3/7/take-99' };
  expect(written({ level: 'INFO', message: 'x', meta: take })).toMatchObject({ variant: 7, take: 99 });
  const show = { workflowId: 'pregen/fair/v1' };
  expect(written({ level: 'INFO', message: 'x', meta: show })).toMatchObject({ show: 'fair/v1' });
});

it('has message and stack of an error, and of what caused it', () => {
  const error = new TypeError('x is undefined', { cause: new Error('the disk is full') });
  const { error: told } = written({ level: 'ERROR', message: 'failed', meta: { error } });
  expect(told).toMatchObject({ type: 'TypeError', message: expect.stringContaining('x is undefined') });
  expect(JSON.stringify(told)).toMatch(/json-line\.test.*the disk is full/s);
});

it('writes numbers that JSON has not', () => {
  expect(written({ level: 'INFO', message: 'x', meta: { n: 1n } })).toMatchObject({ n: 1 });
});

it('is not written of what the SDK says of every worker', () => {
  lines.length = 0;
  const message = 'No workflows registered, not polling for workflow tasks';
  write({ level: 'WARN', message, timestampNanos: 0n });
  expect(lines).toEqual([]);
});

it.each([
  ['\u001b[0;93m2026-11-27 19:15:57.48 [W:onnxruntime:, graph.cc:12 f()] slow\u001b[m', 'warn', 'slow'],
  ['2026-11-27 19:15:57.48 [E:onnxruntime:Default, x.cc:1 g()] no GPU', 'error', 'no GPU'],
  ['terminate called after throwing', 'warn', 'terminate called after throwing'],
])('of an engine process: %j', (line, level, message) => {
  expect(readEngineLine(line)).toEqual({ level, message });
});

it('is JSON unless a person is reading, or somebody has said', () => {
  expect(logFormat({}, true)).toBe('text');
  expect(logFormat({}, false)).toBe('json');
  expect(logFormat({ NODE_ENV: 'production' }, true)).toBe('json');
  expect(logFormat({ PREGEN_LOG: 'text', NODE_ENV: 'production' }, false)).toBe('text');
});
