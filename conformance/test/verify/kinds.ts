import type { DifferenceClass } from '../../src/verify/difference.ts';

/** Creates a document with every part that a kind of change affects. */
export function createExample() {
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

/** A value to set at a path with steps separated by spaces; `undefined` removes the value. */
export type Edit = readonly [path: string, value: unknown];

/** Returns a copy of the example with these edits. */
export function changeExample(...edits: readonly Edit[]) {
  const document = createExample();
  for (const [path, value] of edits) {
    const steps = path.split(' ');
    const last = steps.pop() as string;
    // Every path of a test exists in the example, up to its last step.
    const parent = steps.reduce<Record<string, unknown>>(
      (node, step) => node[step] as Record<string, unknown>,
      document as Record<string, unknown>,
    );
    if (value === undefined) delete parent[last];
    else parent[last] = value;
  }
  return document;
}

/** A kind of change, and the difference that it causes. */
export interface ChangeKind {
  readonly title: string;
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

export const KINDS: readonly ChangeKind[] = [
  {
    title: 'an added field',
    edits: [[`${THING} properties colour`, STRING]],
    class: 'widens',
    id: 'GET /things 200 body things[].colour: field',
  },
  {
    title: 'a removed field',
    edits: [[`${THING} properties size`, undefined]],
    class: 'breaks-answers',
    id: 'GET /things 200 body things[].size: field',
  },
  {
    title: 'another type of a field',
    edits: [[`${THING} properties size type`, 'string']],
    class: 'breaks-answers',
    id: 'GET /things 200 body things[].size: type',
  },
  {
    title: 'another format of a field',
    edits: [[`${THING} properties madeAt format`, 'date']],
    class: 'breaks-answers',
    id: 'GET /things 200 body things[].madeAt: format',
  },
  {
    title: 'another pattern of a field',
    edits: [[`${NEW} properties name pattern`, '^[a-z0-9]+$']],
    class: 'breaks-requests',
    id: 'POST /things body name: pattern',
  },
  {
    title: 'another maxLength of a field',
    edits: [[`${NEW} properties name maxLength`, 64]],
    class: 'breaks-requests',
    id: 'POST /things body name: maxLength',
  },
  {
    title: 'a field that becomes nullable',
    edits: [[`${THING} properties madeAt nullable`, true]],
    class: 'breaks-answers',
    id: 'GET /things 200 body things[].madeAt: nullable',
  },
  {
    title: 'a field of an answer that is no longer required',
    edits: [[`${THING} required`, ['id']]],
    class: 'breaks-answers',
    id: 'GET /things 200 body things[].name: required',
  },
  {
    title: 'a field of a body that becomes required',
    edits: [[`${NEW} required`, ['name', 'note']]],
    class: 'breaks-requests',
    id: 'POST /things body note: required',
  },
  {
    title: 'a query parameter that becomes required',
    edits: [[`${LIST} parameters 0 required`, true]],
    class: 'breaks-requests',
    id: 'GET /things query sort: required',
  },
  {
    title: 'a header that becomes required',
    edits: [[`${LIST} parameters 2 required`, true]],
    class: 'breaks-requests',
    id: 'GET /things header x-tenant: required',
  },
  {
    title: 'fewer values of a query parameter',
    edits: [[`${LIST} parameters 0 schema enum`, ['name']]],
    class: 'breaks-requests',
    id: 'GET /things query sort: enum',
  },
  {
    title: 'more values of a field of a body',
    edits: [[`${NEW} properties kind enum`, ['small', 'large', 'huge']]],
    class: 'widens',
    id: 'POST /things body kind: enum',
  },
  {
    title: 'another name of a path parameter',
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
    title: 'an added method',
    edits: [[`${ITEM} put`, { responses: { 204: { description: 'set' } } }]],
    class: 'widens',
    id: 'PUT /things/{id}: method',
  },
  {
    title: 'a removed method',
    edits: [[`${ITEM} delete`, undefined]],
    class: 'breaks-requests',
    id: 'DELETE /things/{id}: method',
  },
  {
    title: 'an added status',
    edits: [[`${ITEM} get responses 409`, { description: 'conflict' }]],
    class: 'breaks-answers',
    id: 'GET /things/{id} 409: status',
  },
  {
    title: 'a removed status',
    edits: [[`${ITEM} get responses 404`, undefined]],
    class: 'widens',
    id: 'GET /things/{id} 404: status',
  },
  {
    title: 'another media type of a body',
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
    title: 'a removed header of an answer',
    edits: [[`${OK} headers`, undefined]],
    class: 'breaks-answers',
    id: 'GET /things 200 header x-total: header',
  },
  {
    title: 'another security scheme',
    edits: [[`${LIST} security`, [{ key: [] }]]],
    class: 'breaks-requests',
    id: 'GET /things: security',
  },
  {
    title: 'an added alternative of oneOf',
    edits: [[`${ANSWER} properties owner oneOf`, [{ $ref: '#/components/schemas/User' }, STRING, { type: 'integer' }]]],
    class: 'breaks-answers',
    id: 'GET /things 200 body owner: oneOf',
  },
  {
    title: 'a removed field of an error',
    edits: [['components schemas Error properties message', undefined]],
    class: 'breaks-answers',
    id: 'GET /things 400 body message: field',
  },
  {
    title: 'an array in place of an object',
    edits: [[ANSWER, { type: 'array', items: { $ref: '#/components/schemas/Thing' } }]],
    class: 'breaks-answers',
    id: 'GET /things 200 body: type',
  },
  {
    title: 'a body without additional properties',
    edits: [[`${NEW} additionalProperties`, false]],
    class: 'breaks-requests',
    id: 'POST /things body: additionalProperties',
  },
  {
    title: 'another base path',
    edits: [['servers', [{ url: 'https://things.example.com/v2' }]]],
    class: 'breaks-requests',
    id: 'servers: base path',
  },
  {
    title: 'another explode of a query parameter',
    edits: [[`${LIST} parameters 1 explode`, false]],
    class: 'breaks-requests',
    id: 'GET /things query ids: explode',
  },
];
