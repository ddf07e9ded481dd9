/** `exactOptionalPropertyTypes` tells a property that is absent from one that is undefined; this makes the one of the other. */

type Given<T> = { [Key in keyof T]?: Exclude<T[Key], undefined> };

/** Those of the properties that have a value. */
export const given = <T extends object>(properties: T): Given<T> =>
  Object.fromEntries(Object.entries(properties).filter(([, value]) => value !== undefined)) as Given<T>;
