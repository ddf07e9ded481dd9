/**
 * Preloaded (`node --import`) into every Node process of the development stack: when the process that started it is
 * gone, even by SIGKILL, the channel between them closes and this one stops too. An engine process follows its worker by
 * its own means (`engine/parent-watch.ts`). Nothing of the stack survives it.
 */

/** What a process may take to hand back its work: a worker's shutdown grace and a little more. */
const GRACE_MS = 20_000;

process.on('disconnect', () => {
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), GRACE_MS).unref();
  process.kill(process.pid, 'SIGTERM');
});

// The listener alone must not keep a process alive that has nothing left to do.
process.channel?.unref();
