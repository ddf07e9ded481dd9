/**
 * The stage of a test file, started before its first test and closed after its last; with `s3`, its store is an S3 server
 * behind a proxy that causes the faults that a test sets.
 */
import { afterAll, beforeAll } from 'vitest';
import type { ObjectStore } from '../../storage/object-store.js';
import { openStore } from '../../storage/open-store.js';
import { FaultProxy } from '../support/fault-proxy.js';
import type { S3TestServer } from '../support/s3-server.js';
import { startVersitygw } from '../support/versitygw.js';
import { type Stage, type StageOptions, setStage } from './stage.js';

export interface Scene {
  readonly stage: Stage;
  /** The stage's store without the proxy, so without faults. */
  readonly store: ObjectStore;
}

export interface S3Scene extends Scene {
  readonly s3: S3TestServer;
  readonly proxy: FaultProxy;
}

type Options = Omit<StageOptions, 'store'>;
type Clearing = (() => void | Promise<void>)[];

/** @param options `s3` is the stage's bucket, with an optional prefix */
export function useStage(options: Options & { readonly s3: string }): () => S3Scene;
export function useStage(options?: Options): () => Scene;
export function useStage({ s3, ...options }: Options & { readonly s3?: string } = {}): () => Scene {
  let scene: Scene;
  const clearing: Clearing = [];
  beforeAll(async () => {
    scene = await (s3 === undefined ? folderScene(options, clearing) : s3Scene(s3, options, clearing));
  });
  afterAll(async () => {
    for (const clear of clearing.reverse()) await clear();
  });
  return () => scene;
}

async function folderScene(options: Options, clearing: Clearing): Promise<Scene> {
  const stage = await setStage(options);
  clearing.push(stage.close);
  const store = openStore(stage.stack.store);
  clearing.push(() => store.close());
  return { stage, store };
}

async function s3Scene(place: string, { env, ...options }: Options, clearing: Clearing): Promise<S3Scene> {
  const s3 = await startVersitygw();
  clearing.push(s3.stop);
  await s3.createBucket(place.replace(/\/.*/, ''));
  const proxy = await FaultProxy.before(s3.endpoint);
  clearing.push(() => proxy.refuse());
  const url = s3.storeUrl(place);
  const stage = await setStage({ ...options, store: proxy.through(url), env: { ...s3.env, ...env } });
  clearing.push(stage.close);
  const store = openStore(url, s3.env);
  clearing.push(() => store.close());
  return { s3, proxy, stage, store };
}
