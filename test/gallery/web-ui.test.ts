import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { workflowPagesOfStack } from '../../client/dev/running-stack.js';
import { DEV_STACK_FILE, type DevStack } from '../../domain/dev-stack.js';
import { cloudWebUi, workflowPages } from '../../gallery/temporal-workflows.js';
import { temporaryFolder } from '../support/temp-folder.js';

const STACK: DevStack = {
  pid: process.pid,
  address: '127.0.0.1:7233',
  namespace: 'default',
  uiUrl: 'http://127.0.0.1:9999/namespaces/default/workflows',
  store: 'file:./pregen-output',
  spool: './pregen-spool',
  processes: {},
};

async function folderOf(stack: DevStack): Promise<string> {
  const folder = await temporaryFolder();
  await writeFile(join(folder, DEV_STACK_FILE), JSON.stringify(stack));
  return folder;
}

describe('the address of the Web UI', () => {
  it('is known for Temporal Cloud, and for no other server', () => {
    expect(cloudWebUi('default.a1b2c.tmprl.cloud:7233')).toBe('https://cloud.temporal.io');
    expect(cloudWebUi('eu-west-1.aws.api.temporal.io:7233')).toBe('https://cloud.temporal.io');
    expect(cloudWebUi('127.0.0.1:7233')).toBeUndefined();
    expect(cloudWebUi('temporal.example:7233')).toBeUndefined();
  });

  it('contains the namespace, encoded if it has unusual characters', () => {
    expect(workflowPages('http://ui.example:8080/', 'a b')).toBe(
      'http://ui.example:8080/namespaces/a%20b/workflows/',
    );
  });

  it('is the one of the development stack in this folder, if its server is the one in use', async () => {
    const session = { address: 'localhost:7233', namespace: 'default' };
    const folders = [await temporaryFolder(), await folderOf(STACK)];
    expect(await workflowPagesOfStack(session, folders)).toBe(`${STACK.uiUrl}/`);
    expect(await workflowPagesOfStack({ ...session, address: 'localhost:7234' }, folders)).toBeUndefined();
    expect(await workflowPagesOfStack({ ...session, namespace: 'other' }, folders)).toBeUndefined();
    const gone = await folderOf({ ...STACK, pid: 2 ** 30 });
    expect(await workflowPagesOfStack(session, [gone])).toBeUndefined();
  });
});
