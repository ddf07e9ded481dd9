/**
 * LoRAs of a model profile as one text, for fingerprints and image parameters. The text is sorted, since the order of LoRAs has no
 * effect.
 */

/** A file as written in the profile, and the factor of its changes. */
export interface NamedLora {
  readonly path: string;
  readonly scale: number;
}

/** `loras/grain.safetensors 0.3, loras/painter.safetensors 0.8`; undefined for none. */
export function lorasText(loras: readonly NamedLora[] | undefined): string | undefined {
  if (loras === undefined || loras.length === 0) return undefined;
  return loras
    .map(({ path, scale }) => `${path} ${scale}`)
    .sort()
    .join(', ');
}
