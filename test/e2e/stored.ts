/** What a store holds after a show, for tests to look at. */
import { createHash } from 'node:crypto';
import type { ObjectStore } from '../../storage/object-store.js';

const CUES_PREFIX = 'small/v1/cues/';

/** Keys below `small/v1/cues/`, sorted. */
export async function storedKeys(store: ObjectStore): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of store.list(CUES_PREFIX)) keys.push(key.slice(CUES_PREFIX.length));
  return keys.sort();
}

/** SHA-256 of every image below `small/v1/cues/`, by key. Timings are left out: they differ from run to run. */
export async function imageDigests(store: ObjectStore): Promise<Record<string, string>> {
  const images = (await storedKeys(store)).filter((key) => key.endsWith('.png'));
  const entries = images.map(async (key) => {
    const bytes = await store.get(CUES_PREFIX + key);
    return [key, createHash('sha256').update(bytes).digest('hex')] as const;
  });
  return Object.fromEntries(await Promise.all(entries));
}

/** The stored `timing.json` of a variant. */
export async function storedTiming(store: ObjectStore, variant: string): Promise<Record<string, number>> {
  const bytes = await store.get(`${CUES_PREFIX}${variant}/timing.json`);
  return JSON.parse(bytes.toString()).stepDurations;
}
