/**
 * Whose turn it is to be looked at: of more images in flight than one poll may ask for, those on a device come first, because
 * they change; everything else in turn.
 */

/** An image, as far as its turn depends on it. */
export interface PolledImage {
  /** It was on a device when last looked at. */
  readonly onDevice: boolean;
  /** Number of the poll that looked at it last; 0 for none. */
  readonly lookedAt: number;
}

/** A poll's requests to the Temporal server at most. */
export const LOOKS_PER_POLL = 64;
/** Of these, at least so many are for images that have not been seen on a device, if so many there are. */
const LOOKS_AT_OTHERS = 16;

/** The images to look at now, those longest not looked at first. */
export function nextToPoll<Image extends PolledImage>(images: readonly Image[]): Image[] {
  const inTurn = images.toSorted((a, b) => a.lookedAt - b.lookedAt);
  const others = inTurn.filter(({ onDevice }) => !onDevice);
  const onDevice = inTurn.filter((image) => image.onDevice);
  const reserved = Math.min(others.length, LOOKS_AT_OTHERS);
  return [...onDevice.slice(0, LOOKS_PER_POLL - reserved), ...others].slice(0, LOOKS_PER_POLL);
}
