/** What a store holds after a show, for tests to look at. */
import { createHash } from 'node:crypto';
import type { ObjectStore } from '../../storage/object-store.js';

const prefixOf = (version: string): string => `small/${version}/cues/`;

/** Keys below the prefix of the small show's cues, sorted. */
export async function storedKeys(store: ObjectStore, version = 'v1'): Promise<string[]> {
  const prefix = prefixOf(version);
  const keys: string[] = [];
  for await (const { key } of store.list(prefix)) keys.push(key.slice(prefix.length));
  return keys.sort();
}

/** SHA-256 of every image of version `v1`, by key. Timings are left out: they differ from run to run. */
export async function imageDigests(store: ObjectStore): Promise<Record<string, string>> {
  const images = (await storedKeys(store)).filter((key) => key.endsWith('.png'));
  const entries = images.map(async (key) => {
    const bytes = await store.get(prefixOf('v1') + key);
    return [key, createHash('sha256').update(bytes).digest('hex')] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** The stored `timing.json` of a variant. */
export async function storedTiming(store: ObjectStore, variant: string): Promise<Record<string, number>> {
  const bytes = await store.get(`${prefixOf('v1')}${variant}/timing.json`);
  return JSON.parse(bytes.toString()).stepDurations;
}
