import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { readDevConfig } from '../../../workers/dev/dev-config.js';
import { temporaryFolder } from '../../support/temp-folder.js';

const OWN = fileURLToPath(new URL('../../../temporal-dev.yaml', import.meta.url));

async function changed(from: string, to: string): Promise<string> {
  const path = join(await temporaryFolder(), 'temporal-dev.yaml');
  await writeFile(path, readFileSync(OWN, 'utf8').replace(from, to));
  return path;
}

describe('temporal-dev.yaml', () => {
  it('agrees with the code about queues and search attributes', async () => {
    const { server, store, spool } = await readDevConfig(OWN, {});
    expect(server).toMatchObject({ namespace: 'default', ip: '127.0.0.1', port: 7233, uiPort: 8233 });
    expect(server.database).toBe(resolve('pregen-dev/temporal.db'));
    expect(store).toBe(`file:${resolve('pregen-output')}`);
    expect(spool).toBe(resolve('pregen-dev/spool'));
  });

  it('is overridden by environment variables, except empty ones', async () => {
    const config = await readDevConfig(OWN, {
      TEMPORAL_ADDRESS: 'localhost:7300',
      TEMPORAL_NAMESPACE: 'mine',
      PREGEN_STORE: 's3://bucket/prefix',
      PREGEN_SPOOL: '',
    });
    expect(config.server).toMatchObject({ ip: '127.0.0.1', port: 7300, namespace: 'mine' });
    expect(config.store).toBe('s3://bucket/prefix');
    expect(config.spool).toBe(resolve('pregen-dev/spool'));
  });

  it('is refused when TEMPORAL_ADDRESS names another machine', async () => {
    await expect(readDevConfig(OWN, { TEMPORAL_ADDRESS: 'temporal.example.com:7233' })).rejects.toThrow(
      'TEMPORAL_ADDRESS: temporal.example.com:7233: is not an address of this machine',
    );
  });

  it('is refused with every search attribute and queue that differs from the code', async () => {
    const attributes = await changed('PregenVariantId: Int', 'PregenVariant: Int');
    await expect(readDevConfig(attributes, {})).rejects.toThrow(
      /searchAttributes\.PregenVariant: expected nothing of this name, got Int[\s\S]*searchAttributes\.PregenVariantId: expected Int, got nothing/,
    );
    const queues = await changed('gpu: pregen-gpu', 'gpu: gpus');
    await expect(readDevConfig(queues, {})).rejects.toThrow('workers.gpu: expected pregen-gpu, got gpus');
  });

  it('is refused with the name of a field that is not valid', async () => {
    await expect(readDevConfig(await changed('port: 7233', 'port: soon'), {})).rejects.toThrow(
      'server.port: expected a port',
    );
    await expect(readDevConfig('/nowhere/temporal-dev.yaml', {})).rejects.toThrow('cannot be read');
  });
});
