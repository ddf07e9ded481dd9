/**
 * The engine: runs a diffusion model from a directory of ONNX files. Arrays in, arrays out; it knows nothing
 * of workflows, stores or files other than the model's own.
 */

export { denoisingIterations, type ModelFamily } from '../domain/iterations.js';
export type { PreviewStyle } from '../domain/preview-style.js';
export { ModelError, NonFiniteLatentsError, RequestError } from './errors.js';
export { fitPreviews, type PreviewFit } from './fit-previews.js';
export { inspectModel, type ModelReport, type PartReport } from './inspect-model.js';
export { loadModel } from './load-model.js';
export { latentsToRgb, type PreviewPreset, previewPreset } from './preview.js';
export type { Rng } from './random.js';
export type {
  Checkpoint,
  DiffusionModel,
  GenerateOptions,
  GenerationEvent,
  GenerationRequest,
  Latents,
  LoadOptions,
  ModelInfo,
  PreviewFactors,
  RgbImage,
} from './types.js';
export { modelBytes } from './weight-bytes.js';
