/**
 * JSON as Python writes it: diffusers' configuration files may hold infinities and NaN as bare words, which JSON does not
 * know. DPM-Solver's has one ("no limit") by default. They are read as null, as if they were missing.
 */
const PYTHON_NUMBER = /(?<=:\s*)(?:-?Infinity|NaN)(?=\s*[,}])/g;

/** Throws a SyntaxError when the text is no JSON. */
export function parsePythonJson(text: string): unknown {
  return JSON.parse(text.replace(PYTHON_NUMBER, 'null'));
}
