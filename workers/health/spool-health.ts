/** Whether the spool's disk can be used, and, for who fills it, whether there is room. */
import { constants } from 'node:fs';
import { access } from 'node:fs/promises';
import type { SpoolUsage } from '../../domain/denoise-heartbeat.js';
import type { Health } from '../../domain/health.js';
import type { Spool } from '../../storage/spool/spool.js';
import { say } from '../log/logging.js';
import { tellBacklog, tellUsage } from '../metrics/spool-figures.js';
import { watchPart } from './watch-part.js';

/** Adding up a spool of thousands of files takes a good part of a second. */
const LOOK_EVERY_MS = 15_000;
const GIB = 1024 ** 3;

/** @param needs what the process does with it: one that frees the spool does not mind that it is full @returns ends it */
export const watchSpool = (spool: Spool, health: Health, needs: 'room' | 'files'): (() => void) =>
  watchPart({
    ...{ health, part: 'spool', everyMs: LOOK_EVERY_MS, say },
    look: async () => {
      await access(spool.directory, constants.R_OK | constants.W_OK);
      const usage = await spool.usage();
      tellUsage(usage);
      tellBacklog(await spool.backlog());
      if (needs === 'room') requireRoom(usage);
    },
  });

function requireRoom({ bytes, budgetBytes, renditions }: SpoolUsage): void {
  if (bytes < budgetBytes) return;
  throw new Error(
    `it is full: ${inGib(bytes)} of ${inGib(budgetBytes)} GiB, ${renditions} images; the GPU waits until they are stored (PREGEN_SPOOL_BUDGET_GIB)`,
  );
}

const inGib = (bytes: number): string => (bytes / GIB).toFixed(2);
