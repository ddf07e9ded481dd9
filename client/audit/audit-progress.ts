/**
 * How far an audit is: a bar on a terminal, elsewhere a line now and then.
 */
import { Presets, SingleBar } from 'cli-progress';
import type { Output } from '../terminal/output.js';
import type { AuditProgress } from './audit-show.js';

/** A log wants a sign of life, not a story. */
const LINE_EVERY_MS = 10_000;

export interface AuditDisplay {
  update(progress: AuditProgress): void;
  stop(): void;
}

export const openAuditDisplay = (output: Output): AuditDisplay =>
  output.live ? drawBar() : writeLines(output);

function drawBar(): AuditDisplay {
  const format = 'auditing {bar} {value}/{total} variants · {objects} objects · {found} findings';
  const bar = new SingleBar({ format, hideCursor: true, clearOnComplete: true }, Presets.shades_classic);
  bar.start(1, 0, { objects: 0, found: 0 });
  return {
    update({ variants, planned, objects, found }) {
      bar.setTotal(planned);
      bar.update(variants, { objects, found });
    },
    stop: () => bar.stop(),
  };
}

function writeLines(output: Output): AuditDisplay {
  let saidAt = Date.now();
  return {
    update({ variants, planned, objects, found }) {
      if (Date.now() - saidAt < LINE_EVERY_MS) return;
      saidAt = Date.now();
      output.note(`audited ${variants}/${planned} variants · ${objects} objects · ${found} findings`);
    },
    stop: () => {},
  };
}
