/** Pictures that people name on the command line. */
import { RequestError } from '../../diffusion/index.js';
import { MAX_PICTURE_BYTES, readRegularFile } from '../../files/read-regular-file.js';
import { decodePicture } from '../files/png.js';

/** Pixels of the picture at `path`. Throws a RequestError if it is none, and what the system says if there is no file. */
export async function readPicture(path: string): ReturnType<typeof decodePicture> {
  const bytes = await readRegularFile(path, { maxBytes: MAX_PICTURE_BYTES });
  try {
    return await decodePicture(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : String(error);
    throw new RequestError([`${path} cannot be read as a picture (${reason})`]);
  }
}
