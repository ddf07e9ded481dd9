/**
 * `node counting-process.mjs STORE KEY TIMES`: increments a number in an object by conditional puts, while other processes do the
 * same, and prints a line for each increment. It is the built code, in a process that a test kills.
 */
import { writeSync } from 'node:fs';
import { openStore } from '../../dist/storage/open-store.js';

const [url = '', key = '', times = ''] = process.argv.slice(2);
const store = openStore(url);
for (let time = 0; time < Number(times); ) {
  const present = await store.getVersioned(key);
  const onlyIf = present === undefined ? 'absent' : { tag: present.tag };
  const body = Buffer.from(String(Number(present?.body ?? 0) + 1));
  try {
    await store.put(key, body, { contentType: 'application/json', onlyIf });
    time += 1;
    // Synchronously, so that a killed process has reported its increments.
    writeSync(1, 'counted\n');
  } catch (error) {
    if (error.kind !== 'conflict') throw error;
  }
}
store.close();
