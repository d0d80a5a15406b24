import { expect, it } from 'vitest';
import type { DifferenceClass } from '../../src/verify/difference.ts';
import { compareDocuments } from '../../src/verify/documents.ts';
import { parseOpenApi } from '../../src/verify/open-api.ts';
import { changeExample, createExample, type Edit } from './kinds.ts';

const OURS = parseOpenApi(createExample(), 'ours');

const LIST = 'paths /things get';
const OK = `${LIST} responses 200`;
const ANSWER = `${OK} content application/json schema`;
const THING = 'components schemas Thing';
const NEW = 'components schemas NewThing';
const ITEM = 'paths /things/{id}';
const STRING = { type: 'string' };

/** Each kind of change, with the class and the id of the only difference that it causes. */
const KINDS: readonly (readonly [
  title: string,
  edits: readonly Edit[],
  differenceClass: DifferenceClass,
  id: string,
])[] = [
  ['an added field', [[`${THING} properties colour`, STRING]], 'widens', 'GET /things 200 body things[].colour: field'],
  [
    'a removed field',
    [[`${THING} properties size`, undefined]],
    'breaks-answers',
    'GET /things 200 body things[].size: field',
  ],
  [
    'another type of a field',
    [[`${THING} properties size type`, 'string']],
    'breaks-answers',
    'GET /things 200 body things[].size: type',
  ],
  [
    'another format of a field',
    [[`${THING} properties madeAt format`, 'date']],
    'breaks-answers',
    'GET /things 200 body things[].madeAt: format',
  ],
  [
    'another pattern of a field',
    [[`${NEW} properties name pattern`, '^[a-z0-9]+$']],
    'breaks-requests',
    'POST /things body name: pattern',
  ],
  [
    'another maxLength of a field',
    [[`${NEW} properties name maxLength`, 64]],
    'breaks-requests',
    'POST /things body name: maxLength',
  ],
  [
    'a field that becomes nullable',
    [[`${THING} properties madeAt nullable`, true]],
    'breaks-answers',
    'GET /things 200 body things[].madeAt: nullable',
  ],
  [
    'a field of an answer that is no longer required',
    [[`${THING} required`, ['id']]],
    'breaks-answers',
    'GET /things 200 body things[].name: required',
  ],
  [
    'a field of a body that becomes required',
    [[`${NEW} required`, ['name', 'note']]],
    'breaks-requests',
    'POST /things body note: required',
  ],
  [
    'a query parameter that becomes required',
    [[`${LIST} parameters 0 required`, true]],
    'breaks-requests',
    'GET /things query sort: required',
  ],
  [
    'a header that becomes required',
    [[`${LIST} parameters 2 required`, true]],
    'breaks-requests',
    'GET /things header x-tenant: required',
  ],
  [
    'fewer values of a query parameter',
    [[`${LIST} parameters 0 schema enum`, ['name']]],
    'breaks-requests',
    'GET /things query sort: enum',
  ],
  [
    'more values of a field of a body',
    [[`${NEW} properties kind enum`, ['small', 'large', 'huge']]],
    'widens',
    'POST /things body kind: enum',
  ],
  [
    'another name of a path parameter',
    [
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
    'widens',
    '/things/{id}: path parameters',
  ],
  [
    'an added method',
    [[`${ITEM} put`, { responses: { 204: { description: 'set' } } }]],
    'widens',
    'PUT /things/{id}: method',
  ],
  ['a removed method', [[`${ITEM} delete`, undefined]], 'breaks-requests', 'DELETE /things/{id}: method'],
  [
    'an added status',
    [[`${ITEM} get responses 409`, { description: 'conflict' }]],
    'breaks-answers',
    'GET /things/{id} 409: status',
  ],
  ['a removed status', [[`${ITEM} get responses 404`, undefined]], 'widens', 'GET /things/{id} 404: status'],
  [
    'another media type of a body',
    [
      [
        'paths /things post requestBody content',
        { 'application/merge-patch+json': { schema: { $ref: '#/components/schemas/NewThing' } } },
      ],
    ],
    'breaks-requests',
    'POST /things body: media type',
  ],
  [
    'a removed header of an answer',
    [[`${OK} headers`, undefined]],
    'breaks-answers',
    'GET /things 200 header x-total: header',
  ],
  ['another security scheme', [[`${LIST} security`, [{ key: [] }]]], 'breaks-requests', 'GET /things: security'],
  [
    'an added alternative of oneOf',
    [[`${ANSWER} properties owner oneOf`, [{ $ref: '#/components/schemas/User' }, STRING, { type: 'integer' }]]],
    'breaks-answers',
    'GET /things 200 body owner: oneOf',
  ],
  [
    'a removed field of an error',
    [['components schemas Error properties message', undefined]],
    'breaks-answers',
    'GET /things 400 body message: field',
  ],
  [
    'an array in place of an object',
    [[ANSWER, { type: 'array', items: { $ref: '#/components/schemas/Thing' } }]],
    'breaks-answers',
    'GET /things 200 body: type',
  ],
  [
    'a body without additional properties',
    [[`${NEW} additionalProperties`, false]],
    'breaks-requests',
    'POST /things body: additionalProperties',
  ],
  [
    'another base path',
    [['servers', [{ url: 'https://things.example.com/v2' }]]],
    'breaks-requests',
    'servers: base path',
  ],
  [
    'another explode of a query parameter',
    [[`${LIST} parameters 1 explode`, false]],
    'breaks-requests',
    'GET /things query ids: explode',
  ],
];

it.each(KINDS)('a change is reported as exactly one difference: %s', async (_title, edits, differenceClass, id) => {
  const { differences } = await compareDocuments(parseOpenApi(changeExample(...edits), 'theirs'), OURS);

  expect(differences.map((difference) => [difference.id, difference.class])).toEqual([[id, differenceClass]]);
});
