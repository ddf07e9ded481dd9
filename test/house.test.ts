/**
 * The rules for imports between rooms (CONTRIBUTING): they point one way, and there is no cycle.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, normalize, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const root = fileURLToPath(new URL('..', import.meta.url));
const ROOMS = [
  'package',
  'files',
  'domain',
  'replay',
  'perform',
  'diffusion',
  'engine',
  'storage',
  'bookkeeping',
  'live',
  'steering',
  'activities',
  'workflows',
  'workers',
  'gallery',
  'client',
] as const;
type Room = (typeof ROOMS)[number];

/** The rooms that a room may import from (`types`: by `import type` only; `folders`: single folders of further rooms). */
const LAW: Record<Room, { values: readonly Room[]; types?: readonly Room[]; folders?: readonly string[] }> = {
  package: { values: [] },
  files: { values: [] },
  domain: { values: [] },
  replay: { values: [] },
  perform: { values: ['replay'] },
  diffusion: { values: ['files', 'domain'] },
  storage: { values: ['files', 'domain'] },
  bookkeeping: { values: ['domain', 'storage'] },
  live: { values: ['domain'] },
  steering: { values: ['domain', 'live'] },
  engine: { values: ['package', 'files', 'domain', 'diffusion'] },
  activities: { values: ['files', 'domain', 'storage', 'bookkeeping', 'diffusion', 'engine'] },
  workflows: { values: ['domain'], types: ['activities'] },
  workers: { values: ['package', 'files', 'domain', 'storage', 'engine', 'activities'] },
  gallery: { values: ['package', 'files', 'domain', 'replay', 'storage', 'bookkeeping', 'live', 'steering'] },
  client: {
    values: ['package', 'files', 'domain', 'replay', 'storage', 'bookkeeping', 'live', 'steering', 'gallery'],
    types: ['workflows'],
    folders: ['diffusion/model-directory', 'diffusion/text', 'diffusion/lora'],
  },
};

/** Packages that may not be imported in a room that has to stay pure. */
const PURE_PACKAGES: Partial<Record<Room, RegExp>> = {
  domain: /^(zod|@noble\/hashes\/|@temporalio\/(common|workflow)$)/,
  workflows: /^@temporalio\/(common|workflow)$/,
  // Browsers load it from a static server, without a bundler.
  replay: /^$/,
  perform: /^$/,
};

interface Import {
  readonly file: string;
  readonly target: string;
  readonly typeOnly: boolean;
}

function sourceFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? sourceFiles(path) : path.endsWith('.ts') ? [path] : [];
  });
}

function importsOf(path: string): Import[] {
  const file = relative(root, path);
  const pattern = /^\s*(?:import|export)\s+(type\s)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\('([^']+)'\)/gm;
  return [...readFileSync(path, 'utf8').matchAll(pattern)].map((match) => {
    const specifier = match[2] ?? match[3] ?? '';
    const target = specifier.startsWith('.') ? normalize(join(dirname(file), specifier)) : specifier;
    return { file, target, typeOnly: match[1] !== undefined };
  });
}

const roomOf = (path: string): Room | undefined => ROOMS.find((room) => path.startsWith(room + sep));
const imports = ROOMS.flatMap((room) => sourceFiles(join(root, room))).flatMap(importsOf);

function breaksLaw({ file, target, typeOnly }: Import): boolean {
  const from = roomOf(file);
  const to = roomOf(target);
  if (from === undefined || from === to) return false;
  if (to === undefined) return PURE_PACKAGES[from]?.test(target) === false;
  const { values, types = [], folders = [] } = LAW[from];
  return !(values.includes(to) || (typeOnly && types.includes(to)) || folders.includes(dirname(target)));
}

/** A cycle among the nodes that `nodeOf` gives for files. Type imports count, because a reader has to follow them, too. */
function findCycle(nodeOf: (file: string) => string): string[] | undefined {
  const graph = new Map<string, Set<string>>();
  for (const { file, target } of imports) {
    const [from, to] = [nodeOf(file), nodeOf(target.replace(/\.js$/, '.ts'))];
    if (roomOf(target) !== undefined && from !== to)
      graph.set(from, (graph.get(from) ?? new Set<string>()).add(to));
  }
  const done = new Set<string>();
  const walk = (node: string, trail: string[]): string[] | undefined => {
    if (trail.includes(node)) return [...trail.slice(trail.indexOf(node)), node];
    if (done.has(node)) return undefined;
    for (const next of graph.get(node) ?? []) {
      const cycle = walk(next, [...trail, node]);
      if (cycle !== undefined) return cycle;
    }
    done.add(node);
    return undefined;
  };
  for (const node of graph.keys()) {
    const cycle = walk(node, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/** The node of a file: its folder; for files directly in a room, the file itself, because folders share some of them. */
const folderOf = (file: string): string =>
  ROOMS.some((room) => room === dirname(file)) ? file : dirname(file);

describe('the source code', () => {
  it('contains imports that this test finds', () => {
    expect(imports.length).toBeGreaterThan(20);
  });

  it('imports one way between rooms, and only pure packages where workflows must be able to follow', () => {
    expect(imports.filter(breaksLaw).map(({ file, target }) => `${file} must not import ${target}`)).toEqual(
      [],
    );
  });

  it('runs no model in the client: what it imports leads to no ONNX Runtime', () => {
    const reached = new Set<string>();
    const reach = (file: string): void => {
      if (reached.has(file)) return;
      reached.add(file);
      for (const { target, typeOnly } of imports.filter((one) => one.file === file))
        if (!typeOnly) reach(target.replace(/\.js$/, '.ts'));
    };
    for (const { file } of imports) if (roomOf(file) === 'client') reach(file);
    expect(reached.size).toBeGreaterThan(100);
    expect([...reached].filter((target) => target.startsWith('onnxruntime'))).toEqual([]);
  });

  it('has no circle among files', () => {
    expect(findCycle((file) => file)?.join(' -> ')).toBeUndefined();
  });

  it('has no circle among folders', () => {
    expect(findCycle(folderOf)?.join(' -> ')).toBeUndefined();
  });
});
