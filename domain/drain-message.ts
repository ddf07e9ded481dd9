/** What `pregen worker` tells the worker processes that it has started when they are to be drained. */
export const DRAIN_MESSAGE = { type: 'drain' } as const;
