/** How full a spool is, and what waits there for the store. */
import type { SpoolUsage } from '../../domain/denoise-heartbeat.js';
import type { Backlog } from '../../storage/spool/backlog.js';
import { metrics } from './metrics.js';

export function tellUsage({ bytes, budgetBytes, renditions }: SpoolUsage): void {
  metrics.gauge('pregen_spool_bytes', 'Bytes on the spool', bytes);
  metrics.gauge('pregen_spool_budget_bytes', 'Bytes above which the GPU waits', budgetBytes);
  metrics.gauge('pregen_spool_images', 'Images on the spool, half-made ones among them', renditions);
}

export function tellBacklog({ finished, oldestSeconds }: Backlog): void {
  metrics.gauge('pregen_upload_backlog_images', 'Finished images that are not stored yet', finished);
  metrics.gauge(
    'pregen_upload_backlog_oldest_seconds',
    'Since when the oldest of them is finished',
    oldestSeconds,
  );
}
