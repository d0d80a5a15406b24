/** The check of recorded traffic against a document of a vendor. */
import { describe, expect, it } from 'vitest';
import { checkExchanges } from '../../src/traffic/check.ts';
import type { Exchange } from '../../src/traffic/exchange.ts';
import { finderForDocument } from '../../src/traffic/operation-finder.ts';
import { openVendorDocument } from '../../src/vendor-document.ts';

const STRING = { type: 'string' };
const json = (schema: object) => ({ description: '', content: { 'application/json': { schema } } });

const NO_ROUTES = { find: () => null, operationsOf: () => [] };
const LOCATE = (_host: string, target: string) => ({ target, prefix: '', services: null, operation: null });

/** Creates the exchange of a request to `/things` that was answered with this JSON. */
const exchangeWith = (answer: unknown, more: Partial<Exchange> = {}): Exchange => ({
  place: 'things.har:1',
  method: 'GET',
  origin: '',
  url: '/things',
  headers: null,
  request: { mediaType: null, text: '' },
  response: { status: 200, mediaType: 'application/json', text: JSON.stringify(answer) },
  ...more,
});

/** Checks an exchange with `/things` against a document with this operation, and returns the violations. */
async function findViolations(operation: object, recorded: Recorded) {
  const { sent, status = 200, answer = {}, type = 'application/json', headers = null } = recorded;
  const method = sent === undefined ? 'GET' : 'POST';
  const item = { [method.toLowerCase()]: operation };
  const document = { openapi: '3.0.3', paths: { '/things': { $ref: '#/components/pathItems/Things' } }, ...PARTS };
  const components = { ...PARTS.components, pathItems: { Things: item } };
  const opened = await openVendorDocument({ ...document, components }, '--spec things.json');
  const exchange = exchangeWith(answer, {
    method,
    headers,
    ...(sent !== undefined && { request: { mediaType: type, text: JSON.stringify(sent) } }),
    response: { status, mediaType: 'application/json', text: JSON.stringify(answer) },
  });
  const { checked, violations } = await checkExchanges(finderForDocument(opened, NO_ROUTES, LOCATE, 'things'), [
    exchange,
  ]);
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

const withTenantHeader = (schema: object) => ({
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
const respondWith = (schema: object) => ({ responses: { 200: json(schema) } });

describe('valid traffic has no violations, if the document', () => {
  it.each<[what: string, operation: object, recorded: Recorded]>([
    ['has a schema that contains itself', respondWith(ref('Tree')), { answer: { name: 'a', parts: [{ name: 'b' }] } }],
    ['has the status `default`', { responses: { default: json(ref('Named')) } }, { answer: { name: 'a' } }],
    [
      'combines schemas of an object with `allOf`',
      respondWith({ allOf: [ref('Named'), ref('Sized')], properties: { more: STRING } }),
      { answer: { name: 'a', size: 1, more: 'x' } },
    ],
    [
      'has `nullable` without a type',
      respondWith({
        type: 'object',
        properties: { owner: { nullable: true, allOf: [ref('Named')] }, rest: { nullable: true } },
      }),
      { answer: { owner: null, rest: 1 } },
    ],
    ['requires a header that was sent', withTenantHeader({ type: 'integer' }), { headers: { 'x-tenant': '7' } }],
    [
      'requires a header that is redacted in the record',
      withTenantHeader({ enum: ['a'] }),
      { headers: { 'x-tenant': 'sha256:0c5e1f9a2b' } },
    ],
    ['requires a header, but no headers were recorded', withTenantHeader(STRING), {}],
    [
      'has unnecessary escapes in a pattern',
      respondWith({ type: 'object', properties: { name: { type: 'string', pattern: '^[a-z\\_\\-]+$' } } }),
      { answer: { name: 'a_b' } },
    ],
  ])('%s', async (_what, operation, recorded) => {
    expect(await findViolations(operation, recorded)).toEqual([]);
  });
});

describe('invalid traffic has violations, if the document', () => {
  it.each<[what: string, operation: object, recorded: Recorded, expected: string]>([
    [
      'has a schema that contains itself',
      respondWith(ref('Tree')),
      { answer: { parts: [] } },
      "answer: body must have required property 'name'",
    ],
    [
      'has the statuses `4XX` and `default`',
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
      'combines schemas of an object with `allOf`',
      respondWith({ allOf: [ref('Named'), ref('Sized')] }),
      { answer: { name: 'a' } },
      "answer: body must have required property 'size'",
    ],
    [
      'requires a header that was not sent',
      withTenantHeader(STRING),
      { headers: { accept: '*/*' } },
      'request: Header `x-tenant` is missing; expected a string.',
    ],
    [
      'requires another value of a header',
      withTenantHeader({ enum: ['acme'] }),
      { headers: { 'x-tenant': 'other' } },
      'request: Header `x-tenant` is not valid; expected one of `acme`, got a string of 5 characters.',
    ],
    [
      'requires a field and rejects a combination of fields, with the missing field first',
      {
        requestBody: { content: { 'application/json': { schema: { not: { required: ['b'] }, required: ['a'] } } } },
        ...respondWith({}),
      },
      { sent: { b: 1 } },
      'request: Field `a` is missing; expected a value.',
    ],
    [
      'has another media type for a body',
      { requestBody: { content: { 'application/merge-patch+json': { schema: {} } } }, ...respondWith({}) },
      { sent: {} },
      'request: the body is application/json; the document has application/merge-patch+json',
    ],
    [
      'excludes a response with `not`',
      respondWith({ not: { required: ['name'] } }),
      { answer: { name: 'a' } },
      'answer: body is what the document rules out',
    ],
    [
      'has an invalid pattern',
      respondWith({ type: 'object', properties: { name: { type: 'string', pattern: '(' } } }),
      { answer: { name: 'a' } },
      'answer: its schema cannot be used: Invalid regular expression: /(/: Unterminated group',
    ],
  ])('%s', async (_what, operation, recorded, expected) => {
    expect(await findViolations(operation, recorded)).toEqual([expected]);
  });
});

it('other requests are answered during the check of many exchanges', async () => {
  const opened = await openVendorDocument({ openapi: '3.0.3', paths: { '/things': { get: respondWith({}) } } }, 'x');
  const finder = finderForDocument(opened, NO_ROUTES, LOCATE, 'things');
  const exchange = exchangeWith(Array.from({ length: 20_000 }, (_, at) => ({ [`name${at}`]: at })));
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

/** Returns the operations that are found in a document. */
async function findOperations(document: object) {
  const opened = await openVendorDocument({ openapi: '3.0.3', ...document }, '--spec things.json');
  return ['GET /things', 'GET /api/things', 'POST /things', 'POST /api/things'].filter((operation) => {
    const [method = '', path = ''] = operation.split(' ');
    return opened.find(method, path) !== null;
  });
}

describe('the paths of a document', () => {
  const [get, post] = [respondWith({}), respondWith({})];
  const [root, api] = [[{ url: 'https://a.example' }], [{ url: 'https://a.example/api' }]];

  it('start with the paths of the servers of each operation', async () => {
    const things = { servers: root, get: { ...get, servers: api }, post: { ...post, servers: api } };

    expect(await findOperations({ servers: root, paths: { '/things': things } })).toEqual([
      'GET /api/things',
      'POST /api/things',
    ]);
  });

  it('may be defined by several servers, with the operations of all of them', async () => {
    const paths = { '/api/things': { get }, '/things': { get, post } };

    expect(await findOperations({ servers: [...root, ...api], paths })).toEqual([
      'GET /things',
      'GET /api/things',
      'POST /things',
      'POST /api/things',
    ]);
  });
});

/** Creates a document with a cycle of three components, with this number of references from each to the next. */
function createCycle(count: number): string {
  const [first, second, third] = ['A', 'B', 'C'].map(ref);
  const times = (schema: unknown) => ({ allOf: Array.from({ length: count }, () => schema) });
  const schemas = { A: times(second), B: times(third), C: times(first) };
  const paths = { '/a': { get: respondWith(first ?? {}) } };
  return JSON.stringify({ openapi: '3.0.3', info: {}, paths, components: { schemas } });
}

describe('an invalid document is rejected with the reason:', () => {
  it.each<[string, string, RegExp]>([
    ['too many references', createCycle(80), /its components refer to one another in too many ways/],
    [
      'schemas nested too deeply',
      createCycle(1).replace('{"allOf"', `{"not":${'{"not":'.repeat(9000)}{}${'}'.repeat(9000)},"allOf"`),
      /its schemas are too large, or nested too deeply/,
    ],
  ])('%s', async (_name, text, message) => {
    await expect(openVendorDocument(JSON.parse(text), '--spec bad.json')).rejects.toThrow(message);
  });
});
