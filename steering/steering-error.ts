/** Why a running show was not steered as asked, as a sentence for the operator. */
export class SteeringError extends Error {
  override readonly name = 'SteeringError';
}
