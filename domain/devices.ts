/**
 * The devices that a GPU worker is told to use: each gets an engine process of its own, with an environment in which that device is
 * the only one. So a show file, which holds for all machines, does not have to know of them.
 */

export interface DeviceSettings {
  /** `cuda:1`; CPU devices are counted: `cpu:0`, `cpu:1`. Undefined for the only device of a machine that has not been told. */
  readonly name: string | undefined;
  /** Of its engine process; PREGEN_DEVICE there is the name, for whoever looks at processes. */
  readonly environment: Readonly<Record<string, string>>;
}

/** What a machine has that has not been told: whatever ONNX Runtime takes. */
export const ONLY_DEVICE: readonly DeviceSettings[] = [{ name: undefined, environment: {} }];

/** A number as nvidia-smi counts, or an id as it prints (`GPU-8932f937-…`, `MIG-…`). */
const CUDA = /^cuda:([\w-]+)$/;

export interface DeviceList {
  readonly devices: readonly DeviceSettings[];
  readonly problems: readonly string[];
}

/** @param text `cuda:0,cuda:1` or `cpu,cpu` @param visible the CUDA_VISIBLE_DEVICES of this process */
export function readDevices(text: string, visible?: string): DeviceList {
  const words = text.split(',').map((word) => word.trim());
  const devices: DeviceSettings[] = [];
  const problems: string[] = [];
  for (const [position, word] of words.entries()) {
    const id = CUDA.exec(word)?.[1];
    if (word === 'cpu') devices.push(cpuDevice(words.slice(0, position)));
    else if (id === undefined) problems.push(`${JSON.stringify(word)} is no device: expected cpu or cuda:N`);
    else if (words.indexOf(word) < position) problems.push(`${word} is named twice`);
    else if (physical(id, visible) === undefined)
      problems.push(`${word} is hidden: CUDA_VISIBLE_DEVICES is ${JSON.stringify(visible)}`);
    else devices.push(cudaDevice(word, physical(id, visible) ?? id));
  }
  return { devices, problems };
}

function cpuDevice(before: readonly string[]): DeviceSettings {
  const name = `cpu:${before.filter((word) => word === 'cpu').length}`;
  return { name, environment: { PREGEN_DEVICE: name } };
}

const cudaDevice = (name: string, id: string): DeviceSettings => ({
  name,
  // By the bus, as nvidia-smi counts; CUDA's own order puts the fastest first.
  environment: { PREGEN_DEVICE: name, CUDA_DEVICE_ORDER: 'PCI_BUS_ID', CUDA_VISIBLE_DEVICES: id },
});

/** Which device a number means where only some are visible; undefined if none. An id means itself. */
function physical(id: string, visible: string | undefined): string | undefined {
  if (visible === undefined || visible === '') return id;
  const seen = visible.split(',').map((one) => one.trim());
  return /^\d+$/.test(id) ? seen[Number(id)] : seen.find((one) => one === id);
}

/**
 * CPU threads of each engine process: shared out where several devices are CPUs; else undefined, ONNX Runtime's own choice.
 * @param cores of this machine
 */
export function sharedThreads(devices: readonly DeviceSettings[], cores: number): number | undefined {
  const cpus = devices.filter(({ name }) => name?.startsWith('cpu:') ?? false).length;
  return cpus < 2 ? undefined : Math.max(1, Math.floor(cores / cpus));
}
