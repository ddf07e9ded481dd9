/**
 * Parses the `parameters` text of an image: prompt, negative prompt, and a last line of `Name: value` pairs.
 */
export interface Parameters {
  readonly prompt: string;
  readonly negativePrompt: string;
  readonly settings: readonly (readonly [name: string, value: string])[];
}

const NEGATIVE = 'Negative prompt: ';

export function parseParameters(text: string): Parameters {
  const lines = text.split('\n');
  const last = lines.findLastIndex((line) => /^Steps: \d/.test(line));
  const words = last < 0 ? lines : lines.slice(0, last);
  const negative = words.findLastIndex((line) => line.startsWith(NEGATIVE));
  return {
    prompt: (negative < 0 ? words : words.slice(0, negative)).join('\n'),
    negativePrompt: negative < 0 ? '' : words.slice(negative).join('\n').slice(NEGATIVE.length),
    settings: last < 0 ? [] : settingsOf(lines[last] ?? ''),
  };
}

/** Quoted values end with their quote; others end before the next `Name: `, because values in older images contain commas. */
function settingsOf(line: string): [string, string][] {
  const pairs = line.matchAll(
    /([A-Z][A-Za-z ]{0,40}): ("(?:\\.|[^\\"])*"|.*?)(?:, (?=[A-Z][A-Za-z ]{0,40}: )|$)/g,
  );
  return [...pairs].map(([, name = '', value = '']) => [name, unquoted(value)]);
}

function unquoted(value: string): string {
  if (!value.startsWith('"')) return value;
  try {
    return String(JSON.parse(value));
  } catch {
    return value;
  }
}
