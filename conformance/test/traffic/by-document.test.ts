/** Recorded traffic, judged by a vendor's document as vendors write them. */
import { describe, expect, it } from 'vitest';
import { checkExchanges } from '../../src/traffic/check.ts';
import type { Exchange } from '../../src/traffic/exchange.ts';
import { finderForDocument } from '../../src/traffic/operation-finder.ts';
import { openVendorDocument } from '../../src/vendor-document.ts';

const STRING = { type: 'string' };
const json = (schema: object) => ({ description: '', content: { 'application/json': { schema } } });

/** What is told of an exchange about `/things`, by a document with this operation. */
async function reported(operation: object, recorded: Recorded) {
  const { sent, status = 200, answer = {}, type = 'application/json', headers = null } = recorded;
  const method = sent === undefined ? 'GET' : 'POST';
  const item = { [method.toLowerCase()]: operation };
  const document = { openapi: '3.0.3', paths: { '/things': { $ref: '#/components/pathItems/Things' } }, ...PARTS };
  const components = { ...PARTS.components, pathItems: { Things: item } };
  const opened = await openVendorDocument({ ...document, components }, '--spec things.json');
  const routes = { find: () => null, operationsOf: () => [] };
  const exchange: Exchange = {
    ...{ place: 'things.har:1', method, url: '/things', headers },
    request: { mediaType: sent === undefined ? null : type, text: sent === undefined ? '' : JSON.stringify(sent) },
    response: { status, mediaType: 'application/json', text: JSON.stringify(answer) },
  };
  const { checked, violations } = await checkExchanges(finderForDocument(opened, routes, 'things'), [exchange]);
  expect(checked).toBe(1);
  return violations.map(({ part, what }) => `${part}: ${what}`);
}

interface Recorded {
  readonly sent?: unknown;
  readonly status?: number;
  readonly answer?: unknown;
  readonly type?: string;
  readonly headers?: Exchange['headers'];
}

const tenant = (schema: object) => ({
  parameters: [{ name: 'X-Tenant', in: 'header', required: true, schema }],
  responses: { 200: json({}) },
});

const PARTS = {
  servers: [{ url: 'https://{host}/{base}', variables: { host: { default: 'a' }, base: { default: '' } } }],
  components: {
    schemas: {
      Tree: {
        type: 'object',
        required: ['name'],
        properties: { name: STRING, parts: { type: 'array', items: { $ref: '#/components/schemas/Tree' } } },
      },
      Named: { type: 'object', properties: { name: STRING } },
      Sized: { type: 'object', required: ['size'], properties: { size: { type: 'integer' } } },
    },
  },
};
const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
const answers = (schema: object) => ({ responses: { 200: json(schema) } });

describe('Traffic that fits a document is told nothing of, where the document', () => {
  it.each<[what: string, operation: object, recorded: Recorded]>([
    ['has a schema that contains itself', answers(ref('Tree')), { answer: { name: 'a', parts: [{ name: 'b' }] } }],
    ['has `4XX`', { responses: { '4XX': json(ref('Named')) } }, { status: 404, answer: { name: 'a' } }],
    ['has `default`', { responses: { default: json(ref('Named')) } }, { answer: { name: 'a' } }],
    [
      'has media types with parameters',
      {
        responses: {
          200: { description: '', content: { 'Application/JSON; charset=utf-8': { schema: ref('Named') } } },
        },
      },
      { answer: { name: 'a' } },
    ],
    [
      'has a range of media types',
      { responses: { 200: { description: '', content: { 'application/*': { schema: ref('Named') } } } } },
      { answer: { name: 'a' } },
    ],
    [
      'puts an object together',
      answers({ allOf: [ref('Named'), ref('Sized')], properties: { more: STRING } }),
      { answer: { name: 'a', size: 1, more: 'x' } },
    ],
    [
      'has `nullable` without a type',
      answers({
        type: 'object',
        properties: { owner: { nullable: true, allOf: [ref('Named')] }, rest: { nullable: true } },
      }),
      { answer: { owner: null, rest: 1 } },
    ],
    ['needs a header that was sent', tenant({ type: 'integer' }), { headers: { 'x-tenant': '7' } }],
    ['needs a header that is hidden', tenant({ enum: ['a'] }), { headers: { 'x-tenant': 'sha256:0c5e1f9a2b' } }],
    [
      'needs a cookie, which no record shows',
      { ...tenant(STRING), parameters: [{ name: 'session', in: 'cookie', required: true, schema: STRING }] },
      { headers: { cookie: 'sha256:0c5e1f9a2b' } },
    ],
    [
      'lists a header that OpenAPI describes elsewhere',
      { ...tenant(STRING), parameters: [{ name: 'Authorization', in: 'header', required: true, schema: STRING }] },
      { headers: { host: 'acme.example' } },
    ],
    ['needs a header, and no headers were recorded', tenant(STRING), {}],
    [
      'escapes more in a pattern than it needs to',
      answers({ type: 'object', properties: { name: { type: 'string', pattern: '^[a-z\\_\\-]+$' } } }),
      { answer: { name: 'a_b' } },
    ],
  ])('%s', async (_what, operation, recorded) => {
    expect(await reported(operation, recorded)).toEqual([]);
  });
});

describe('Traffic that does not fit is told of, also where the document', () => {
  it.each<[what: string, operation: object, recorded: Recorded, said: string]>([
    [
      'has a schema that contains itself',
      answers(ref('Tree')),
      { answer: { parts: [] } },
      "answer: body must have required property 'name'",
    ],
    [
      'has `4XX` and `default`',
      { responses: { '4XX': json(ref('Named')), default: json(ref('Sized')) } },
      { status: 404, answer: { name: 1 } },
      'answer: body/name must be string',
    ],
    [
      'has a range of media types',
      { responses: { 200: { description: '', content: { 'application/*': { schema: ref('Sized') } } } } },
      { answer: { size: 'x' } },
      'answer: body/size must be integer',
    ],
    [
      'puts an object together',
      answers({ allOf: [ref('Named'), ref('Sized')] }),
      { answer: { name: 'a' } },
      "answer: body must have required property 'size'",
    ],
    [
      'needs a header that was not sent',
      tenant(STRING),
      { headers: { accept: '*/*' } },
      'request: Header `x-tenant` is missing; expected a string.',
    ],
    [
      'needs another value of a header',
      tenant({ enum: ['acme'] }),
      { headers: { 'x-tenant': 'other' } },
      'request: Header `x-tenant` is not valid; expected one of `acme`, got a string of 5 characters.',
    ],
    [
      'needs a field and does not allow others together, with the former first',
      {
        requestBody: { content: { 'application/json': { schema: { not: { required: ['b'] }, required: ['a'] } } } },
        ...answers({}),
      },
      { sent: { b: 1 } },
      'request: Field `a` is missing; expected a value.',
    ],
    ['has another status', { responses: { 201: json({}) } }, {}, 'answer: the document does not list the status 200'],
    [
      'has another media type for a body',
      { requestBody: { content: { 'application/merge-patch+json': { schema: {} } } }, ...answers({}) },
      { sent: {} },
      'request: the body is application/json; the document has application/merge-patch+json',
    ],
    [
      'has a range of other media types for a body',
      { requestBody: { content: { 'text/*': { schema: {} } } }, ...answers({}) },
      { sent: {} },
      'request: the body is application/json; the document has text/*',
    ],
    [
      'does not list a field',
      answers(ref('Named')),
      { answer: { name: 'a', naem: 'b' } },
      'answer: the document does not list the field `naem`',
    ],
    [
      'rules an answer out',
      answers({ not: { required: ['name'] } }),
      { answer: { name: 'a' } },
      'answer: body is what the document rules out',
    ],
    [
      'has a pattern that is none',
      answers({ type: 'object', properties: { name: { type: 'string', pattern: '(' } } }),
      { answer: { name: 'a' } },
      'answer: its schema cannot be used: Invalid regular expression: /(/: Unterminated group',
    ],
  ])('%s', async (_what, operation, recorded, said) => {
    expect(await reported(operation, recorded)).toEqual([said]);
  });
});

it('Other requests are answered while much traffic is checked', async () => {
  const opened = await openVendorDocument({ openapi: '3.0.3', paths: { '/things': { get: answers({}) } } }, 'x');
  const finder = finderForDocument(opened, { find: () => null, operationsOf: () => [] }, 'things');
  const text = JSON.stringify(Array.from({ length: 20_000 }, (_, at) => ({ [`name${at}`]: at })));
  const exchange: Exchange = {
    ...{ place: 'things.har:1', method: 'GET', url: '/things', headers: null },
    request: { mediaType: null, text: '' },
    response: { status: 200, mediaType: 'application/json', text },
  };
  let turns = 0;
  let timer = setImmediate(function count() {
    turns += 1;
    timer = setImmediate(count);
  });
  const { checked } = await checkExchanges(finder, Array(39).fill(exchange));
  clearImmediate(timer);

  expect(checked).toBe(39);
  expect(turns).toBeGreaterThan(10);
});

/** The operations of a document, as it is judged by. */
async function operationsOf(document: object) {
  const opened = await openVendorDocument({ openapi: '3.0.3', ...document }, '--spec things.json');
  return ['GET /things', 'GET /api/things', 'POST /things', 'POST /api/things'].filter((one) => {
    const [method = '', path = ''] = one.split(' ');
    return opened.find(method, path) !== null;
  });
}

describe('The paths of a document', () => {
  const [get, post] = [answers({}), answers({})];
  const [root, api] = [[{ url: 'https://a.example' }], [{ url: 'https://a.example/api' }]];

  it.each([
    ['of the document', { servers: api, paths: { '/things': { get, post } } }],
    ['of the path', { servers: root, paths: { '/things': { servers: api, get, post } } }],
    [
      'of each operation',
      {
        servers: root,
        paths: { '/things': { servers: root, get: { ...get, servers: api }, post: { ...post, servers: api } } },
      },
    ],
  ])('begin with those of the servers %s', async (_what, document) => {
    expect(await operationsOf(document)).toEqual(['GET /api/things', 'POST /api/things']);
  });

  it('have the operations of each path that leads to them', async () => {
    const paths = { '/api/things': { get }, '/things': { get, post } };

    expect(await operationsOf({ servers: [...root, ...api], paths })).toEqual([
      'GET /things',
      'GET /api/things',
      'POST /things',
      'POST /api/things',
    ]);
  });
});

/** A document with three components, each of which refers to the next one so many times, and the last to the first. */
function circle(count: number): string {
  const [first, second, third] = ['A', 'B', 'C'].map(ref);
  const times = (schema: unknown) => ({ allOf: Array.from({ length: count }, () => schema) });
  const schemas = { A: times(second), B: times(third), C: times(first) };
  const paths = { '/a': { get: answers(first ?? {}) } };
  return JSON.stringify({ openapi: '3.0.3', info: {}, paths, components: { schemas } });
}

describe('A document that cannot be used is refused with a sentence that says why:', () => {
  it.each<[string, string, RegExp]>([
    ['no OpenAPI', '{"a": 1}', /has no `openapi`/],
    ['Swagger 2', '{"swagger": "2.0", "paths": {}}', /is a Swagger 2.0 document. Convert it to OpenAPI 3/],
    [
      'a broken reference',
      '{"openapi": "3.0.3", "paths": {"/a": {"get": {"responses": {"200": {"$ref": "#/b/c"}}}}}}',
      /leads nowhere: `#\/b\/c`/,
    ],
    ['too many references', circle(80), /its components refer to one another in too many ways/],
    [
      'schemas nested too deeply',
      circle(1).replace('{"allOf"', `{"not":${'{"not":'.repeat(9000)}{}${'}'.repeat(9000)},"allOf"`),
      /its schemas are too large, or nested too deeply/,
    ],
    ['parameters that are no list', '{"openapi": "3.0.3", "paths": {"/a": {"parameters": {}}}}', /Expected a list/],
  ])('%s', async (_name, text, message) => {
    await expect(openVendorDocument(JSON.parse(text), '--spec bad.json')).rejects.toThrow(message);
  });
});
