// Loads the built command line once and runs many commands, each with its own arguments, folder and environment, as `pregen` would.
// Like a process of its own, a command is done only when nothing is left that would keep the process running; its output goes
// through the real standard output and error.
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';

const ENTRY = new URL('../../dist/client/pregen.js', import.meta.url);
/** Marks the end of a command's output; no command writes it. */
const END = '\u0000';
const LOOK_EVERY_MS = 5;

let asked = 0;

async function answer({ args, cwd, env }) {
  surround({ args, cwd, env });
  const before = await resources();
  // Another query makes another module: the entry point runs again, while everything that it imports is loaded already.
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

/** Numbers of resources that keep this process running, by kind; always counted in a timer. */
async function resources() {
  await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  const counts = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

const isWithin = (counts, bounds) =>
  Object.entries(counts).every(([kind, count]) => count <= (bounds[kind] ?? 0));

// Both exist before anything is counted.
for (const stream of [process.stdout, process.stderr]) stream.write('');
process.on('message', answer);
process.on('disconnect', () => process.exit());
