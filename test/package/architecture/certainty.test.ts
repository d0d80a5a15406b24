import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { MANIFESTS } from '../../../src/services/index.ts';
import { apiDocument } from '../../support/api-document.ts';
import { ROOT } from './source-files.ts';

const services = await Promise.all(MANIFESTS.map(({ load }) => load(() => [])));
const rulesets = services.flatMap((service) => service.rules.rulesets);

it('every row in force has a certainty', () => {
  const rows = rulesets.flatMap(({ service, tables: { operations, rules } }) =>
    [...operations, ...rules].map(({ id, certainty }) => ({ row: `${service}: ${id}`, certainty })),
  );

  expect(rows.length).toBeGreaterThan(500);
  expect(rows.filter(({ certainty }) => certainty === 'unknown')).toEqual([]);
});

/** How the operations of a document cite the published interface. */
const CITATIONS: readonly [document: string, citation: RegExp][] = [
  ['runai.2.24', /runapy, \.generator\/swagger\.json/],
  ['nvcf', /published API document 2\.245\.1/],
  ['nvct', /fadc0f81, cloud-tasks/],
  ['nak', /published code of the key service/],
  ['air.2.0', /SDK 1\.3\.1/],
];

describe.each(CITATIONS)('the operations of %s', async (name, citation) => {
  const readJson = (path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
  const { operations } = await apiDocument(readJson(`dist/openapi/${name}.json`));
  const removeNames = (path: string) => path.replaceAll(/\{[^{}]*\}/g, '{}').replace(/\/$/, '');
  const published = new Set(
    Object.entries<object>(readJson(`conformance/published/${name}.json`).paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${removeNames(path)}`),
    ),
  );
  const rows = (rulesets.find(({ document }) => document === name)?.tables.operations ?? []).map((row) => ({
    ...row,
    calls: operations
      .filter(({ id }) => id === row.id)
      .map(({ method, path }) => ({
        call: `${method} ${path}`,
        isPublished: published.has(`${method} ${removeNames(path)}`),
      })),
  }));

  it('that cite the published interface exist in it', () => {
    const citing = rows.filter(({ source }) => citation.test(source));

    expect(citing.length).toBeGreaterThan(5);
    expect(
      citing.filter(({ calls }) => !calls.some(({ isPublished }) => isPublished)),
      `Correct the \`source\` of these rows, or recreate conformance/published/${name}.json: docs/maintaining/import-a-version.md`,
    ).toEqual([]);
  });

  it('of the published interface are `documented` or `contradicted`', () => {
    const known = rows.filter(({ calls }) => calls.some(({ isPublished }) => isPublished));

    expect(known.length).toBeGreaterThan(5);
    // `contradicted`: another page of the vendor disagrees.
    const others = known.filter(({ certainty }) => !['documented', 'contradicted'].includes(certainty));
    expect(others.map(({ id, source, certainty }) => ({ id, source, certainty }))).toEqual([]);
  });
});
