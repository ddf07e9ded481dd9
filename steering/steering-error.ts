/** Why something that was wanted of a running show was not done, as a sentence for whoever wanted it. */
export class SteeringError extends Error {
  override readonly name = 'SteeringError';
}
