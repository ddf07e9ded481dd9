/**
 * The engine process: serves jobs with the models of this machine.
 */
import { ModelCache } from './model-cache.js';
import { serveJobs } from './serve-jobs.js';

serveJobs(new ModelCache());
