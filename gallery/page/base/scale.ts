/**
 * How much larger than usual everything is: the style sheet makes letters grow with the window, from a laptop to a wall
 * of 4K, and whatever is measured in pixels here grows with them.
 */
const USUAL_LETTERS_PIXELS = 14;

export const scale = (): number =>
  Number.parseFloat(getComputedStyle(document.documentElement).fontSize) / USUAL_LETTERS_PIXELS;
