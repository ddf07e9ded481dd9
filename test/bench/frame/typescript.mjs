// `node --import ./test/bench/frame/typescript.mjs FILE.ts`: TypeScript in a plain Node process. Benchmarks run under no test
// runner: its module wrappers would be measured with what they wrap, and ONNX Runtime does not bear VM contexts.
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
