/**
 * The Temporal CLI of the tests. If it has to be built first, that takes minutes; so it is looked for while a test file is
 * loaded, not in a hook, which has a time limit.
 */
import { findTool } from '../../workers/tools/find-tool.js';

/** Path of a working binary. */
export const TEMPORAL_CLI = await findTool('temporal');
