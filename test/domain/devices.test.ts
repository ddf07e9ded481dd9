/** Which devices a GPU worker is told to use, and what their engine processes get of it. */
import { describe, expect, test } from 'vitest';
import { readConfiguration } from '../../domain/configuration.js';
import { readDevices, sharedThreads } from '../../domain/devices.js';

const visibleIn = (text: string, visible?: string) =>
  readDevices(text, visible).devices.map(({ environment }) => environment.CUDA_VISIBLE_DEVICES);

const problemsOf = (text: string, visible?: string) => readDevices(text, visible).problems;

test('an engine process sees its own device only, numbered as nvidia-smi does', () => {
  const { devices, problems } = readDevices('cuda:0, cuda:1');
  expect(problems).toEqual([]);
  expect(devices.map(({ name }) => name)).toEqual(['cuda:0', 'cuda:1']);
  expect(devices[1]?.environment).toMatchObject({
    CUDA_VISIBLE_DEVICES: '1',
    CUDA_DEVICE_ORDER: 'PCI_BUS_ID',
    PREGEN_DEVICE: 'cuda:1',
  });
});

test('where only some devices are visible, numbers count these', () => {
  expect(visibleIn('cuda:0,cuda:1', '4,6')).toEqual(['4', '6']);
  expect(visibleIn('cuda:GPU-1b', 'GPU-1a,GPU-1b')).toEqual(['GPU-1b']);
  expect(problemsOf('cuda:2', '4,6')).toEqual(['cuda:2 is hidden: CUDA_VISIBLE_DEVICES is "4,6"']);
});

test('CPU devices are counted, and share the cores', () => {
  const { devices } = readDevices('cpu,cuda:0,cpu');
  expect(devices.map(({ name }) => name)).toEqual(['cpu:0', 'cuda:0', 'cpu:1']);
  expect(sharedThreads(devices, 8)).toBe(4);
  expect(sharedThreads(readDevices('cpu,cpu,cpu').devices, 2)).toBe(1);
  expect(sharedThreads(readDevices('cpu').devices, 8)).toBeUndefined();
});

describe('refused is', () => {
  test.each([
    ['gpu', '"gpu" is no device: expected cpu or cuda:N'],
    ['cuda', '"cuda" is no device: expected cpu or cuda:N'],
    ['cpu,', '"" is no device: expected cpu or cuda:N'],
    ['cuda:0,cuda:0', 'cuda:0 is named twice'],
  ])('%s', (text, problem) => {
    expect(problemsOf(text)).toEqual([problem]);
  });

  test('every one of them at once, with the name of the variable', () => {
    expect(() => readConfiguration({ PREGEN_DEVICES: 'gpu,cuda:1,cuda:1' })).toThrow(
      /PREGEN_DEVICES: "gpu" is no device.*\n.*PREGEN_DEVICES: cuda:1 is named twice/,
    );
  });
});

test('a GPU worker serves the queues that it is told, each once', () => {
  expect(readConfiguration({}).gpuQueues).toEqual(['pregen-gpu']);
  expect(readConfiguration({ PREGEN_QUEUES: 'big, default,big' }).gpuQueues).toEqual([
    'pregen-gpu.big',
    'pregen-gpu',
  ]);
  expect(() => readConfiguration({ PREGEN_QUEUES: 'big,,Large' })).toThrow(
    /PREGEN_QUEUES\.1: .*\n.*PREGEN_QUEUES\.2: /,
  );
});

test('a machine that has not been told has one device without a name', () => {
  expect(readConfiguration({}).devices).toEqual([{ name: undefined, environment: {} }]);
});
