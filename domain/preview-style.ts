/**
 * How a program's previews are made: what turns latents into colours, and which latents. In a show file either the kind
 * alone (`previews: vae`) or both (`previews: { kind: vae, of: denoised }`).
 */

/**
 * - `latent-rgb`: linearly, one pixel a latent; costs next to nothing.
 * - `vae`: decoded by the model's own VAE, full size.
 * - `taesd`: decoded by the tiny decoder beside it (`taesd_decoder/`), full size and many times faster.
 */
export const PREVIEW_KINDS = ['latent-rgb', 'vae', 'taesd'] as const;
export type PreviewKind = (typeof PREVIEW_KINDS)[number];

/** `latents`: those of the step (x_t), so that one sees the noise resolve; `denoised`: the picture that the model expects at that step (x_0). */
export const PREVIEW_SUBJECTS = ['latents', 'denoised'] as const;
export type PreviewSubject = (typeof PREVIEW_SUBJECTS)[number];

export interface PreviewStyle {
  readonly kind: PreviewKind;
  readonly of: PreviewSubject;
}

/** What a show file's `previews` means. */
export function previewStyle(setting: PreviewKind | PreviewStyle): PreviewStyle {
  return typeof setting === 'string' ? { kind: setting, of: 'latents' } : setting;
}

/** Whether such previews have as many pixels as the final picture. */
export function isFullSize({ kind }: PreviewStyle): boolean {
  return kind !== 'latent-rgb';
}
