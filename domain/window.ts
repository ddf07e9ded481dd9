/** Largest window: at most two pages' worth of variants are pending then, a quarter of the server's limit of 2,000. */
export const MAX_WINDOW = 250;
