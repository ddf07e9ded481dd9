/**
 * The audit on real folders: exactly the objects that are removed, added or damaged must be found.
 */
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type AuditReport, auditShow } from '../../client/audit/audit-show.js';
import { loadShow } from '../../client/load/load-show.js';
import { finalKey, stepKey, timingKey } from '../../domain/object-keys.js';
import type { ObjectStore } from '../../storage/object-store.js';
import { openStore } from '../../storage/open-store.js';
import { pregen } from '../support/pregen.js';
import { cues, show, writeShow } from '../support/show-folder.js';
import { png, putPng, putTiming, putVariant, timing } from '../support/stored-variant.js';
import { startVersitygw } from '../support/versitygw.js';

const SIDE = 64;
const STEPS = 4;
const PROMPT = 'prompt_1_00_00_10';
const TRANSCRIPT = 'transcript_0_00_00_05';

const at = (cueId: string, variantId: number) => ({ project: 'test', version: 'v1', cueId, variantId });

interface Stored {
  readonly cwd: string;
  readonly store: ObjectStore;
  audit(share?: number): Promise<AuditReport>;
}

/** A show of two variants without previews and three with, all stored. */
async function storedShow(sheet: unknown = cues): Promise<Stored> {
  const cwd = await writeShow({ cues: sheet });
  const url = `file:${join(cwd, 'pregen-output')}`;
  const store = openStore(url);
  const loaded = await loadShow(join(cwd, 'show.yaml'), { PREGEN_STORE: url });
  for (const { cueId, variants, settings } of loaded.tasks)
    for (let variantId = 1; variantId <= variants; variantId++)
      await putVariant(store, at(cueId, variantId), {
        side: SIDE,
        ...(settings.previews ? { steps: settings.steps } : {}),
      });
  return { cwd, store, audit: (share = 0) => auditShow(loaded, { share }) };
}

/** `cue #variant: kind` of each finding. */
const inShort = ({ findings }: AuditReport): string[] =>
  findings.map(({ cueId, variantId, kind }) => `${cueId} #${variantId}: ${kind}`);

interface Damage {
  readonly title: string;
  readonly damage: (store: ObjectStore) => Promise<unknown>;
  readonly kinds: readonly string[];
  readonly says: RegExp;
  /** Whether generating the variant again mends it. */
  readonly mendable?: false;
  /** Whether it is found only with --deep. */
  readonly deep?: true;
}

const first = at(PROMPT, 1);
const PNG = { contentType: 'image/png' };
const JSON_TYPE = { contentType: 'application/json' };

const DAMAGES: readonly Damage[] = [
  {
    title: 'a missing final image',
    damage: (store) => store.delete(finalKey(first)),
    kinds: ['missing-final'],
    says: /final\.png is not stored/,
  },
  {
    title: 'a missing timing.json',
    damage: (store) => store.delete(timingKey(first)),
    kinds: ['missing-timing'],
    says: /timing\.json is not stored/,
  },
  {
    title: 'a missing preview, which the timing still names',
    damage: (store) => store.delete(stepKey(first, 2)),
    kinds: ['missing-steps', 'bad-timing'],
    says: /steps 2 are not stored/,
  },
  {
    title: 'a degraded variant, whose timing leaves the missing previews out',
    damage: async (store) => {
      await store.delete(stepKey(first, 2));
      await store.delete(stepKey(first, 3));
      await putTiming(store, first, [1, 4]);
    },
    kinds: ['missing-steps'],
    says: /steps 2, 3 are not stored/,
  },
  {
    title: 'a preview too many',
    damage: (store) => putPng(store, stepKey(first, 5), 8),
    kinds: ['extra-steps'],
    says: /steps 5 are stored, but the plan has 4 steps/,
    mendable: false,
  },
  {
    title: 'a variant made with more steps than the plan has by now',
    damage: (store) => putVariant(store, first, { side: SIDE, steps: 6 }),
    kinds: ['extra-steps', 'bad-timing'],
    says: /names steps that the plan does not have: 5, 6/,
  },
  {
    title: 'a preview that the timing does not name',
    damage: (store) => putTiming(store, first, [1, 2, 4]),
    kinds: ['bad-timing'],
    says: /does not name steps whose previews are stored: 3/,
  },
  {
    title: 'a timing that is no JSON',
    damage: (store) => store.put(timingKey(first), Buffer.from('{"step'), JSON_TYPE),
    kinds: ['bad-timing'],
    says: /not valid JSON/,
  },
  {
    title: 'a timing without the final',
    damage: (store) =>
      store.put(timingKey(first), Buffer.from('{"stepDurations":{"1":1,"2":1,"3":1,"4":1}}'), JSON_TYPE),
    kinds: ['bad-timing'],
    says: /then "final"/,
  },
  {
    title: 'a negative duration',
    damage: (store) =>
      store.put(
        timingKey(first),
        Buffer.from(timing([1, 2, 3, 4]).toString().replace('10', '-1')),
        JSON_TYPE,
      ),
    kinds: ['bad-timing'],
    says: /no whole milliseconds for 1/,
  },
  {
    title: 'an empty final image',
    damage: (store) => store.put(finalKey(first), Buffer.alloc(0), PNG),
    kinds: ['wrong-size'],
    says: /final\.png is empty/,
  },
  {
    title: 'a variant beyond those of its cue',
    damage: (store) => putVariant(store, at(PROMPT, 4), { side: SIDE }),
    kinds: ['unexpected'],
    says: /prompt_1_00_00_10\/4\/ is not in the plan: 1 object/,
    mendable: false,
  },
  {
    title: 'a cue that is not in the sheet',
    damage: (store) => putVariant(store, at('prompt_9_00_00_00', 1), { side: SIDE, steps: 2 }),
    kinds: ['unexpected'],
    says: /prompt_9_00_00_00\/1\/ is not in the plan: 4 objects/,
    mendable: false,
  },
  {
    title: 'an object that this program does not write',
    damage: (store) => store.put('test/v1/cues/notes.txt', Buffer.from('x'), { contentType: 'text/plain' }),
    kinds: ['unexpected'],
    says: /notes\.txt/,
    mendable: false,
  },
  {
    title: 'previews of a program that has none',
    damage: (store) => putPng(store, stepKey(at(TRANSCRIPT, 1), 1), 8),
    kinds: ['extra-steps'],
    says: /the plan has 0 steps/,
    mendable: false,
  },
  {
    title: 'a final image cut short',
    damage: async (store) => store.put(finalKey(first), (await png(SIDE)).subarray(0, -20), PNG),
    kinds: ['undecodable'],
    says: /final\.png cannot be decoded/,
    deep: true,
  },
  {
    title: 'a preview with a flipped bit',
    damage: async (store) => {
      const bytes = Buffer.from(await png(8));
      const data = bytes.indexOf('IDAT') + 8;
      bytes.writeUInt8(bytes.readUInt8(data) ^ 1, data);
      await store.put(stepKey(first, 3), bytes, PNG);
    },
    kinds: ['undecodable'],
    says: /3\.png cannot be decoded/,
    deep: true,
  },
  {
    title: 'a final image of another size',
    damage: (store) => putPng(store, finalKey(first), 32),
    kinds: ['wrong-size'],
    says: /32×32 pixels, expected 64×64/,
    deep: true,
  },
];

describe('pregen show audit', () => {
  it('finds nothing in a complete show, also with --deep', async () => {
    const { audit } = await storedShow();
    const whole = { objects: 2 + 3 * (STEPS + 2), found: 0, findings: [], concerned: [] };
    expect(await audit()).toMatchObject({ ...whole, variants: { planned: 5, whole: 5, decoded: 0 } });
    expect(await audit(1)).toMatchObject({ ...whole, variants: { planned: 5, whole: 5, decoded: 5 } });
  });

  it.each(DAMAGES)('finds $title', async ({ damage, kinds, says, mendable = true, deep = false }) => {
    const { store, audit } = await storedShow();
    await damage(store);
    if (deep) expect(await audit()).toMatchObject({ found: 0 });
    const report = await audit(1);
    expect(report.findings.map(({ kind }) => kind)).toEqual(kinds);
    expect(report.findings.map(({ message }) => message).join('\n')).toMatch(says);
    expect(report.concerned).toEqual(mendable ? [{ cueId: PROMPT, variantIds: [1], partial: [1] }] : []);
  });

  it('compares in the order of the listing, for cue ids and variant numbers that sort as texts', async () => {
    const slider = { time: '00:01:00', action: 'prompt', program: 'P4', prompt: 'a' };
    const cwd = await writeShow({
      show: { ...show, variants: { prompt: 12, transcript: 2 } },
      cues: [cues[0], ...Array.from({ length: 11 }, () => slider)],
    });
    const url = `file:${join(cwd, 'pregen-output')}`;
    const store = openStore(url);
    const loaded = await loadShow(join(cwd, 'show.yaml'), { PREGEN_STORE: url });
    await putVariant(store, at('prompt_1_00_01_00', 10), { side: SIDE, steps: STEPS });
    await putVariant(store, at('prompt_10_00_01_00', 2), { side: SIDE, steps: STEPS });
    await putVariant(store, at('prompt_2_00_01_00', 9), { side: SIDE, steps: STEPS });
    const report = await auditShow(loaded, { share: 0 });
    const stored = ['prompt_1_00_01_00 #10', 'prompt_10_00_01_00 #2', 'prompt_2_00_01_00 #9'];
    expect(report.variants).toEqual({ planned: 134, whole: 3, decoded: 0 });
    expect(report.counts).toEqual({ 'missing-variant': 131 });
    expect(inShort(report).filter((line) => stored.some((name) => line.startsWith(`${name}:`)))).toEqual([]);
    expect(new Set(inShort(report)).size).toBe(131);
  });

  it('reads exactly the requested share of the variants', async () => {
    const { audit } = await storedShow([cues[1], { ...cues[1], time: '00:00:20' }]);
    expect((await audit(0.5)).variants).toEqual({ planned: 6, whole: 6, decoded: 3 });
  });

  it('reports findings as text and as JSON, and exits with 1', async () => {
    const { cwd, store } = await storedShow();
    const whole = await pregen(['show', 'audit', 'show.yaml', '--deep'], { cwd });
    expect(whole.stdout).toMatch(
      /5 of 5 variants are whole, 5 of them read .*; 20 objects\.\nNo findings\.\n$/,
    );
    expect(whole.code).toBe(0);
    await store.delete(finalKey(at(TRANSCRIPT, 2)));
    const people = await pregen(['show', 'audit', 'show.yaml'], { cwd });
    expect(people.stdout).toContain(`1 finding: 1 missing-variant\n  ${TRANSCRIPT} #2: missing-variant`);
    expect(people.code).toBe(1);
    const machines = await pregen(['show', 'audit', 'show.yaml', '--json', '--sample', '50%'], { cwd });
    expect({ code: machines.code, ...JSON.parse(machines.stdout) }).toMatchObject({
      code: 1,
      found: 1,
      concerned: [{ cueId: TRANSCRIPT, variantIds: [2], partial: [] }],
    });
  });

  it('finds objects with a wrong content type, in a store that keeps content types', async () => {
    const s3 = await startVersitygw();
    onTestFinished(() => s3.stop());
    await s3.createBucket('shows');
    const url = s3.storeUrl('shows/live');
    const store = openStore(url, s3.env);
    onTestFinished(() => store.close());
    const cwd = await writeShow({ cues: [cues[0]] });
    for (const variantId of [1, 2]) await putVariant(store, at(TRANSCRIPT, variantId), { side: SIDE });
    await store.put(finalKey(at(TRANSCRIPT, 2)), await png(SIDE), { contentType: 'application/json' });
    const env = { ...s3.env, PREGEN_STORE: url };
    const { code, stdout } = await pregen(['show', 'audit', 'show.yaml', '--deep'], { cwd, env });
    expect(stdout).toContain('1 of 2 variants are whole');
    expect(stdout).toContain(
      '#2: wrong-content-type, final.png has content type application/json, expected image/png',
    );
    expect(code).toBe(1);
  });

  it.each([
    ['--sample 0%', 'above 0%'],
    ['--sample 5', 'like 5%'],
    ['--deep --sample 5%', 'cannot be used with'],
  ])('refuses %s', async (flags, words) => {
    const cwd = await writeShow();
    const { code, stderr } = await pregen(['show', 'audit', 'show.yaml', ...flags.split(' ')], { cwd });
    expect(stderr).toContain(words);
    expect(code).toBe(2);
  });
});
