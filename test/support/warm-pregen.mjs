// The built command line, loaded once and asked many times: every command is what `pregen` would do with these arguments, in
// this folder and with this environment. As a process of its own would, it is done only when nothing is left that would
// keep it running; what is written to standard output and error goes through the real ones.
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

const ENTRY = new URL('../../dist/client/pregen.js', import.meta.url);
/** Ends what a command has written; no command writes it. */
const END = '\u0000';
const LOOK_EVERY_MS = 5;

let asked = 0;

async function answer({ args, cwd, env }) {
  surround({ args, cwd, env });
  const before = await resources();
  // Another name is another module: the entry point runs again, everything that it loads is there already.
  await import(`${ENTRY.href}?${++asked}`);
  while (!isWithin(await resources(), before));
  const code = process.exitCode ?? 0;
  for (const stream of [process.stdout, process.stderr]) stream.write(END);
  surround({ args: [], cwd: tmpdir(), env });
  process.send({ code });
}

function surround({ args, cwd, env }) {
  process.argv = [process.execPath, fileURLToPath(ENTRY), ...args];
  process.exitCode = undefined;
  process.chdir(cwd);
  for (const name of Object.keys(process.env)) if (env[name] === undefined) delete process.env[name];
  Object.assign(process.env, env);
}

/** How many there are, by kind, of what keeps this process running; always seen from a timer. */
async function resources() {
  await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  const counts = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

const isWithin = (counts, bounds) =>
  Object.entries(counts).every(([kind, count]) => count <= (bounds[kind] ?? 0));

// Both are there before anything is counted.
for (const stream of [process.stdout, process.stderr]) stream.write('');
process.on('message', answer);
process.on('disconnect', () => process.exit());
