/**
 * The three ways in which the engine refuses: the model directory is not usable, the request is not
 * possible with this model, or the arithmetic left the finite numbers. Facts are fields, the message is
 * built from them, and every problem is told at once.
 */

/** A model directory that cannot be used; `problems` lists all that was found. */
export class ModelError extends Error {
  override readonly name = 'ModelError';
  constructor(
    readonly directory: string,
    readonly problems: readonly string[],
    options?: ErrorOptions,
  ) {
    super(`Cannot use the model in ${directory}: ${problems.join('; ')}.`, options);
  }
}

/** A request that this model cannot fulfil; `problems` lists all that was found. */
export class RequestError extends Error {
  override readonly name = 'RequestError';
  constructor(
    readonly problems: readonly string[],
    options?: ErrorOptions,
  ) {
    super(`Cannot generate this image: ${problems.join('; ')}.`, options);
  }
}

/** NaN or Infinity appeared after `step` (0: before the first step); the image would be black or noise. */
export class NonFiniteLatentsError extends Error {
  override readonly name = 'NonFiniteLatentsError';
  constructor(
    readonly step: number,
    what = 'latents',
  ) {
    super(
      `The ${what} are not finite after step ${step}: the model produced NaN or Infinity. ` +
        'Try fp32 weights, another execution provider, or a lower guidance scale.',
    );
  }
}
