// `node --import ./test/support/typescript.mjs FILE.ts`: TypeScript in a plain Node process, for stand-ins that are checked against
// the product's types and run in processes of their own. Benchmarks run under no test runner either: its module wrappers would be
// measured with what they wrap, and ONNX Runtime does not bear VM contexts.
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
