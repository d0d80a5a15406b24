import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect } from 'vitest';
import { findDrift, type OpenApi } from '../../src/verify/drift.ts';
import { it } from '../support/command.ts';

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
      ['GET /others: the mock does not serve it'],
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

  it.for(cases)('%s', ([, vendor, lines]) => {
    expect(findDrift(vendor, served).lines).toEqual(lines);
  });

  it('do not differ for an operation that a part of a document leaves out; it is noted', () => {
    const { notes, compared } = findDrift(documentOf({ '/things/{id}': { delete: operation() } }), served);

    expect(notes).toEqual(['GET /things/{id}: the mock serves it, the document does not have it']);
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

describe('nv-auth-mock verify', () => {
  it('finds the document that fits best, and exits with 0 when there is no difference', async ({ command, folder }) => {
    const own = JSON.parse(
      await (await import('node:fs/promises')).readFile(
        new URL('../../openapi/runai/get_access_keys.json', import.meta.url),
        'utf8',
      ),
    );
    await writeFile(join(folder, 'spec.json'), JSON.stringify(own));
    const { code, stdout } = await command.launch(['verify', '--spec', 'spec.json']).ended;

    expect(code).toBe(0);
    expect(stdout.trim().split('\n').at(-1)).toBe('1 operations compared with runai.2.24, 0 differences');
  });

  const refused: [what: string, text: string | null, args: string[], said: string][] = [
    ['a file that is not there', null, [], 'cannot be read'],
    ['what is no OpenAPI document', 'a: 1', [], 'it has no `paths`'],
    ['a document that the mock does not serve', 'paths: {}', ['--document', 'runai.9'], 'There are: air.2.0'],
    ['operations that nobody knows', 'paths: { /nothing: { get: {} } }', [], 'has no operation that the mock serves'],
  ];

  it.for(refused)('ends with 2 and one message for %s', async ([, text, args, said], { command, folder }) => {
    if (text !== null) await writeFile(join(folder, 'spec.yaml'), text);
    const { code, stderr } = await command.launch(['verify', '--spec', 'spec.yaml', ...args]).ended;

    expect(code).toBe(2);
    expect(stderr).toContain(said);
  });
});
