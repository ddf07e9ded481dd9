/**
 * What an engine process prints: ONNX Runtime's own lines, which say how bad it is by a letter, and whatever else native code has to
 * say.
 */
import { stripVTControlCharacters } from 'node:util';

const ORT_LINE = /^(?:[\d-]+ [\d:.]+ )?\[([VIWEF]):onnxruntime:[^\]]*\] (.*)$/s;
const LEVELS: Readonly<Record<string, 'info' | 'warn' | 'error'>> = {
  V: 'info',
  I: 'info',
  W: 'warn',
  E: 'error',
  F: 'error',
};

export interface EngineLine {
  readonly level: 'info' | 'warn' | 'error';
  readonly message: string;
}

/** A line of another kind is a warning: an engine process has nothing to say when all is well. */
export function readEngineLine(line: string): EngineLine {
  const text = stripVTControlCharacters(line).trim();
  const [, letter = '', message = text] = ORT_LINE.exec(text) ?? [];
  return { level: LEVELS[letter] ?? 'warn', message };
}
