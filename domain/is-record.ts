/** Reading JSON that another program has written. */

/** Whether it is an object with properties, neither null nor an array. */
export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
