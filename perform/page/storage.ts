/** The browser's storage, in which a show keeps what outlives its tab. Where it is full or forbidden, nothing is kept. */

export interface Shelf {
  read(): unknown;
  write(value: unknown): void;
}

/** @param name one thing of one show, such as `foigoi/2 shown` */
export const shelf = (name: string): Shelf => ({
  read: () => {
    try {
      return JSON.parse(localStorage.getItem(`pregen ${name}`) ?? 'null');
    } catch {
      return null;
    }
  },
  write: (value) => {
    try {
      localStorage.setItem(`pregen ${name}`, JSON.stringify(value));
    } catch {
      // The show goes on.
    }
  },
});
