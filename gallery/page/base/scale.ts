/**
 * The page's scale: the style sheet enlarges letters with the window, from a laptop to a 4K wall display, and sizes that are
 * computed in pixels are enlarged by the same factor.
 */
const USUAL_LETTERS_PIXELS = 14;

export const scale = (): number =>
  Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / USUAL_LETTERS_PIXELS;
