/**
 * The official binary of a tool, where the internet is reachable. Gives up quickly where it is not, since building
 * is the way out then.
 */
import { createWriteStream } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Tool } from './catalogue.js';
import { runToEnd } from './run-to-end.js';

/** An unreachable network is known by then; a reachable one has answered. In milliseconds. */
const ANSWER_TIMEOUT_MS = 5_000;
/** A 100 MB archive over a slow line; building takes about as long. In milliseconds. */
const TRANSFER_TIMEOUT_MS = 300_000;
const UNPACK_TIMEOUT_MS = 60_000;

/** Downloads and unpacks into `scratch`; resolves to the binary's path. */
export async function download(tool: Tool, scratch: string, say: (line: string) => void): Promise<string> {
  if (tool.archiveUrl === undefined) throw new Error('it has no official download of this version');
  if (!['linux', 'darwin'].includes(process.platform))
    throw new Error(`it has no download for ${process.platform}`);
  const url = tool.archiveUrl(process.platform, process.arch);
  const archive = join(scratch, 'archive.tar.gz');
  await save(url, archive, () => say(`Downloading ${tool.title} ${tool.version} …`));
  const folder = join(scratch, 'unpacked');
  await mkdir(folder);
  await runToEnd('tar', ['-xzf', archive, '-C', folder], { timeoutMs: UNPACK_TIMEOUT_MS });
  return findBinary(folder, tool.name);
}

async function save(url: string, path: string, onAnswer: () => void): Promise<void> {
  const controller = new AbortController();
  let timer = setTimeout(() => controller.abort(), ANSWER_TIMEOUT_MS);
  try {
    const answer = await fetch(url, { signal: controller.signal });
    if (!answer.ok || answer.body === null) throw new Error(`HTTP ${answer.status}`);
    onAnswer();
    clearTimeout(timer);
    timer = setTimeout(() => controller.abort(), TRANSFER_TIMEOUT_MS);
    await pipeline(Readable.fromWeb(answer.body), createWriteStream(path));
  } catch (error) {
    throw new Error(`${new URL(url).host} could not be reached`, { cause: error });
  } finally {
    clearTimeout(timer);
  }
}

async function findBinary(folder: string, name: string): Promise<string> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true });
  const binary = entries.find((entry) => entry.isFile() && entry.name === name);
  if (binary === undefined) throw new Error(`the download has no file named ${name}`);
  return join(binary.parentPath, name);
}
