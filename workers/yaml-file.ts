/**
 * A YAML file that a worker process is started with: what is wrong with it is a problem of the input, not of the program.
 */
import { InvalidInputError } from '../domain/problems.js';
import { readRegularFile } from '../files/read-regular-file.js';
import { readYaml, YamlError } from '../files/read-yaml.js';

/** Its value. Throws an InvalidInputError with every problem. */
export async function readYamlFile(path: string, maxBytes: number): Promise<unknown> {
  try {
    return readYaml((await readRegularFile(path, { maxBytes })).toString('utf8'));
  } catch (error) {
    if (!(error instanceof YamlError))
      throw new InvalidInputError(path, [{ where: 'file', message: `cannot be read: ${String(error)}` }]);
    throw new InvalidInputError(path, error.asInput);
  }
}
