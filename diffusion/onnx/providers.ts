/**
 * ONNX Runtime execution providers: the kind of device that a session computes on. One that cannot be had is an error
 * that says how to get it; ONNX Runtime itself would fall back to the CPU for some, and be a hundred times slower.
 */

import { listSupportedBackends } from 'onnxruntime-node';
import { type ExecutionProvider, providerName } from '../../domain/execution-providers.js';

/** Names that this onnxruntime-node knows; whether a device is there shows when a session is opened. */
export function knownProviders(): string[] {
  return listSupportedBackends().map(({ name }) => name);
}

/** One problem per provider that this onnxruntime-node does not have. */
export function unknownProviders(requested: readonly ExecutionProvider[]): string[] {
  const known = knownProviders();
  return requested
    .map(providerName)
    .filter((name) => !known.includes(name))
    .map(
      (name) => `the execution provider "${name}" is not one of this onnxruntime-node: ${known.join(', ')}`,
    );
}

/** ONNX Runtime's words when a provider's library or device is missing, and what to do about it. */
const REMEDIES: readonly { readonly provider: string; readonly words: RegExp; readonly remedy: string }[] = [
  {
    provider: 'cuda',
    words: /ExecutionProvider_Cuda|CUDA/i,
    remedy:
      'install it with "ONNXRUNTIME_NODE_INSTALL=cuda12 npm rebuild onnxruntime-node"; CUDA 12 and cuDNN 9 have to be on the machine',
  },
  {
    provider: 'tensorrt',
    words: /ExecutionProvider_TensorRT/i,
    remedy: 'it comes with the cuda provider and needs TensorRT 10',
  },
  {
    provider: 'webgpu',
    words: /WebGPU|adapter/i,
    remedy: 'it needs a GPU driver with Vulkan (Linux), Metal (macOS) or Direct3D 12 (Windows)',
  },
];

/** Why a session could not be opened, if a provider is to blame; the same words whichever part it was. */
export function providerProblem(requested: readonly ExecutionProvider[], reason: string): string | undefined {
  const found = REMEDIES.find(
    ({ provider, words }) => requested.some((one) => providerName(one) === provider) && words.test(reason),
  );
  if (found === undefined) return undefined;
  const [firstLine] = reason.split('\n');
  return `the execution provider "${found.provider}" cannot be loaded: ${found.remedy} (${firstLine?.slice(0, 200)})`;
}
