/** The report of a changed document: what differs, whether it breaks requests or answers, and how often it occurs. */
import { describe, expect, it } from 'vitest';
import { compareDocuments } from '../../src/verify/documents.ts';
import { parseOpenApi } from '../../src/verify/open-api.ts';
import { formatDifferences } from '../../src/verify/report.ts';

// biome-ignore lint/suspicious/noExplicitAny: any part of a document
type Document = any;

const STRING = { type: 'string' };
const createJsonResponse = (schema: object) => ({ description: '', content: { 'application/json': { schema } } });
const THING = { $ref: '#/components/schemas/Thing' };

/** Creates a document with shared schemas, including a recursive schema. */
const createDocument = (): Document => ({
  openapi: '3.0.3',
  info: { title: 'Things', version: '1' },
  servers: [{ url: 'https://api.test' }],
  security: [{ bearer: [] }],
  paths: {
    '/v1/things': {
      get: {
        operationId: 'list',
        parameters: [{ name: 'limit', in: 'query', schema: { type: 'integer' } }],
        responses: {
          200: createJsonResponse({ type: 'array', items: THING }),
          404: createJsonResponse({ $ref: '#/components/schemas/Error' }),
        },
      },
      post: {
        requestBody: { required: true, content: { 'application/json': { schema: THING } } },
        responses: { 201: createJsonResponse(THING) },
      },
    },
    '/v1/things/{id}': {
      parameters: [{ name: 'id', in: 'path', required: true, schema: STRING }],
      get: { responses: { 200: createJsonResponse(THING) } },
      delete: { responses: { 204: { description: '' } } },
    },
    '/v1/users': { get: { responses: { 200: createJsonResponse({ type: 'array', items: STRING }) } } },
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

/** Returns the lines of the report of a changed document. @param showsAll one line for each use of a shared schema */
async function formatReport(change: (document: Document) => void, showsAll = false): Promise<string[]> {
  const theirs = createDocument();
  change(theirs);
  const { differences } = await compareDocuments(
    parseOpenApi(theirs, 'theirs'),
    parseOpenApi(createDocument(), 'ours'),
  );
  return formatDifferences(differences, showsAll).map((line) => line.trim());
}

const schemaOfThing = (document: Document) => document.components.schemas.Thing;

describe('the report of a changed document', () => {
  it.each<[title: string, change: (document: Document) => void, reported: string[]]>([
    [
      'names a path that the document does not have, even if other paths share one path item',
      (document) => {
        document.components.pathItems = { Things: document.paths['/v1/things'] };
        document.paths['/v1/things'] = { $ref: '#/components/pathItems/Things' };
        document.paths['/v1/others'] = { $ref: '#/components/pathItems/Things' };
        delete document.paths['/v1/users'];
      },
      ['breaks-requests:', '/v1/users: path: only in the mock'],
    ],
    [
      'names a base path that changed in all paths only once',
      (document) => {
        const moved = Object.entries(document.paths).map(([path, item]) => [path.replace('/v1/', '/api/v2/'), item]);
        document.paths = Object.fromEntries(moved);
      },
      ['breaks-requests:', 'servers: base path: "/api/v2" in the document, "/v1" in the mock'],
    ],
    [
      'names a changed type in a recursive schema once for each message that uses the schema',
      (document) => (schemaOfThing(document).properties.name = { type: 'integer' }),
      [
        'breaks-requests:',
        'POST /v1/things body name: type: integer in the document, string in the mock',
        'breaks-answers:',
        'body name: type: integer in the document, string in the mock (3 times, as in POST /v1/things 201 body, GET /v1/things 200 body [])',
      ],
    ],
    [
      'names members with the same changed bound in one line',
      (document) => {
        const { properties } = schemaOfThing(document);
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
      'names new members of different schemas in separate lines',
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
      'names the members that differ if a response refers to another schema',
      ({ paths }) =>
        (paths['/v1/things/{id}'].get.responses[200] = createJsonResponse({ $ref: '#/components/schemas/Error' })),
      [
        'breaks-answers:',
        'body id, kind, name, parts, value: field: only in the mock (5 times, in GET /v1/things/{id} 200 body)',
        'widens:',
        'GET /v1/things/{id} 200 body code: field: only in the document, required',
      ],
    ],
    [
      'states that the document accepts any value, and the mock only alternatives',
      (document) => (schemaOfThing(document).properties.value = {}),
      [
        'breaks-answers:',
        'body value: anyOf: any value in the document, 2 alternatives in the mock (3 times, as in POST /v1/things 201 body, GET /v1/things 200 body [])',
        'widens:',
        'POST /v1/things body value: anyOf: any value in the document, 2 alternatives in the mock',
      ],
    ],
    [
      'contains the schema of a `not` that only the document has',
      (document) => (schemaOfThing(document).not = { required: ['kind'] }),
      [
        'breaks-requests:',
        'POST /v1/things body: not: {"required":["kind"]} in the document, none in the mock',
        'widens:',
        'GET /v1/things 200 body []: not: {"required":["kind"]} in the document, none in the mock',
        'body: not: {"required":["kind"]} in the document, none in the mock (2 times, in POST /v1/things 201, GET /v1/things/{id} 200)',
      ],
    ],
    [
      'compares a body of the mock with the body of a status range such as `4XX`',
      ({ paths }) => {
        paths['/v1/things'].get.responses = {
          200: paths['/v1/things'].get.responses[200],
          '4XX': createJsonResponse({
            type: 'object',
            required: ['code', 'why'],
            properties: { code: { type: 'integer' }, why: STRING },
          }),
        };
      },
      ['widens:', 'GET /v1/things 404 body why: field: only in the document, required'],
    ],
    [
      'names the nearest path, parameter and member in place of a missing one',
      (document) => {
        document.paths['/v1/user'] = document.paths['/v1/users'];
        delete document.paths['/v1/users'];
        document.paths['/v1/things'].get.parameters[0].name = 'limits';
        document.components.schemas.Error.properties.codes = document.components.schemas.Error.properties.code;
        delete document.components.schemas.Error.properties.code;
      },
      [
        'breaks-requests:',
        '/v1/users: path: only in the mock; the nearest path of the document is `/v1/user`',
        'GET /v1/things query limit: parameter: only in the mock; the nearest name in the document is `limits`',
        'breaks-answers:',
        'GET /v1/things 404 body code: field: only in the mock; the nearest name in the document is `codes`',
        'widens:',
        'GET /v1/things 404 body codes: field: only in the document',
        'GET /v1/things query limits: parameter: only in the document',
      ],
    ],
    [
      'names members that only requests or only responses have, and a discriminator',
      (document) => {
        schemaOfThing(document).properties.id.readOnly = true;
        schemaOfThing(document).properties.kind.writeOnly = true;
        document.components.schemas.Error.discriminator = { propertyName: 'code' };
      },
      [
        'breaks-requests:',
        'POST /v1/things body id: field: only in the mock; readOnly in the document',
        'breaks-answers:',
        'body kind: field: only in the mock; writeOnly in the document (3 times, as in POST /v1/things 201 body, GET /v1/things 200 body [])',
        'widens:',
        'GET /v1/things 404 body: discriminator: "code" in the document, none in the mock',
      ],
    ],
    [
      'has the name and the deprecation of an operation as information',
      ({ paths }) => {
        paths['/v1/users'].get.deprecated = true;
        paths['/v1/things'].get.operationId = 'list_things';
      },
      [
        'information:',
        'GET /v1/things: operationId: "list_things" in the document, "list" in the mock',
        'GET /v1/users: deprecated: only in the document',
      ],
    ],
    [
      'states once that the document does not describe authentication',
      (document) => {
        delete document.security;
        delete document.components.securitySchemes;
      },
      ['widens:', 'document: security: the document does not say how requests are authenticated'],
    ],
  ])('%s', async (_title, change, reported) => {
    expect(await formatReport(change)).toEqual(reported);
  });

  it('names each use of a new member if all lines are requested', async () => {
    const reported = await formatReport((document) => (schemaOfThing(document).properties.colour = STRING), true);

    expect(reported).toEqual([
      'widens:',
      'GET /v1/things 200 body [].colour: field: only in the document',
      'GET /v1/things/{id} 200 body colour: field: only in the document',
      'POST /v1/things 201 body colour: field: only in the document',
      'POST /v1/things body colour: field: only in the document',
    ]);
  });
});

describe('the report does not mention', () => {
  it.each<[title: string, change: (document: Document) => void]>([
    [
      'a length that every UUID has',
      (document) => Object.assign(schemaOfThing(document).properties.id, { minLength: 36, maxLength: 36 }),
    ],
    [
      'a status that the document covers with `default`',
      ({ paths }) => {
        const { responses } = paths['/v1/things'].get;
        responses.default = responses[404];
        delete responses[404];
      },
    ],
    ['a path that only the document has', ({ paths }) => (paths['/v1/others'] = { get: { responses: {} } })],
  ])('%s', async (_title, change) => {
    expect(await formatReport(change)).toEqual([]);
  });
});
