/**
 * MP4 by ffmpeg, where the machine has it: pictures with durations of their own, as H.264 with a variable frame rate.
 */

import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { withoutSecrets } from '../../domain/without-secrets.js';
import { CommandError } from '../terminal/describe-error.js';

/** Time stamps in milliseconds, as the durations are; ffmpeg takes pictures for 25 a second otherwise. */
const TIME_SCALE = '1000';

/** Writes the film; films do not loop by themselves, so `loop` has no meaning here. */
export async function writeMp4(
  path: string,
  pictures: readonly Buffer[],
  durationsMs: readonly number[],
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'pregen-film-'));
  try {
    await Promise.all(pictures.map((picture, index) => writeFile(join(folder, `${index}.png`), picture)));
    await writeFile(join(folder, 'list.txt'), concatList(durationsMs));
    await runFfmpeg([
      // File options are no longer "safe"; the list is our own.
      ...['-f', 'concat', '-safe', '0', '-i', join(folder, 'list.txt')],
      ...['-fps_mode', 'vfr', '-c:v', 'libx264', '-pix_fmt', 'yuv420p', '-video_track_timescale', TIME_SCALE],
      ...['-movflags', '+faststart', '-y', path],
    ]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The last picture is listed twice: ffmpeg's concat reader ignores the duration of the last entry. */
function concatList(durationsMs: readonly number[]): string {
  const entries = durationsMs.map(
    (ms, index) => `file ${index}.png\noption framerate ${TIME_SCALE}\nduration ${(ms / 1000).toFixed(3)}`,
  );
  return [
    'ffconcat version 1.0',
    ...entries,
    `file ${durationsMs.length - 1}.png`,
    `option framerate ${TIME_SCALE}`,
    '',
  ].join('\n');
}

async function runFfmpeg(args: readonly string[]): Promise<void> {
  const child = spawn('ffmpeg', ['-hide_banner', '-loglevel', 'error', ...args], {
    env: withoutSecrets(process.env),
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const complaint = text(child.stderr);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject).once('close', resolve);
  }).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    throw new CommandError('MP4 needs ffmpeg, which is not on PATH: install it, or write .webp or .gif.');
  });
  if (code !== 0) throw new CommandError(`ffmpeg could not write the film: ${(await complaint).trim()}`);
}
