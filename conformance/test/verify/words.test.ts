/** What a person reads about a changed document: what differs, for whom, and how often. */
import { describe, expect, it } from 'vitest';
import { applyBaseline } from '../../src/verify/baseline.ts';
import { compareDocuments } from '../../src/verify/documents.ts';
import { parseOpenApi } from '../../src/verify/open-api.ts';
import { formatDifferences } from '../../src/verify/report.ts';

// biome-ignore lint/suspicious/noExplicitAny: any part of a document
type Document = any;

const STRING = { type: 'string' };
const json = (schema: object) => ({ description: '', content: { 'application/json': { schema } } });
const THING = { $ref: '#/components/schemas/Thing' };

/** A document with shared schemas, one of which contains itself. */
const base = (): Document => ({
  openapi: '3.0.3',
  info: { title: 'Things', version: '1' },
  servers: [{ url: 'https://api.test' }],
  security: [{ bearer: [] }],
  paths: {
    '/v1/things': {
      get: {
        parameters: [{ name: 'limit', in: 'query', schema: { type: 'integer' } }],
        responses: { 200: json({ type: 'array', items: THING }), 404: json({ $ref: '#/components/schemas/Error' }) },
      },
      post: {
        requestBody: { required: true, content: { 'application/json': { schema: THING } } },
        responses: { 201: json(THING) },
      },
    },
    '/v1/things/{id}': {
      parameters: [{ name: 'id', in: 'path', required: true, schema: STRING }],
      get: { responses: { 200: json(THING) } },
      delete: { responses: { 204: { description: '' } } },
    },
    '/v1/users': { get: { responses: { 200: json({ type: 'array', items: STRING }) } } },
  },
  components: {
    securitySchemes: { bearer: { type: 'http', scheme: 'bearer' } },
    schemas: {
      Error: { type: 'object', required: ['code'], properties: { code: { type: 'integer' } } },
      Thing: {
        type: 'object',
        required: ['name'],
        properties: {
          id: { type: 'string', format: 'uuid' },
          name: STRING,
          kind: { type: 'string', enum: ['small', 'large'] },
          value: { anyOf: [STRING, { type: 'object', properties: { text: STRING } }] },
          parts: { type: 'array', items: THING },
        },
      },
    },
  },
});

/** The lines about a changed document. */
async function lines(change: (document: Document) => void, isAll = false): Promise<string[]> {
  const theirs = base();
  change(theirs);
  const { differences } = await compareDocuments(parseOpenApi(theirs, 'theirs'), parseOpenApi(base(), 'ours'));
  return formatDifferences(differences, isAll).map((line) => line.trim());
}

const thing = (document: Document) => document.components.schemas.Thing;

describe('a change is told in words that say what to do about it:', () => {
  it.each<[what: string, change: (document: Document) => void, reported: string[]]>([
    [
      'a path that is gone, although another path has the same item',
      (document) => {
        document.components.pathItems = { Things: document.paths['/v1/things'] };
        document.paths['/v1/things'] = { $ref: '#/components/pathItems/Things' };
        document.paths['/v1/others'] = { $ref: '#/components/pathItems/Things' };
        delete document.paths['/v1/users'];
      },
      ['breaks-requests:', '/v1/users: path: only in the mock'],
    ],
    [
      'a beginning of all paths that moved, once',
      (document) => {
        const moved = Object.entries(document.paths).map(([path, item]) => [path.replace('/v1/', '/api/v2/'), item]);
        document.paths = Object.fromEntries(moved);
      },
      ['breaks-requests:', 'servers: base path: "/api/v2" in the document, "/v1" in the mock'],
    ],
    [
      'a member of a shared schema, once with its uses',
      (document) => (thing(document).properties.colour = STRING),
      [
        'widens:',
        'body colour: field: only in the document (4 times, as in POST /v1/things body, POST /v1/things 201 body, GET /v1/things 200 body [])',
      ],
    ],
    [
      'a required member of a shared schema, for requests and for answers',
      (document) => thing(document).required.push('id'),
      [
        'breaks-requests:',
        'POST /v1/things body id: required: only in the document',
        'widens:',
        'body id: required: only in the document (3 times, in POST /v1/things 201 body, GET /v1/things 200 body [], GET /v1/things/{id} 200 body)',
      ],
    ],
    [
      'a type within a schema that contains itself, at its first place of each message',
      (document) => (thing(document).properties.name = { type: 'integer' }),
      [
        'breaks-requests:',
        'POST /v1/things body name: type: integer in the document, string in the mock',
        'breaks-answers:',
        'body name: type: integer in the document, string in the mock (3 times, as in POST /v1/things 201 body, GET /v1/things 200 body [])',
      ],
    ],
    [
      'the same bound of several members, in one line with their names',
      (document) => {
        const { properties } = thing(document);
        for (const name of ['name', 'kind', 'id']) properties[name] = { ...properties[name], maxLength: 9 };
      },
      [
        'breaks-requests:',
        'body id, kind, name: maxLength: 9 in the document, none in the mock (3 times, in POST /v1/things body)',
        'widens:',
        'body id, kind, name: maxLength: 9 in the document, none in the mock (9 times, as in POST /v1/things 201 body, GET /v1/things 200 body [])',
      ],
    ],
    [
      'a new member of each of two schemas, in a line each',
      ({ components }) => {
        components.schemas.Thing.properties.more = STRING;
        components.schemas.Error.properties.why = STRING;
      },
      [
        'widens:',
        'body more: field: only in the document (4 times, as in POST /v1/things body, POST /v1/things 201 body, GET /v1/things 200 body [])',
        'GET /v1/things 404 body why: field: only in the document',
      ],
    ],
    [
      'a reference to another schema',
      ({ paths }) => (paths['/v1/things/{id}'].get.responses[200] = json({ $ref: '#/components/schemas/Error' })),
      [
        'breaks-answers:',
        'body id, kind, name, parts, value: field: only in the mock (5 times, in GET /v1/things/{id} 200 body)',
        'widens:',
        'GET /v1/things/{id} 200 body code: field: only in the document, required',
      ],
    ],
    [
      'any value in place of alternatives',
      (document) => (thing(document).properties.value = {}),
      [
        'breaks-answers:',
        'body value: anyOf: any value in the document, 2 alternatives in the mock (3 times, as in POST /v1/things 201 body, GET /v1/things 200 body [])',
        'widens:',
        'POST /v1/things body value: anyOf: any value in the document, 2 alternatives in the mock',
      ],
    ],
    [
      'what must not be, with what it is',
      (document) => (thing(document).not = { required: ['kind'] }),
      [
        'breaks-requests:',
        'POST /v1/things body: not: {"required":["kind"]} in the document, none in the mock',
        'widens:',
        'GET /v1/things 200 body []: not: {"required":["kind"]} in the document, none in the mock',
        'body: not: {"required":["kind"]} in the document, none in the mock (2 times, in POST /v1/things 201, GET /v1/things/{id} 200)',
      ],
    ],
    [
      'a body of another status, where a range stands for the status',
      ({ paths }) => {
        paths['/v1/things'].get.responses = {
          200: paths['/v1/things'].get.responses[200],
          '4XX': json({
            type: 'object',
            required: ['code', 'why'],
            properties: { code: { type: 'integer' }, why: STRING },
          }),
        };
      },
      ['widens:', 'GET /v1/things 404 body why: field: only in the document, required'],
    ],
    [
      'a document that says nothing about credentials, once',
      (document) => {
        delete document.security;
        delete document.components.securitySchemes;
      },
      ['widens:', 'document: security: the document does not say how requests are authenticated'],
    ],
  ])('%s', async (_what, change, reported) => {
    expect(await lines(change)).toEqual(reported);
  });

  it('and place by place where that is asked for', async () => {
    const reported = await lines((document) => (thing(document).properties.colour = STRING), true);

    expect(reported).toEqual([
      'widens:',
      'GET /v1/things 200 body [].colour: field: only in the document',
      'GET /v1/things/{id} 200 body colour: field: only in the document',
      'POST /v1/things 201 body colour: field: only in the document',
      'POST /v1/things body colour: field: only in the document',
    ]);
  });
});

describe('nothing is told', () => {
  it.each<[what: string, change: (document: Document) => void]>([
    [
      'of the length that a UUID has anyway',
      (document) => Object.assign(thing(document).properties.id, { minLength: 36, maxLength: 36 }),
    ],
    [
      'where `default` stands for the statuses that it covers',
      ({ paths }) => {
        const { responses } = paths['/v1/things'].get;
        responses.default = responses[404];
        delete responses[404];
      },
    ],
    ['of a path that only the document has', ({ paths }) => (paths['/v1/others'] = { get: { responses: {} } })],
  ])('%s', async (_what, change) => {
    expect(await lines(change)).toEqual([]);
  });
});

it('what is only information is open without an entry in a baseline, and fails no check', async () => {
  const { differences: found } = await compareDocuments(
    parseOpenApi({ ...base(), paths: { '/v1/users': { get: { deprecated: true, responses: {} } } } }, 'theirs'),
    parseOpenApi({ ...base(), paths: { '/v1/users': { get: { responses: {} } } } }, 'ours'),
  );

  expect(found.map((one) => one.class)).toEqual(['information']);
  expect(applyBaseline(found, { document: 'x', differences: [] }, 'x', 'x')).toMatchObject({
    open: found,
    failing: [],
  });
});
