/** The events about images in flight that a gallery sends to a page. */
import { onTestFinished } from 'vitest';
import type { LiveImage } from '../../gallery/live-image.js';

export interface LiveEvents {
  /** All events so far. */
  readonly told: readonly LiveImage[];
  /** Closes the stream, as closing the page does. */
  close(): void;
}

/** Opens the stream of a show, until the test ends. */
export async function liveEvents(galleryUrl: string, show: string): Promise<LiveEvents> {
  const closed = new AbortController();
  onTestFinished(() => closed.abort());
  const url = new URL(`/api/shows/${show}/events`, galleryUrl);
  const { body } = await fetch(url, { signal: closed.signal });
  const told: LiveImage[] = [];
  const listen = async () => {
    let text = '';
    const decoder = new TextDecoder();
    for await (const chunk of body ?? []) {
      text += decoder.decode(chunk, { stream: true });
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) {
        const [, data] = /^event: live\ndata: (.*)$/.exec(event) ?? [];
        if (data !== undefined) told.push(JSON.parse(data));
      }
    }
  };
  listen().catch(() => {}); // closed
  return { told, close: () => closed.abort() };
}
