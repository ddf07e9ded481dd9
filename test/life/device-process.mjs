// The product's engine process with the stand-in device.
import '../support/typescript.mjs';

await import('./device.ts');
