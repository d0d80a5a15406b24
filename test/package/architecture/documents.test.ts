import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { unusedIn } from '../../../scripts/documents/pruned.mjs';
import { mergedDocuments } from '../../../scripts/documents.mjs';
import { isVariable, segmentsOf } from '../../../src/lib/path-template.ts';
import { openapiFaults } from '../../support/openapi-validators.ts';
import { SERVICES } from '../../support/services.ts';

const BUILT = new URL('../../../dist/openapi/', import.meta.url);
const readBuilt = (name: string) => JSON.parse(readFileSync(new URL(name, BUILT), 'utf8'));

describe.each(readdirSync(BUILT))('%s', (name) => {
  const document = readBuilt(name);

  it('is valid for two validators, and has no empty `required` list', async () => {
    expect(await openapiFaults(document)).toEqual([]);
    expect(JSON.stringify(document)).not.toContain('"required":[]');
  });

  it('has no unused parts, and path parameters that are whole segments', () => {
    const segments = Object.keys(document.paths).flatMap(segmentsOf);

    expect(unusedIn(document)).toEqual([]);
    expect(segments.filter((segment) => segment.includes('{') && !isVariable(segment))).toEqual([]);
  });
});

it('a type of the library that a document has twice, once nullable, is the same in both places', async () => {
  const { control } = Object.fromEntries(await mergedDocuments());
  const schemas: Record<string, { 'x-type'?: string }> = control.components.schemas;
  const named = new Map(Object.entries(schemas).map(([name, schema]) => [schema['x-type'] ?? name, schema]));
  const removeNames = ({ description: _, nullable: __, 'x-type': ___, ...rest }: Record<string, unknown>) => rest;
  const listCopies = (part: unknown): Record<string, unknown>[] => {
    if (typeof part !== 'object' || part === null) return [];
    const own = 'nullable' in part && 'properties' in part && 'x-type' in part ? [part] : [];
    return [...own, ...Object.values(part).flatMap(listCopies)];
  };
  const copies = listCopies(schemas);

  expect(copies.length).toBeGreaterThan(3);
  for (const copy of copies) expect(removeNames(copy)).toEqual(removeNames({ ...named.get(String(copy['x-type'])) }));
});

describe('documents of one service', () => {
  const several = SERVICES.map(({ name, rules: { rulesets } }) => ({
    name,
    documents: [...new Set(rulesets.map(({ document }) => document))],
  })).filter(({ documents }) => documents.length > 1);

  it.each(several)('differ by their version: $name', ({ name, documents }) => {
    const versions = [name, ...documents].map((document) => readBuilt(`${document}.json`).info.version);

    expect(versions).toEqual([...new Set(versions)]);
    for (const document of documents) expect(document).toBe(`${name}.${readBuilt(`${document}.json`).info.version}`);
  });
});
