/** Reads the objects in a store after a show. */
import { createHash } from 'node:crypto';
import { cuesPrefix, type ShowAddress } from '../../domain/object-keys.js';
import type { ObjectStore } from '../../storage/object-store.js';

/** Project and version; by default those of the small show. */
type Edition = Partial<ShowAddress>;

const prefixOf = ({ project = 'small', version = 'v1' }: Edition): string => cuesPrefix({ project, version });

/** Keys below the prefix of the show's cues, sorted. */
export async function storedKeys(store: ObjectStore, edition: Edition = {}): Promise<string[]> {
  const prefix = prefixOf(edition);
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key.slice(prefix.length));
  return keys.sort();
}

/** SHA-256 of every image of the show, by key; without timings, which differ from run to run. */
export async function imageDigests(
  store: ObjectStore,
  edition: Edition = {},
): Promise<Record<string, string>> {
  const images = (await storedKeys(store, edition)).filter((key) => key.endsWith('.png'));
  const entries = images.map(async (key) => {
    const bytes = await store.get(prefixOf(edition) + key);
    return [key, createHash('sha256').update(bytes).digest('hex')] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** The stored `timing.json` of a variant. */
export async function storedTiming(store: ObjectStore, variant: string): Promise<Record<string, number>> {
  const bytes = await store.get(`${prefixOf({})}${variant}/timing.json`);
  return JSON.parse(bytes.toString()).stepDurations;
}
