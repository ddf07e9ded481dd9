/** What uploads work with: from the spool, to the store. */
import type { ObjectStore } from '../../storage/object-store.js';
import type { Spool } from '../../storage/spool/spool.js';

export interface UploadPorts {
  readonly spool: Spool;
  readonly store: ObjectStore;
}
