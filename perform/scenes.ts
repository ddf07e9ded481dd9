/**
 * Where `next` leads: to the following scene. The first scene is left through black: the first `next` fades it out, the second
 * changes the scene behind the black and fades in.
 */

/** The exhibition's, in its order. */
export const EXHIBITION_SCENES: readonly string[] = [
  '/zero',
  '/one',
  '/two',
  '/two-b',
  '/three',
  '/three-b',
  '/four',
  '/four-b',
];

export type Step = { readonly fade: true } | { readonly route: string | undefined; readonly fadeIn: boolean };

/** @param route the present scene; undefined before the first */
export function nextScene(scenes: readonly string[], route: string | undefined, black: boolean): Step {
  const at = route === undefined ? -1 : scenes.indexOf(route);
  const first = at === 0;
  if (first && !black) return { fade: true };
  const unknown = at < 0 && route !== undefined;
  // After the last there is none: it stays.
  return { route: unknown ? undefined : (scenes[at + 1] ?? route), fadeIn: first };
}
