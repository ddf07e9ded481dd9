/**
 * `node counting-process.mjs STORE KEY TIMES`: adds one to an object so many times, on condition, beside others who do the same,
 * and says a line for each. The built code, in a process of its own, to be killed.
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
    // At once, so that who is killed has said what it did.
    writeSync(1, 'counted\n');
  } catch (error) {
    if (error.kind !== 'conflict') throw error;
  }
}
store.close();
