/**
 * `node merging-process.mjs BASE LORAS FOLDER`: takes a merged model, beside others who want it. Says `merging` if it makes it and
 * `holds DIRECTORY` when it has it, until its standard input ends. The built code, in a process of its own, to be killed.
 */
import { writeSync } from 'node:fs';
import { readIdentity } from '../../../dist/engine/merged/merged-identity.js';
import { takeCopy } from '../../../dist/engine/merged/take-copy.js';

const [base = '', loras = '[]', folder = ''] = process.argv.slice(2);
const identity = await readIdentity(base, JSON.parse(loras));
const onMerging = () => writeSync(1, 'merging\n');
const copy = await takeCopy(identity, { folder, threads: 1, onMerging });
writeSync(1, `holds ${copy.directory}\n`);
process.stdin.resume().on('end', () => copy.release());
