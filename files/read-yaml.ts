/**
 * YAML of others, in time that grows with its length: the parser's own search for keys given twice takes the square of a mapping's
 * length, and merge keys (`<<`) that name each other multiply without its counting them.
 */
import {
  type Document,
  isAlias,
  isCollection,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  parseDocument,
  visit,
  type YAMLMap,
} from 'yaml';

/** A thing wrong with a text; without a line if it is wrong as a whole. */
export interface YamlProblem {
  readonly line?: number;
  readonly message: string;
}

export class YamlError extends Error {
  override readonly name = 'YamlError';

  /** @param problems there may be as many as the text has lines */
  constructor(readonly problems: readonly YamlProblem[]) {
    super(`is no YAML that can be used, for ${problems.length} reasons`);
  }

  /** The same as problems of an input: `line 7`, or `YAML` for the whole. */
  get asInput(): { readonly where: string; readonly message: string }[] {
    return this.problems.map(({ line, message }) => ({
      where: line === undefined ? 'YAML' : `line ${line}`,
      message,
    }));
  }
}

/** Ten times what a long show file has, each alias counted as what it stands for. */
const MAX_VALUES = 100_000;

/** The value of a text. Throws a YamlError with every problem. */
export function readYaml(text: string): unknown {
  try {
    return parsed(text);
  } catch (error) {
    if (error instanceof YamlError) throw error;
    throw new YamlError([{ message: inOurWords(error instanceof Error ? error.message : String(error)) }]);
  }
}

function parsed(text: string): unknown {
  const lineCounter = new LineCounter();
  const document = parseDocument(text, {
    ...{ prettyErrors: false, merge: true, uniqueKeys: false, lineCounter },
    // Its warnings would reach the terminal past the output.
    logLevel: 'error',
  });
  const at = (offset: number, message: string) => ({ line: lineCounter.linePos(offset).line, message });
  refuseIfAny([
    ...document.errors.map(({ pos, message }) => at(pos[0], inOurWords(message))),
    ...keysGivenTwice(document).map(({ offset, key }) => at(offset, `the key "${key}" is given twice`)),
  ]);
  refuseIfAny(sizeProblems(document));
  return document.toJS({ maxAliasCount: -1 });
}

function refuseIfAny(problems: readonly YamlProblem[]): void {
  if (problems.length > 0) throw new YamlError(problems);
}

const inOurWords = (message: string): string =>
  /call stack/i.test(message) ? 'is nested too deep' : message;

/** As JavaScript will have them: 1 and "1" are the same. Merge keys may be repeated, each is a symbol of its own. */
function keysGivenTwice(document: Document): { offset: number; key: string }[] {
  const found: { offset: number; key: string }[] = [];
  visit(document, {
    Map(_, map: YAMLMap) {
      const seen = new Set<string>();
      for (const { key } of map.items) {
        if (!isScalar(key) || typeof key.value === 'symbol') continue;
        const name = String(key.value ?? '');
        if (seen.has(name)) found.push({ offset: key.range?.[0] ?? 0, key: name });
        seen.add(name);
      }
    },
  });
  return found.sort((a, b) => a.offset - b.offset);
}

/** Adds up what every alias stands for, the aliases within that included: a merge copies it all. */
function sizeProblems(document: Document): YamlProblem[] {
  const sizes = new Map<unknown, number>();
  const anchors = new Map<string, Node>();
  const sizeOf = (node: unknown): number => {
    if (isPair(node)) return sizeOf(node.key) + sizeOf(node.value);
    if (!isNode(node)) return 0;
    // What is still being added up contains the alias itself.
    if (isAlias(node)) return sizes.get(anchors.get(node.source)) ?? Number.POSITIVE_INFINITY;
    if (node.anchor !== undefined) anchors.set(node.anchor, node);
    const size = isCollection(node) ? node.items.reduce((sum: number, item) => sum + sizeOf(item), 1) : 1;
    sizes.set(node, size);
    return size;
  };
  const size = sizeOf(document.contents);
  if (size <= MAX_VALUES) return [];
  if (!Number.isFinite(size))
    return [{ message: 'an alias (*) stands for something that contains it, or that is not there' }];
  return [{ message: `has ${size} values, aliases (*) multiplied; at most ${MAX_VALUES} are read` }];
}
