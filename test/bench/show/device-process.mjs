// The engine process of a show without a device: the product's own, but for the model.
import '../../support/typescript.mjs';

await import('./device-process.ts');
