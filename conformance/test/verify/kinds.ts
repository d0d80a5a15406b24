import type { DifferenceClass } from '../../src/verify/difference.ts';

/** A document with every part that the kinds of change are about. */
export function exampleDocument() {
  return {
    openapi: '3.0.3',
    info: { title: 'Things', version: '1' },
    servers: [{ url: 'https://things.example.com' }],
    security: [{ bearer: [] }],
    paths: {
      '/things': {
        get: {
          parameters: [
            { name: 'sort', in: 'query', schema: { type: 'string', enum: ['name', 'size'] } },
            { name: 'ids', in: 'query', schema: { type: 'array', items: { type: 'string' } } },
            { name: 'x-tenant', in: 'header', schema: { type: 'string' } },
          ],
          responses: {
            200: {
              description: 'ok',
              headers: { 'x-total': { schema: { type: 'integer' } } },
              content: {
                'application/json': {
                  schema: {
                    type: 'object',
                    required: ['things'],
                    properties: {
                      things: { type: 'array', items: { $ref: '#/components/schemas/Thing' } },
                      owner: { oneOf: [{ $ref: '#/components/schemas/User' }, { type: 'string' }] },
                    },
                  },
                },
              },
            },
            400: {
              description: 'bad',
              content: { 'application/json': { schema: { $ref: '#/components/schemas/Error' } } },
            },
          },
        },
        post: {
          requestBody: {
            required: true,
            content: { 'application/json': { schema: { $ref: '#/components/schemas/NewThing' } } },
          },
          responses: { 201: { description: 'made' } },
        },
      },
      '/things/{id}': {
        parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'string' } }],
        get: { responses: { 200: { description: 'ok' }, 404: { description: 'none' } } },
        delete: { responses: { 204: { description: 'gone' } } },
      },
    },
    components: {
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer' },
        key: { type: 'apiKey', in: 'header', name: 'x-api-key' },
      },
      schemas: {
        Thing: {
          type: 'object',
          required: ['id', 'name'],
          properties: {
            id: { type: 'string', format: 'uuid' },
            name: { type: 'string' },
            size: { type: 'integer' },
            madeAt: { type: 'string', format: 'date-time' },
            part: { $ref: '#/components/schemas/Thing' },
          },
        },
        NewThing: {
          type: 'object',
          required: ['name'],
          properties: {
            name: { type: 'string', pattern: '^[a-z]+$', maxLength: 255 },
            kind: { type: 'string', enum: ['small', 'large'] },
            labels: { type: 'object', additionalProperties: { type: 'string' } },
            note: { type: 'string' },
          },
        },
        User: { type: 'object', properties: { email: { type: 'string' } } },
        Error: {
          type: 'object',
          required: ['code'],
          properties: { code: { type: 'integer' }, message: { type: 'string' } },
        },
      },
    },
  };
}

/** Sets the value at a path of steps with spaces between them; `undefined` removes it. */
export type Edit = readonly [path: string, value: unknown];

/** A copy of the example with other values at some paths. */
export function changed(...edits: readonly Edit[]) {
  const document = exampleDocument();
  for (const [path, value] of edits) {
    const steps = path.split(' ');
    const last = steps.pop() as string;
    // The paths of this file are in the example.
    const parent = steps.reduce<Record<string, unknown>>(
      (at, step) => at[step] as Record<string, unknown>,
      document as Record<string, unknown>,
    );
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  }
  return document;
}

export interface Kind {
  readonly what: string;
  readonly edits: readonly Edit[];
  readonly class: DifferenceClass;
  /** The id of the only difference. */
  readonly id: string;
}

const LIST = 'paths /things get';
const OK = `${LIST} responses 200`;
const ANSWER = `${OK} content application/json schema`;
const THING = 'components schemas Thing';
const NEW = 'components schemas NewThing';
const ITEM = 'paths /things/{id}';
const STRING = { type: 'string' };

export const KINDS: readonly Kind[] = [
  {
    what: 'a field added',
    edits: [[`${THING} properties colour`, STRING]],
    class: 'widens',
    id: 'GET /things 200 body things[].colour: field',
  },
  {
    what: 'a field removed',
    edits: [[`${THING} properties size`, undefined]],
    class: 'breaks-answers',
    id: 'GET /things 200 body things[].size: field',
  },
  {
    what: 'a field retyped',
    edits: [[`${THING} properties size type`, 'string']],
    class: 'breaks-answers',
    id: 'GET /things 200 body things[].size: type',
  },
  {
    what: 'a format',
    edits: [[`${THING} properties madeAt format`, 'date']],
    class: 'breaks-answers',
    id: 'GET /things 200 body things[].madeAt: format',
  },
  {
    what: 'a pattern',
    edits: [[`${NEW} properties name pattern`, '^[a-z0-9]+$']],
    class: 'breaks-requests',
    id: 'POST /things body name: pattern',
  },
  {
    what: 'maxLength',
    edits: [[`${NEW} properties name maxLength`, 64]],
    class: 'breaks-requests',
    id: 'POST /things body name: maxLength',
  },
  {
    what: 'nullable',
    edits: [[`${THING} properties madeAt nullable`, true]],
    class: 'breaks-answers',
    id: 'GET /things 200 body things[].madeAt: nullable',
  },
  {
    what: 'required in an answer',
    edits: [[`${THING} required`, ['id']]],
    class: 'breaks-answers',
    id: 'GET /things 200 body things[].name: required',
  },
  {
    what: 'required in a body',
    edits: [[`${NEW} required`, ['name', 'note']]],
    class: 'breaks-requests',
    id: 'POST /things body note: required',
  },
  {
    what: 'required in the query',
    edits: [[`${LIST} parameters 0 required`, true]],
    class: 'breaks-requests',
    id: 'GET /things query sort: required',
  },
  {
    what: 'a required header',
    edits: [[`${LIST} parameters 2 required`, true]],
    class: 'breaks-requests',
    id: 'GET /things header x-tenant: required',
  },
  {
    what: 'an enum in the query',
    edits: [[`${LIST} parameters 0 schema enum`, ['name']]],
    class: 'breaks-requests',
    id: 'GET /things query sort: enum',
  },
  {
    what: 'an enum in a body',
    edits: [[`${NEW} properties kind enum`, ['small', 'large', 'huge']]],
    class: 'widens',
    id: 'POST /things body kind: enum',
  },
  {
    what: 'a path parameter renamed',
    edits: [
      [
        'paths /things/{thingId}',
        {
          parameters: [{ name: 'thingId', in: 'path', required: true, schema: { type: 'string' } }],
          get: { responses: { 200: { description: 'ok' }, 404: { description: 'none' } } },
          delete: { responses: { 204: { description: 'gone' } } },
        },
      ],
      [ITEM, undefined],
    ],
    class: 'widens',
    id: '/things/{id}: path parameters',
  },
  {
    what: 'a method added',
    edits: [[`${ITEM} put`, { responses: { 204: { description: 'set' } } }]],
    class: 'widens',
    id: 'PUT /things/{id}: method',
  },
  {
    what: 'a method removed',
    edits: [[`${ITEM} delete`, undefined]],
    class: 'breaks-requests',
    id: 'DELETE /things/{id}: method',
  },
  {
    what: 'a status added',
    edits: [[`${ITEM} get responses 409`, { description: 'conflict' }]],
    class: 'breaks-answers',
    id: 'GET /things/{id} 409: status',
  },
  {
    what: 'a status removed',
    edits: [[`${ITEM} get responses 404`, undefined]],
    class: 'widens',
    id: 'GET /things/{id} 404: status',
  },
  {
    what: 'a media type',
    edits: [
      [
        'paths /things post requestBody content',
        { 'application/merge-patch+json': { schema: { $ref: '#/components/schemas/NewThing' } } },
      ],
    ],
    class: 'breaks-requests',
    id: 'POST /things body: media type',
  },
  {
    what: 'a header of an answer',
    edits: [[`${OK} headers`, undefined]],
    class: 'breaks-answers',
    id: 'GET /things 200 header x-total: header',
  },
  {
    what: 'security',
    edits: [[`${LIST} security`, [{ key: [] }]]],
    class: 'breaks-requests',
    id: 'GET /things: security',
  },
  {
    what: 'oneOf',
    edits: [[`${ANSWER} properties owner oneOf`, [{ $ref: '#/components/schemas/User' }, STRING, { type: 'integer' }]]],
    class: 'breaks-answers',
    id: 'GET /things 200 body owner: oneOf',
  },
  {
    what: 'the body of an error',
    edits: [['components schemas Error properties message', undefined]],
    class: 'breaks-answers',
    id: 'GET /things 400 body message: field',
  },
  {
    what: 'an array for an object',
    edits: [[ANSWER, { type: 'array', items: { $ref: '#/components/schemas/Thing' } }]],
    class: 'breaks-answers',
    id: 'GET /things 200 body: type',
  },
  {
    what: 'additionalProperties',
    edits: [[`${NEW} additionalProperties`, false]],
    class: 'breaks-requests',
    id: 'POST /things body: additionalProperties',
  },
  {
    what: 'the base path',
    edits: [['servers', [{ url: 'https://things.example.com/v2' }]]],
    class: 'breaks-requests',
    id: 'servers: base path',
  },
  {
    what: 'explode',
    edits: [[`${LIST} parameters 1 explode`, false]],
    class: 'breaks-requests',
    id: 'GET /things query ids: explode',
  },
];
