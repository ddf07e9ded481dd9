/**
 * Recorded histories as readable JSON. The SDK's own `historyToJSON` needs all its packages to share one copy of
 * protobufjs, which npm's layout does not promise; the generated message class converts without it.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { temporal } from '@temporalio/proto';
import packageFacts from '../../package.json' with { type: 'json' };

/** The current release. */
export const RELEASE = packageFacts.version;

const { History } = temporal.api.history.v1;
type History = temporal.api.history.v1.IHistory;

export async function saveHistory(path: string, history: History): Promise<void> {
  const json = History.toObject(History.fromObject(history), { longs: String, enums: String, bytes: String });
  await writeFile(path, `${JSON.stringify(json, null, 2)}\n`);
}

export async function loadHistory(path: string): Promise<History> {
  return History.fromObject(JSON.parse(await readFile(path, 'utf8')));
}
