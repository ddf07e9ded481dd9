/**
 * How many frames the stack traces of workflows have. The SDK takes one for each promise, for the "stack trace" of the Temporal
 * Web UI, and looks up each frame in a source map: with ten frames, the default, that is a twelfth of an orchestrator's CPU. Three
 * say where a workflow waits, and where a mistake was made. Loaded before anything else (see workers/bundle-workflows.ts).
 */
Error.stackTraceLimit = 3;
