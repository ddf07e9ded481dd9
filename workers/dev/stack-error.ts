/** The stack cannot be started or kept up; the message says why and what to do. */
export class StackError extends Error {
  override readonly name = 'StackError';
}
