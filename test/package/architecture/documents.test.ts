import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mergeDocuments } from '../../../scripts/documents/merge.mjs';
import { unusedIn } from '../../../scripts/documents/pruned.mjs';
import { isVariable, segmentsOf } from '../../../src/lib/path-template.ts';
import { openapiFaults } from '../../support/openapi-validators.ts';
import { SERVICES } from '../../support/services.ts';

const BUILT = new URL('../../../dist/openapi/', import.meta.url);
const readBuilt = (name: string) => JSON.parse(readFileSync(new URL(name, BUILT), 'utf8'));

describe('the fragments of a document', () => {
  const get = { operationId: 'list' };
  const createFragment = (name: string, path: string, type: string) => ({
    name,
    document: { openapi: '3.0.3', paths: { [path]: { get } }, components: { schemas: { Toy: { type } } } },
  });

  it.each([
    ['/dolls', 'string', 'components/schemas/Toy differs between a.json and b.json'],
    ['/balls', 'object', 'GET /balls is in both a.json and b.json'],
  ])('do not contradict each other: %s, %s', (path, type, message) => {
    const fragments = [createFragment('a.json', '/balls', 'object'), createFragment('b.json', path, type)];

    expect(() => mergeDocuments(fragments)).toThrow(message);
  });

  it('have no path that is an alias of another one', () => {
    const aliases = {
      name: 'aliases.json',
      document: { openapi: '3.0.3', paths: {}, 'x-aliases': [{ path: '/toys', alias: '/old', parameters: [] }] },
    };
    const paths = { '/toys/balls': { get }, '/old/balls': { get: { operationId: 'other' } } };

    expect(() => mergeDocuments([{ name: 'a.json', document: { openapi: '3.0.3', paths } }, aliases])).toThrow(
      '/old/balls',
    );
  });
});

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

it('a part of a document that nothing refers to is unused', () => {
  const components = { securitySchemes: { byName: {} }, schemas: { Loss: {} }, headers: { Age: {} } };

  expect(unusedIn({ paths: {}, components, tags: [{ name: 'Games' }] })).toEqual([
    'securitySchemes/byName',
    'schemas/Loss',
    'headers/Age',
    'tags/Games',
  ]);
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
