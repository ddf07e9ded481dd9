/**
 * The browser's side of a replay: fetch for JSON, image elements for pictures (they need no CORS headers
 * and are decoded before they are due), and a canvas painter.
 */
import { type Frame, openReplayFrom, type Replay, type ReplayOptions, type Source } from './replay.js';
import { openShowFrom, type Show, type ShowOptions } from './show.js';

/** Pictures as decoded image elements. */
export const browserSource: Source<HTMLImageElement> = {
  async json(url, signal, cache) {
    const response = await fetch(url, { cache: cache ?? 'default', ...(signal && { signal }) });
    if (response.ok) return response.json();
    if (response.status === 404) return undefined;
    throw new Error(`the server answers ${response.status} ${response.statusText}`.trim());
  },
  async picture(url, signal) {
    const image = new Image();
    image.src = url;
    const stop = () => image.removeAttribute('src');
    signal?.addEventListener('abort', stop, { once: true });
    try {
      await image.decode();
      return image;
    } finally {
      signal?.removeEventListener('abort', stop);
    }
  },
};

export type BrowserReplayOptions = Omit<ReplayOptions<HTMLImageElement>, 'source'> & {
  readonly source?: Source<HTMLImageElement>;
};

/** {@link openReplayFrom} with the browser's own images. */
export function openReplay(options: BrowserReplayOptions): Promise<Replay<HTMLImageElement>> {
  return openReplayFrom({ source: browserSource, ...options });
}

export type BrowserShowOptions = Omit<ShowOptions<HTMLImageElement>, 'source'> & {
  readonly source?: Source<HTMLImageElement>;
};

/** {@link openShowFrom} with the browser's own images. */
export function openShow(
  baseUrl: string | URL,
  options: BrowserShowOptions = {},
): Promise<Show<HTMLImageElement>> {
  return openShowFrom(baseUrl, { source: browserSource, ...options });
}

/** Paints a frame over the whole canvas, the picture centred at its own proportions; black where there is none. */
export function paintFrame(
  canvas: HTMLCanvasElement,
  { picture }: Pick<Frame<HTMLImageElement>, 'picture'>,
): void {
  const context = canvas.getContext('2d');
  if (context === null) return;
  const { width, height } = canvas;
  context.fillStyle = '#000';
  context.fillRect(0, 0, width, height);
  if (picture === undefined || picture.naturalWidth === 0) return;
  const scale = Math.min(width / picture.naturalWidth, height / picture.naturalHeight);
  const drawn = { width: picture.naturalWidth * scale, height: picture.naturalHeight * scale };
  context.imageSmoothingQuality = 'high';
  context.drawImage(
    picture,
    (width - drawn.width) / 2,
    (height - drawn.height) / 2,
    drawn.width,
    drawn.height,
  );
}
