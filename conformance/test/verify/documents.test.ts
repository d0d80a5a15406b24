import { expect, it } from 'vitest';
import type { DifferenceClass } from '../../src/verify/difference.ts';
import { compareDocuments } from '../../src/verify/documents.ts';
import { parseOpenApi } from '../../src/verify/open-api.ts';
import { changeExample, createExample, type Edit } from './kinds.ts';

const EXAMPLE = createExample();
const OURS = parseOpenApi(EXAMPLE, 'ours');

const LIST = 'paths /things get';
const OK = `${LIST} responses 200`;
const OWNER = `${OK} content application/json schema properties owner`;
const BODY = 'paths /things post requestBody';
const ERROR_BODY = `${LIST} responses 400 content application/json schema`;
const THING = 'components schemas Thing';
const NEW = 'components schemas NewThing';
const LABELS = `${NEW} properties labels`;
const ITEM = 'paths /things/{id}';
const STRING = { type: 'string' };
const [USER, NEW_THING] = ['User', 'NewThing'].map((name) => ({ $ref: `#/components/schemas/${name}` }));
const { parameters, ...METHODS } = EXAMPLE.paths['/things/{id}'];
const THING_ID = [{ ...parameters[0], name: 'thingId' }];
const SORT = EXAMPLE.paths['/things'].get.parameters[0]?.schema;
const VERSION_3_1: Edit = ['openapi', '3.1.0'];

/** Each kind of change: the class and the id of the only difference that it causes, and the change. */
const KINDS: readonly (readonly [DifferenceClass, id: string, ...Edit[]])[] = [
  ['breaks-answers', 'GET /things 200 body things[].size: field', [`${THING} properties size`, undefined]],
  ['breaks-answers', 'GET /things 200 body things[].madeAt: format', [`${THING} properties madeAt format`, 'date']],
  ['breaks-requests', 'POST /things body name: pattern', [`${NEW} properties name pattern`, '^[a-z0-9]+$']],
  ['breaks-answers', 'GET /things 200 body things[].madeAt: nullable', [`${THING} properties madeAt nullable`, true]],
  ['breaks-answers', 'GET /things 200 body things[].name: required', [`${THING} required`, ['id']]],
  ['breaks-requests', 'POST /things body note: required', [`${NEW} required`, ['name', 'note']]],
  ['breaks-requests', 'GET /things query sort: required', [`${LIST} parameters 0 required`, true]],
  ['breaks-requests', 'GET /things query sort: enum', [`${LIST} parameters 0 schema enum`, ['name']]],
  ['breaks-requests', 'GET /things query sort: default', [`${LIST} parameters 0 schema default`, 'name']],
  ['widens', 'POST /things body kind: enum', [`${NEW} properties kind enum`, ['small', 'large', 'huge']]],
  [
    'widens',
    '/things/{id}: path parameters',
    ['paths /things/{thingId}', { parameters: THING_ID, ...METHODS }],
    [ITEM, undefined],
  ],
  [
    'widens',
    '/things/{id}: path parameters',
    ['paths /things/{thingId}', { parameters: THING_ID, delete: METHODS.delete }],
    [`${ITEM} delete`, undefined],
  ],
  ['widens', 'PUT /things/{id}: method', [`${ITEM} put`, { responses: { 204: { description: 'set' } } }]],
  ['breaks-requests', 'DELETE /things/{id}: method', [`${ITEM} delete`, undefined]],
  ['breaks-answers', 'GET /things/{id} 409: status', [`${ITEM} get responses 409`, { description: 'conflict' }]],
  ['widens', 'GET /things/{id} 404: status', [`${ITEM} get responses 404`, undefined]],
  [
    'breaks-requests',
    'POST /things body: media type',
    [`${BODY} content`, { 'application/merge-patch+json': { schema: NEW_THING } }],
  ],
  [
    'widens',
    'GET /things/{id} 404 body: media type',
    [`${ITEM} get responses 404 content`, { 'application/json': { schema: STRING } }],
  ],
  [
    'breaks-requests',
    'GET /things query sort: media type',
    [`${LIST} parameters 0`, { name: 'sort', in: 'query', content: { 'application/json': { schema: SORT } } }],
  ],
  [
    'breaks-requests',
    'POST /things body: encoding',
    [`${BODY} content application/json encoding`, { note: { contentType: 'text/plain' } }],
  ],
  ['widens', 'POST /things body: required', [`${BODY} required`, false]],
  ['breaks-answers', 'GET /things 200 header x-total: header', [`${OK} headers`, undefined]],
  ['breaks-requests', 'GET /things: security', [`${LIST} security`, [{ key: [] }]]],
  ['widens', 'GET /things: security', [`${LIST} security`, [{ bearer: [] }, {}]]],
  ['breaks-answers', 'GET /things 200 body owner: oneOf', [`${OWNER} oneOf`, [USER, STRING, { type: 'integer' }]]],
  ['breaks-answers', 'GET /things 200 body owner: anyOf', [OWNER, { anyOf: [USER, STRING] }]],
  ['widens', 'GET /things 200 body owner oneOf: format', [`${OWNER} oneOf`, [USER, { ...STRING, format: 'email' }]]],
  [
    'widens',
    'GET /things 400 body: maxProperties',
    VERSION_3_1,
    [ERROR_BODY, { $ref: '#/components/schemas/Error', maxProperties: 3 }],
  ],
  ['breaks-requests', 'POST /things body: additionalProperties', [`${NEW} additionalProperties`, false]],
  ['breaks-requests', 'POST /things body labels.*: type', [`${LABELS} additionalProperties`, { type: 'integer' }]],
  [
    'breaks-requests',
    'POST /things body labels: patternProperties ^x',
    [`${LABELS} patternProperties`, { '^x': STRING }],
  ],
  ['breaks-requests', 'servers: base path', ['servers', [{ url: 'https://things.example.com/v2' }]]],
  ['breaks-requests', '/things servers: base path', ['paths /things servers', [{ url: '/v2' }]]],
  ['breaks-requests', 'GET /things servers: base path', [`${LIST} servers`, [{ url: '/v2' }]]],
  ['breaks-requests', 'GET /things query ids: explode', [`${LIST} parameters 1 explode`, false]],
];

it.for(KINDS)('a change is one difference, of the class %s: %s', async ([differenceClass, id, ...edits]) => {
  const { differences } = await compareDocuments(parseOpenApi(changeExample(...edits), 'theirs'), OURS);

  expect(differences.map((difference) => [difference.id, difference.class])).toEqual([[id, differenceClass]]);
});
