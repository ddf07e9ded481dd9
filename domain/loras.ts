/**
 * LoRAs as a model profile names them, and the one text for all of them: what fingerprints compare and pictures say. Their order means
 * nothing, so the text has an order of its own.
 */

/** A file and how strongly it counts. */
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
