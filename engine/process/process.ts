/**
 * The engine process: serves jobs with the models of this machine.
 */
import { ModelShelf } from './model-shelf.js';
import { serveJobs } from './serve-jobs.js';

serveJobs(new ModelShelf());
