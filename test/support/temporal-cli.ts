/**
 * The Temporal CLI of the tests. Where it has to be built first, that takes minutes: it happens while a test file is
 * loaded, not in a hook that has a time limit.
 */
import { findTool } from '../../workers/tools/find-tool.js';

/** Path of a binary that runs. */
export const TEMPORAL_CLI = await findTool('temporal');
