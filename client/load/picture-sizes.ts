/**
 * Sizes of images whose programs give none: they follow from the pictures that they start from, once and for all when the show is
 * loaded, so that every machine plans the same.
 */
import type { ModelFamily } from '../../domain/iterations.js';
import { ownSize, SIZE_MULTIPLES, type Size } from '../../domain/picture-size.js';
import type { Problem } from '../../domain/problems.js';
import type { Program, ShowFile } from '../../domain/show-file.js';
import type { SourcePicture } from './source-pictures.js';

/** As the show file allows for sizes that are given. */
const MAX_SIDE = 8192;

interface PictureSizes {
  /** By program name; absent if every program gives its own. */
  readonly sizes?: Readonly<Record<string, Size>>;
  readonly problems: readonly Problem[];
}

/** Sizes of all programs that leave theirs to their picture. A picture that could not be read has none. */
export function sizesOfPictures(
  show: ShowFile,
  pictures: ReadonlyMap<string, SourcePicture>,
  families: Readonly<Record<string, ModelFamily>>,
): PictureSizes {
  const sizes: Record<string, Size> = {};
  const problems: Problem[] = [];
  for (const [name, program] of Object.entries(show.programs)) {
    const picture = pictures.get(name);
    if (picture === undefined || (program.width !== undefined && program.height !== undefined)) continue;
    const size = sizeOf(program, picture.size, families[program.model]);
    if (typeof size === 'string') problems.push({ where: `programs.${name}.image`, message: size });
    else sizes[name] = size;
  }
  return { ...(Object.keys(sizes).length > 0 && { sizes }), problems };
}

/** Or why the program has to give it. */
function sizeOf(
  { model, width, height }: Program,
  own: Size,
  family: ModelFamily | undefined,
): Size | string {
  const picture = `the picture has ${own.width}×${own.height} pixels`;
  const multiples = family === undefined ? Object.values(SIZE_MULTIPLES) : [SIZE_MULTIPLES[family]];
  const [size, ...others] = multiples.map((multiple) => ({
    ...ownSize(own, multiple),
    ...(width !== undefined && { width }),
    ...(height !== undefined && { height }),
  }));
  if (
    size === undefined ||
    others.some((other) => other.width !== size.width || other.height !== size.height)
  )
    return `${picture}, which model "${model}", not on this machine, may round to another size: give width and height`;
  const sides = [size.width, size.height];
  if (sides.includes(0) || sides.some((side) => side > MAX_SIDE))
    return `${picture}, which is no size for an image: give width and height`;
  return size;
}
