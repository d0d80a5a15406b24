import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { apiDocument } from '../../support/api-document.ts';
import { SERVICES } from '../../support/services.ts';
import { ROOT } from './source-files.ts';

const rulesets = SERVICES.flatMap((service) => service.rules.rulesets);

it('every row in force has a certainty', () => {
  const rows = rulesets.flatMap(({ tables: { operations, rules } }) => [...operations, ...rules]);

  expect(rows.length).toBeGreaterThan(500);
  expect(rows.filter(({ certainty }) => certainty === 'unknown')).toEqual([]);
});

describe.each<[document: string, citation: RegExp]>([
  ['runai.2.24', /runapy, \.generator\/swagger\.json/],
  ['nvcf', /published API document 2\.245\.1/],
  ['nvct', /fadc0f81, cloud-tasks/],
  ['nak', /published code of the key service/],
  ['air.2.0', /SDK 1\.3\.1/],
])('the operations of %s', async (name, citation) => {
  const readJson = (path: string) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'));
  const { operations } = await apiDocument(readJson(`dist/openapi/${name}.json`));
  const callOf = (method: string, path: string) =>
    `${method.toUpperCase()} ${path.replaceAll(/\{[^{}]*\}/g, '{}').replace(/\/$/, '')}`;
  const published = new Set(
    Object.entries<object>(readJson(`conformance/published/${name}.json`).paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => callOf(method, path)),
    ),
  );
  const rows = rulesets.find(({ document }) => document === name)?.tables.operations ?? [];
  const isPublished = (row: { readonly id: string }) =>
    operations.some(({ id, method, path }) => id === row.id && published.has(callOf(method, path)));

  it('that cite the published interface exist in it', () => {
    const citing = rows.filter(({ source }) => citation.test(source));

    expect(citing.length).toBeGreaterThan(5);
    expect(citing.filter((row) => !isPublished(row))).toEqual([]);
  });

  it('of the published interface are `documented`, or `contradicted` by another page of the vendor', () => {
    const known = rows.filter(isPublished);

    expect(known.length).toBeGreaterThan(5);
    expect(known.filter(({ certainty }) => !['documented', 'contradicted'].includes(certainty))).toEqual([]);
  });
});
