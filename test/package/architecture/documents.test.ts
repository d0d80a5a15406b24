import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { mergeDocuments } from '../../../scripts/documents/merge.mjs';
import { pruned, unusedIn } from '../../../scripts/documents/pruned.mjs';
import { isVariable, segmentsOf } from '../../../src/lib/path-template.ts';
import { apiDocument } from '../../support/api-document.ts';
import { openapiFaults } from '../../support/openapi-validators.ts';
import { SERVICES } from '../../support/services.ts';

const BUILT = new URL('../../../dist/openapi/', import.meta.url);
const readBuilt = (name: string) => JSON.parse(readFileSync(new URL(name, BUILT), 'utf8'));

const createFragment = (name: string, path: string, schema: object) => ({
  name,
  document: {
    openapi: '3.0.3',
    info: { title: 'Toys', version: '1' },
    security: [],
    paths: { [path]: { get: { operationId: `get_${path.slice(1)}` } } },
    components: { schemas: { Toy: schema } },
  },
});

describe('mergeDocuments', () => {
  it('merges fragments into a document with all operations', () => {
    const merged = mergeDocuments([
      createFragment('a.json', '/balls', { type: 'object' }),
      createFragment('b.json', '/dolls', { type: 'object' }),
    ]);

    expect(Object.keys(merged.paths)).toEqual(['/balls', '/dolls']);
    expect(merged.components).toEqual({ schemas: { Toy: { type: 'object' } } });
  });

  it('rejects different components of the same name, and names both files', () => {
    const toyFragments = [
      createFragment('a.json', '/balls', { type: 'object' }),
      createFragment('b.json', '/dolls', { type: 'string' }),
    ];

    expect(() => mergeDocuments(toyFragments)).toThrow('components/schemas/Toy differs between a.json and b.json');
  });

  it('rejects an operation in two fragments, and names both files', () => {
    const toyFragments = [createFragment('a.json', '/balls', {}), createFragment('b.json', '/balls', {})];

    expect(() => mergeDocuments(toyFragments)).toThrow('GET /balls is in both a.json and b.json');
  });
});

describe('aliases of operations', () => {
  const org = { name: 'org', in: 'path', required: true, schema: { type: 'string' } };
  const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' } };
  const paths = {
    '/v2/toys/balls/{id}': {
      get: { operationId: 'get_ball', summary: 'A ball', parameters: [id] },
      delete: { operationId: 'delete_ball', parameters: [id] },
    },
    '/v2/toys/dolls': { get: { operationId: 'list_dolls' } },
    '/v2/toyshop': { get: { operationId: 'get_shop' } },
  };
  const createFragments = (aliases: unknown, more: object = {}) => [
    { name: 'paths.json', document: { openapi: '3.0.3', paths: { ...paths, ...more } } },
    { name: 'aliases.json', document: { openapi: '3.0.3', paths: {}, 'x-aliases': aliases } },
  ];
  const rule = { path: '/v2/toys', alias: '/v2/orgs/{org}/toys', parameters: [org] };
  const merged = mergeDocuments(createFragments([rule]));

  it('are created for operations below the path of the rule in all fragments', () => {
    expect(Object.keys(merged.paths)).toEqual([
      ...Object.keys(paths),
      '/v2/orgs/{org}/toys/balls/{id}',
      '/v2/orgs/{org}/toys/dolls',
    ]);
  });

  it('leave the original operations unchanged', () => {
    expect(merged.paths).toMatchObject(paths);
  });

  it('have the added parameters', () => {
    expect(merged.paths['/v2/orgs/{org}/toys/balls/{id}']).toEqual({
      get: {
        operationId: 'get_ball_alias',
        'x-alias-of': 'get_ball',
        summary: 'A ball',
        parameters: [org, id],
      },
      delete: { operationId: 'delete_ball_alias', 'x-alias-of': 'delete_ball', parameters: [org, id] },
    });
    expect(merged.paths['/v2/orgs/{org}/toys/dolls'].get.parameters).toEqual([org]);
  });

  it('have the responses of the operation and those of the rule', () => {
    const described = {
      '/v2/toys/dolls': { get: { operationId: 'list_dolls', responses: { 200: 'all', 404: 'own' } } },
    };
    const { paths: whole } = mergeDocuments([
      { name: 'paths.json', document: { openapi: '3.0.3', paths: described } },
      {
        name: 'aliases.json',
        document: {
          openapi: '3.0.3',
          paths: {},
          'x-aliases': [{ ...rule, responses: { 403: 'added', 404: 'added' } }],
        },
      },
    ]);

    expect(whole['/v2/orgs/{org}/toys/dolls'].get.responses).toEqual({ 200: 'all', 403: 'added', 404: 'own' });
    expect(whole['/v2/toys/dolls'].get.responses).toEqual({ 200: 'all', 404: 'own' });
  });

  it('leave no `x-aliases` in the document', () => {
    expect(merged).not.toHaveProperty('x-aliases');
  });

  it('are read with the id of their operation', async () => {
    const whole = { ...merged, info: { title: 'Toys', version: '1' }, security: [], components: { schemas: {} } };
    const { operations } = await apiDocument(whole);
    const read = operations.map(({ id, isAlias, path, pathParams }) => ({ id, isAlias, path, pathParams }));

    expect(read).toContainEqual({ id: 'get_ball', isAlias: false, path: '/v2/toys/balls/{id}', pathParams: ['id'] });
    expect(read).toContainEqual({
      id: 'get_ball',
      isAlias: true,
      path: '/v2/orgs/{org}/toys/balls/{id}',
      pathParams: ['org', 'id'],
    });
    expect(read.filter(({ id }) => id === 'get_shop')).toHaveLength(1);
  });

  it('do not replace an existing path', () => {
    const written = { '/v2/orgs/{org}/toys/dolls': { get: { operationId: 'list_dolls_of_org' } } };

    expect(() => mergeDocuments(createFragments([rule], written))).toThrow('/v2/orgs/{org}/toys/dolls');
  });
});

describe('a document has no unused parts:', () => {
  const createRef = (name: string) => ({ $ref: `#/components/${name}` });
  const document = {
    openapi: '3.0.3',
    security: [{ byKey: [] }],
    tags: [{ name: 'Toys' }, { name: 'Games' }],
    paths: {
      '/toys': {
        get: { operationId: 'list_toys', tags: ['Toys'], responses: { 200: createRef('responses/Page') } },
        post: { operationId: 'make_toy', security: [{ byToken: [] }] },
      },
    },
    components: {
      securitySchemes: { byKey: {}, byToken: {}, byName: {} },
      responses: { Page: { schema: createRef('schemas/Toy') }, Lost: { schema: createRef('schemas/Loss') } },
      schemas: { Toy: { items: createRef('schemas/Toy') }, Loss: {}, Refusal: {} },
      headers: { Age: {} },
    },
    'x-errors': [createRef('schemas/Refusal')],
  };

  it('components, errors, security schemes and tags', () => {
    expect(unusedIn(document)).toEqual([
      'securitySchemes/byName',
      'responses/Lost',
      'schemas/Loss',
      'headers/Age',
      'tags/Games',
    ]);
    expect(pruned(document)).toEqual({
      ...document,
      tags: [{ name: 'Toys' }],
      components: {
        securitySchemes: { byKey: {}, byToken: {} },
        responses: { Page: document.components.responses.Page },
        schemas: { Toy: document.components.schemas.Toy, Refusal: {} },
      },
    });
  });

  it.each(readdirSync(BUILT))('%s', (name) => {
    expect(unusedIn(readBuilt(name))).toEqual([]);
  });
});

it.each(readdirSync(BUILT))('%s is valid for two validators, and has no empty `required` list', async (name) => {
  expect(await openapiFaults(readBuilt(name))).toEqual([]);
  expect(JSON.stringify(readBuilt(name))).not.toContain('"required":[]');
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

it.each(readdirSync(BUILT))('every path parameter is a whole segment: %s', (name) => {
  const segments = Object.keys(readBuilt(name).paths).flatMap(segmentsOf);

  expect(segments.filter((segment) => segment.includes('{') && !isVariable(segment))).toEqual([]);
});
