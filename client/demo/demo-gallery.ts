/**
 * The gallery beside a running demo: a person at the terminal can watch the images in a browser as well.
 */
import type { DevStack } from '../../domain/dev-stack.js';
import { startGallery } from '../../gallery/gallery.js';
import { temporalWorkflows } from '../../gallery/temporal-workflows.js';
import { openStore } from '../../storage/open-store.js';
import { withTemporal } from '../temporal/connect.js';
import type { Output } from '../terminal/output.js';

/** Runs `body` with the gallery's address; without one where nobody watches. */
export async function withGallery<T>(
  stack: DevStack,
  output: Output,
  body: (url: string | undefined) => Promise<T>,
): Promise<T> {
  if (!output.live) return body(undefined);
  const store = openStore(stack.store, process.env);
  try {
    return await withTemporal(async ({ client }) => {
      const workflows = temporalWorkflows(client, `${stack.uiUrl}/`);
      const gallery = await startGallery({ store, port: 0, workflows });
      output.note(`Watch the images appear: ${gallery.url}`);
      try {
        return await body(gallery.url);
      } finally {
        await gallery.close();
      }
    }, stack);
  } finally {
    store.close();
  }
}
