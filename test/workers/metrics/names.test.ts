/** Dashboard, alerts and documentation name metrics that there are. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { parse } from 'yaml';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');

/** As Prometheus sees them: counters with `_total`, histograms with their unit and parts. */
function served(): Set<string> {
  const files = ['workers', 'workflows'].flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts'))
      .map((name) => read(room, name)),
  );
  const text = files.join('\n').replaceAll(/\s+/g, ' ');
  const named = (call: RegExp) => [...text.matchAll(call)].map(([, name]) => String(name));
  const counters = named(/(?:\.count|createCounter)\( ?'(pregen_\w+)'/g).map((name) => `${name}_total`);
  const seconds = named(/\.seconds\( ?'(pregen_\w+)'/g).flatMap((name) =>
    ['', '_bucket', '_sum', '_count'].map((part) => `${name}_seconds${part}`),
  );
  return new Set([...counters, ...seconds, ...named(/\.gauge\( ?'(pregen_\w+)'/g)]);
}

const names = served();

it('finds them in the sources', () => {
  expect(names.size).toBeGreaterThan(12);
});

it.each([
  [['deploy', 'grafana', 'pregen.json']],
  [['deploy', 'prometheus', 'alerts.yaml']],
  [['docs', 'operating.md']],
])('as %s names them', (path) => {
  const used = [...new Set(read(...path).match(/\bpregen_[a-z_]+/g))];
  expect(used.length).toBeGreaterThan(5);
  expect(used.filter((name) => !names.has(name))).toEqual([]);
});

it('has alerts that say what to do', () => {
  const { groups } = parse(read('deploy', 'prometheus', 'alerts.yaml'));
  for (const { alert, expr, annotations } of groups[0].rules)
    expect({ alert, expr, ...annotations }).toEqual({
      alert: expect.stringMatching(/^Pregen/),
      expr: expect.any(String),
      summary: expect.any(String),
      action: expect.any(String),
    });
});

it('has a dashboard with a question to each panel', () => {
  const { panels } = JSON.parse(read('deploy', 'grafana', 'pregen.json'));
  for (const { title, targets } of panels)
    expect([title, targets[0].expr]).toEqual([expect.any(String), expect.stringMatching(/\w/)]);
});
