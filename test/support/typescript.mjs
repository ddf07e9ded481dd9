// `node --import ./test/support/typescript.mjs FILE.ts` runs TypeScript in a plain Node process: for stand-ins that are checked
// against the product's types and run in processes of their own, and for benchmarks. These do not use the test runner, because
// its module wrappers would be measured, too, and ONNX Runtime does not work in VM contexts.
import { register } from 'node:module';

register('./typescript-hooks.mjs', import.meta.url);
