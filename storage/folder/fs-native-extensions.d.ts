/** The one function of it that is used; the package has no types. */
declare module 'fs-native-extensions' {
  /** Locks the whole file for this descriptor, which must be writable. False if another descriptor has it. */
  export function tryLock(fd: number): boolean;
}
