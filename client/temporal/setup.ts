/**
 * `pregen setup`: registers the search attributes on the configured namespace, once. Safe to repeat. (The
 * development stack needs no setup: it starts with them.)
 */
import { SEARCH_ATTRIBUTES } from '../../domain/search-attributes.js';
import { type TemporalSession, withTemporal } from '../temporal/connect.js';
import { CommandError } from '../terminal/describe-error.js';
import type { Output } from '../terminal/output.js';

/** gRPC's ALREADY_EXISTS. */
const ALREADY_EXISTS = 6;

/** `IndexedValueType` of Temporal's API. */
const INDEXED_VALUE_TYPES = { KEYWORD: 2, INT: 3 } as const;

export async function setup(output: Output): Promise<undefined> {
  const { added, namespace } = await withTemporal(async (session) => ({
    added: await addSearchAttributes(session),
    namespace: session.namespace,
  }));
  const words = added.length === 0 ? 'has all search attributes already' : `now has ${added.join(', ')}`;
  output.result({ namespace, added }, `Namespace "${namespace}" ${words}.`);
  return undefined;
}

async function addSearchAttributes({ client, namespace }: TemporalSession): Promise<string[]> {
  const { operatorService } = client.connection;
  const { customAttributes = {} } = await operatorService.listSearchAttributes({ namespace });
  const known = customAttributes ?? {};
  refuseOtherTypes(known);
  const missing = SEARCH_ATTRIBUTES.filter(({ name }) => !Object.hasOwn(known, name));
  if (missing.length === 0) return [];
  try {
    await operatorService.addSearchAttributes({
      namespace,
      searchAttributes: Object.fromEntries(
        missing.map(({ name, type }) => [name, INDEXED_VALUE_TYPES[type]]),
      ),
    });
  } catch (error) {
    if (!isAlreadyExists(error)) throw error;
  }
  return missing.map(({ name }) => name);
}

function refuseOtherTypes(known: Readonly<Record<string, number>>): void {
  for (const { name, type } of SEARCH_ATTRIBUTES) {
    if (Object.hasOwn(known, name) && known[name] !== INDEXED_VALUE_TYPES[type])
      throw new CommandError(
        `The namespace has a search attribute ${name} of another type than ${type}; remove it and run setup again.`,
      );
  }
}

const isAlreadyExists = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === ALREADY_EXISTS;
