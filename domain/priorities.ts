/**
 * Task priorities (1 is first; the server's default is 3): a variant asked for by hand goes before the backlog.
 */
export const PRIORITY = { byHand: 1, show: 3 } as const;
