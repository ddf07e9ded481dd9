/** Whether a part of a model directory is there: the one question about it that needs no reading. */
import { access } from 'node:fs/promises';

/** True if something that this process may see is at the path. */
export const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
