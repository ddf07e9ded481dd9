/** The functions of it that are used; the package has no types. */
declare module 'fs-native-extensions' {
  /**
   * Locks the whole file for this descriptor: alone, which takes a writable one, or beside others who share it. A lock that the
   * descriptor has becomes the one asked for. False if another descriptor's is in the way.
   */
  export function tryLock(fd: number, options?: { readonly shared?: boolean }): boolean;
}
