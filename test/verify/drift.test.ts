import { describe, expect, it } from 'vitest';
import { findDrift, type OpenApi } from '../../src/verify/drift.ts';

const schema = (properties: object) => ({ type: 'object', properties });
const answer = (properties: object) => ({
  description: 'ok',
  content: { 'application/json': { schema: schema(properties) } },
});
const operation = (more: object = {}) => ({ responses: { 200: answer({ id: {}, name: {} }), 404: {} }, ...more });
const documentOf = (paths: object, components: object = {}) => ({ openapi: '3.0.3', paths, components }) as OpenApi;
const served = documentOf({
  '/things/{id}': { get: operation({ parameters: [{ name: 'full', in: 'query' }] }), delete: operation() },
});

describe('a document of the vendor and what is served', () => {
  const cases: [what: string, vendor: OpenApi, lines: string[]][] = [
    ['agree', documentOf({ '/things/{id}': { get: served.paths['/things/{id}']?.['get'] } }), []],
    [
      'agree where parameters of the path have other names, and a slash is at its end',
      documentOf({ '/things/{thingId}/': { get: served.paths['/things/{id}']?.['get'] } }),
      [],
    ],
    [
      'differ in an operation',
      documentOf({ '/others': { get: operation() } }),
      ['GET /others: only the document has it'],
    ],
    [
      'differ in parameters, statuses and fields',
      documentOf({
        '/things/{id}': {
          get: {
            parameters: [{ name: 'deep', in: 'query' }],
            responses: { 200: answer({ id: {}, size: {} }), 409: {} },
          },
        },
      }),
      [
        'GET /things/{id}: query parameter `deep`: only the document has it',
        'GET /things/{id}: query parameter `full`: only the mock has it',
        'GET /things/{id}: status `409`: only the document has it',
        'GET /things/{id}: status `404`: only the mock has it',
        'GET /things/{id}: field of 200 `size`: only the document has it',
        'GET /things/{id}: field of 200 `name`: only the mock has it',
      ],
    ],
    [
      'are compared through references, lists and parts',
      documentOf(
        {
          '/things/{id}': {
            parameters: [{ $ref: '#/components/parameters/full' }],
            get: {
              responses: {
                200: {
                  content: { 'application/json': { schema: { allOf: [{ $ref: '#/components/schemas/Base' }] } } },
                },
                404: {},
              },
            },
          },
        },
        {
          parameters: { full: { name: 'full', in: 'query' } },
          schemas: { Base: schema({ id: {}, name: {}, parts: { type: 'array', items: schema({ size: {} }) } }) },
        },
      ),
      [
        'GET /things/{id}: field of 200 `parts`: only the document has it',
        'GET /things/{id}: field of 200 `parts[].size`: only the document has it',
      ],
    ],
  ];

  it.each(cases)('%s', (_what, vendor, lines) => {
    expect(findDrift(vendor, served).lines).toEqual(lines);
  });

  it('do not differ for an operation that a part of a document leaves out; it is noted', () => {
    const { notes, compared } = findDrift(documentOf({ '/things/{id}': { delete: operation() } }), served);

    expect(notes).toEqual(['GET /things/{id}: only the mock has it']);
    expect(compared).toBe(1);
  });

  it('are compared although schemas contain themselves', () => {
    const tree = { type: 'object', properties: { child: { $ref: '#/components/schemas/Tree' } } };
    const vendor = documentOf(
      {
        '/things/{id}': {
          get: { responses: { 200: { content: { x: { schema: { $ref: '#/components/schemas/Tree' } } } } } },
        },
      },
      { schemas: { Tree: tree } },
    );

    expect(findDrift(vendor, served).lines).toContain(
      'GET /things/{id}: field of 200 `child`: only the document has it',
    );
  });
});
