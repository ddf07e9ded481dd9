/**
 * The engine: runs a diffusion model from a directory of ONNX files. Arrays in, arrays out; it knows nothing
 * of workflows, stores or files other than the model's own.
 */

export { denoisingIterations, type ModelFamily } from '../domain/iterations.js';
export type { PreviewStyle } from '../domain/preview-style.js';
export { ModelError, NonFiniteLatentsError, RequestError } from './errors.js';
export { inspectModel, type ModelReport, type PartReport } from './inspect-model.js';
export { loadModel } from './load-model.js';
export { modelBytes } from './model-directory/weight-bytes.js';
export { fitPreviews, type PreviewFit } from './previews/fit-previews.js';
export { latentsToRgb, type PreviewPreset, previewPreset } from './previews/preview.js';
export type { Rng } from './random/generator.js';
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
