/**
 * `executionProviders` of a show file: each by its name alone (`cuda`) or with options (`{ name: cuda, deviceId: 1 }`). The options are those that onnxruntime-node 1.30 passes on; it drops all others without a word, so
 * they are refused here.
 */
import { z } from 'zod';
import { type ExecutionProvider, providerName } from './execution-providers.js';
import { textSchema } from './text-schema.js';
import { inOurWords } from './zod-problems.js';

const oneOf = <const Values extends readonly [string, ...string[]]>(values: Values) =>
  z.enum(values, { error: `expected ${values.join(', ')}` }).optional();
const wholeNumber = z
  .int({ error: 'expected a whole number' })
  .min(0, { error: 'expected at least 0' })
  .max(0xffff, { error: 'expected at most 65535' })
  .optional();
const switched = z.boolean({ error: 'expected true or false' }).optional();
const nodeNames = z.array(textSchema).optional();
const bufferCache = oneOf(['disabled', 'lazyRelease', 'simple', 'bucket']);

const providerWith = <Name extends string, Options extends z.ZodRawShape>(name: Name, options: Options) =>
  z.strictObject(
    { name: z.literal(name), ...options },
    { error: ({ code, keys }) => unknownOption(name, options, code, keys) },
  );

/** Undefined for issues of another kind. */
function unknownOption(
  name: string,
  options: object,
  code: string | undefined,
  keys: unknown,
): string | undefined {
  if (code !== 'unrecognized_keys' || !Array.isArray(keys)) return undefined;
  const known = Object.keys(options);
  const taken = known.length === 0 ? 'no options' : `only ${known.join(', ')}`;
  const advice = known.includes('deviceId')
    ? '; which GPU a worker sees is said with --devices, or CUDA_VISIBLE_DEVICES'
    : '';
  return `onnxruntime-node passes on to ${name} ${taken}, so it would not heed ${keys.join(', ')}${advice}`;
}

const withOptions = z.discriminatedUnion(
  'name',
  [
    providerWith('cpu', {}),
    providerWith('cuda', { deviceId: wholeNumber }),
    providerWith('tensorrt', { deviceId: wholeNumber }),
    providerWith('dml', { deviceId: wholeNumber }),
    providerWith('coreml', { coreMlFlags: wholeNumber }),
    providerWith('webgpu', {
      preferredLayout: oneOf(['NCHW', 'NHWC']),
      validationMode: oneOf(['disabled', 'wgpuOnly', 'basic', 'full']),
      enableRobustness: switched,
      ...{ storageBufferCacheMode: bufferCache, uniformBufferCacheMode: bufferCache },
      ...{ queryResolveBufferCacheMode: bufferCache, defaultBufferCacheMode: bufferCache },
      forceCpuNodeNames: nodeNames,
    }),
  ],
  { error: 'expected the name of a provider that has options: cuda, tensorrt, dml, coreml or webgpu' },
);

/** A name is looked up where the model is loaded: what one machine's onnxruntime-node has, another's may not. */
const nameAlone = textSchema.min(1, { error: 'must not be empty' });

/** Each form has its own schema, so that a refusal speaks of the form that was written. */
const executionProviderSchema = z.unknown().transform((value, context): ExecutionProvider => {
  const schema: z.ZodType<ExecutionProvider> =
    typeof value === 'object' && value !== null ? withOptions : nameAlone;
  const { data, error } = schema.safeParse(value, { error: inOurWords });
  for (const { path, message } of error?.issues ?? [])
    context.addIssue({ code: 'custom', path: [...path], message });
  return data ?? z.NEVER;
});

/** ONNX Runtime refuses a second one, when the model is loaded. */
const namesNoneTwice = (providers: readonly ExecutionProvider[]): boolean =>
  new Set(providers.map(providerName)).size === providers.length;

export const executionProvidersSchema = z
  .array(executionProviderSchema)
  .min(1, { error: 'must not be empty: leave it out' })
  .refine(namesNoneTwice, {
    error:
      'names a provider twice: a model runs on one device; several devices are given to a worker with --devices',
  });
