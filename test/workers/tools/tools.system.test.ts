import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener } from 'node:http';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { cachedToolPath } from '../../../workers/tools/cache.js';
import { TOOLS, type Tool } from '../../../workers/tools/catalogue.js';
import { download } from '../../../workers/tools/download.js';
import { findTool, ToolNotFoundError } from '../../../workers/tools/find-tool.js';
import { temporaryFolder } from '../../support/temp-folder.js';

const NO_BUILD = { build: false, say: () => {} };
const WORKS = '#!/bin/sh\necho version 1\n';
const FAILS = '#!/bin/sh\necho "cannot open shared object" >&2\nexit 127\n';

/** PATH with the shell's basic tools only, an empty cache, no variables: the machine's own tools are not used. */
let bin: string;
beforeEach(async () => {
  bin = await temporaryFolder();
  vi.stubEnv('PATH', bin);
  vi.stubEnv('PREGEN_CACHE', await temporaryFolder());
  for (const { variable } of Object.values(TOOLS)) vi.stubEnv(variable, '');
});
afterEach(() => vi.unstubAllEnvs());

describe('an external tool', () => {
  it('is taken from its variable before anything else', async () => {
    await program(cachedToolPath(TOOLS.temporal), WORKS);
    await program(join(bin, 'temporal'), WORKS);
    const own = await program(join(await temporaryFolder(), 'my-temporal'), WORKS);
    vi.stubEnv('TEMPORAL_CLI_PATH', own);
    expect(await findTool('temporal', NO_BUILD)).toBe(own);
  });

  it.each([
    ['is not there', undefined, 'is not an executable file'],
    ['does not run', FAILS, 'cannot open shared object'],
  ])('whose variable leads to something that %s is refused, not replaced', async (_, script, reason) => {
    await program(cachedToolPath(TOOLS.temporal), WORKS);
    const own = join(await temporaryFolder(), 'my-temporal');
    if (script !== undefined) await program(own, script);
    vi.stubEnv('TEMPORAL_CLI_PATH', own);
    await expect(findTool('temporal', NO_BUILD)).rejects.toThrow(reason);
    await expect(findTool('temporal', NO_BUILD)).rejects.toThrow('Correct the variable');
  });

  it('is taken from PATH if it runs, else from the cache', async () => {
    const cached = await program(cachedToolPath(TOOLS.temporal), WORKS);
    const onPath = await program(join(bin, 'temporal'), WORKS);
    expect(await findTool('temporal', NO_BUILD)).toBe(onPath);
    await program(onPath, FAILS);
    expect(await findTool('temporal', NO_BUILD)).toBe(cached);
  });

  it('is not taken from PATH if tests need an exact version', async () => {
    await program(join(bin, 'versitygw'), WORKS);
    await expect(findTool('versitygw', NO_BUILD)).rejects.toBeInstanceOf(ToolNotFoundError);
  });

  it('that is not found is named in one sentence that says what to install', async () => {
    const error = await findTool('minio').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ToolNotFoundError);
    expect(String(error)).toMatch(
      /MinIO was not found.*Go is not installed.*https:\/\/go\.dev\/dl.*MINIO_PATH/,
    );
  });
});

describe('building a tool', () => {
  it('says how long it takes, caches the binary and builds only once', async () => {
    const builds = await fakeGo(WORKS);
    const lines: string[] = [];
    const path = await findTool('minio', { say: (line) => lines.push(line) });
    expect(path).toBe(cachedToolPath(TOOLS.minio));
    expect(lines.join('\n')).toMatch(/Building MinIO .*about 5 minutes[\s\S]*is ready/);
    expect(await findTool('minio', NO_BUILD)).toBe(path);
    expect(await builds()).toEqual([`install ${TOOLS.minio.goFlags.join(' ')} ${TOOLS.minio.goPackage}`]);
    expect(await readdir(dirname(path))).toEqual(['minio']);
  });

  it('is done once when several ask at the same time', async () => {
    const builds = await fakeGo(WORKS);
    const paths = await Promise.all([1, 2, 3].map(() => findTool('minio', { say: () => {} })));
    expect(new Set(paths)).toEqual(new Set([cachedToolPath(TOOLS.minio)]));
    expect(await builds()).toHaveLength(1);
  });

  it('works after a process was killed during a build', async () => {
    await fakeGo(WORKS);
    const folder = dirname(cachedToolPath(TOOLS.minio));
    await mkdir(join(folder, '.obtaining-half'), { recursive: true });
    const dead = await promisify(execFile)(process.execPath, ['-p', 'process.pid']);
    await writeFile(`${folder}.lock`, dead.stdout.trim());
    expect(await findTool('minio', { say: () => {} })).toBe(cachedToolPath(TOOLS.minio));
    expect(await readdir(folder)).toEqual(['minio']);
  });

  it('that yields something that does not run leaves nothing in the cache', async () => {
    await fakeGo(FAILS);
    await expect(findTool('minio', { say: () => {} })).rejects.toThrow('cannot open shared object');
    expect(await readdir(dirname(cachedToolPath(TOOLS.minio)))).toEqual([]);
    await expect(stat(`${dirname(cachedToolPath(TOOLS.minio))}.lock`)).rejects.toMatchObject({
      code: 'ENOENT',
    });
  });
});

describe('downloading a tool', () => {
  beforeEach(() => vi.unstubAllEnvs());

  it('unpacks the binary, be it at the top of the archive or in a folder', async () => {
    for (const inside of ['.', 'tool_v1']) {
      const archive = await archiveWith(inside);
      const url = await serving((_, response) => response.end(archive));
      const binary = await download(toolAt(url), await temporaryFolder(), () => {});
      expect(await readFile(binary, 'utf8')).toBe(WORKS);
    }
  });

  it('fails if the server refuses, or does not exist', async () => {
    const refusing = await serving((_, response) => response.writeHead(403).end());
    await expect(download(toolAt(refusing), await temporaryFolder(), () => {})).rejects.toThrow(
      'could not be reached',
    );
    const nowhere = toolAt('http://127.0.0.1:1');
    await expect(download(nowhere, await temporaryFolder(), () => {})).rejects.toThrow(
      'could not be reached',
    );
  });
});

async function program(path: string, script: string): Promise<string> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, script);
  await chmod(path, 0o755);
  return path;
}

/** A stand-in for `go` that writes a script instead of building, and records its arguments. */
async function fakeGo(script: string): Promise<() => Promise<string[]>> {
  const log = join(bin, 'go.log');
  const source = await program(join(bin, 'source'), script);
  await program(
    join(bin, 'go'),
    `#!/bin/sh\nPATH=/usr/bin:/bin\necho "$@" >> ${log}\ncp ${source} "$GOBIN/minio"\n`,
  );
  return async () => (await readFile(log, 'utf8')).trim().split('\n');
}

async function archiveWith(inside: string): Promise<Buffer> {
  const folder = await temporaryFolder();
  await program(join(folder, inside, 'minio'), WORKS);
  const archive = join(await temporaryFolder(), 'archive.tar.gz');
  await promisify(execFile)('tar', ['-czf', archive, '-C', folder, '.']);
  return readFile(archive);
}

function toolAt(url: string): Tool {
  return { ...TOOLS.minio, archiveUrl: () => url };
}

async function serving(handler: RequestListener): Promise<string> {
  const server = createServer(handler).listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? `http://127.0.0.1:${address.port}/` : '';
}
