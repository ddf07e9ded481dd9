// The product's engine process, with a model that only takes time.
import '../../support/typescript.mjs';

await import('./device-process.ts');
