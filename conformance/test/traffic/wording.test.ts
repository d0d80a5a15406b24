/** Equivalent documents of a vendor have the same result for recorded traffic. */
import { describe, expect, it } from 'vitest';
import { type Change, changedDocument } from '../../../test/support/changed-document.ts';
import { testServer } from '../../../test/support/server.ts';
import { checkExchanges } from '../../src/traffic/check.ts';
import type { Exchange } from '../../src/traffic/exchange.ts';
import { finderForDocument } from '../../src/traffic/operation-finder.ts';
import { openVendorDocument } from '../../src/vendor-document.ts';

const server = await testServer();
const [{ id, bearer: token }] = (await server.call('GET /_mock/cast')).body.runai.users;

/** Sends a request to the server, and returns the exchange as in an archive. */
async function exchange(request: string, body?: object): Promise<Exchange> {
  const [method = '', url = ''] = request.split(' ');
  const answer = await server.call(request, { token, ...(body !== undefined && { body }) });
  return {
    place: request,
    method,
    origin: '',
    url,
    headers: null,
    request: { mediaType: body === undefined ? null : 'application/json', text: JSON.stringify(body) ?? '' },
    response: { status: answer.status, mediaType: 'application/json', text: JSON.stringify(answer.body) },
  };
}

/** Checks exchanges with the server against a changed document. */
async function findViolations(change: Change, exchanges: readonly Exchange[]): Promise<string[]> {
  const opened = await openVendorDocument(changedDocument(change), '--spec changed.json');
  const locate = (_host: string, target: string) => ({ target, prefix: '', services: null, operation: null });
  const finder = finderForDocument(opened, { find: () => null, operationsOf: () => [] }, locate, 'runai');
  const { violations } = await checkExchanges(finder, exchanges);
  return violations.map(({ part, what }) => `${part}: ${what}`);
}

const withKeysAs =
  (name: string, step: string): Change =>
  (document) => {
    const { schemas } = document.components;
    Object.defineProperty(schemas, name, { value: schemas.AccessKeys, enumerable: true });
    const { responses } = document.paths['/api/v1/access-keys'].get;
    responses['200'].content['application/json'].schema = { $ref: `#/components/schemas/${step}` };
  };

/** A number for unique names of access keys. */
let number = 0;

describe('valid traffic has no violations with an equivalent document, which has', () => {
  const withServers =
    (servers: object[]): Change =>
    (document) => {
      const entries = Object.entries(document.paths).filter(([path]) => path.startsWith('/api/v1/'));
      document.paths = Object.fromEntries(entries.map(([path, item]) => [path.slice('/api/v1'.length), item]));
      document.servers = servers;
    };
  const withMediaType =
    (type: string): Change =>
    (document) => {
      for (const { content } of [
        document.components.responses['400BadRequest'],
        document.paths['/api/v1/access-keys'].post.requestBody,
        document.paths['/api/v1/access-keys'].post.responses['201'],
        document.paths['/api/v1/access-keys'].get.responses['200'],
      ]) {
        content[type] = content['application/json'];
        delete content['application/json'];
      }
    };
  const withKeys =
    (schema: (keys: object) => object): Change =>
    (document) => {
      document.components.schemas.AccessKeys = schema(document.components.schemas.AccessKeys);
    };
  it.each<[string, Change]>([
    ['a server with variables', withServers([{ url: '{at}/{v}', variables: { at: {}, v: { default: 'api/v1' } } }])],
    ['a server without a scheme', withServers([{ url: '//acme.example/api/v1/' }])],
    [
      'a path that refers to another path',
      ({ paths }) => {
        paths['/other'] = paths['/api/v1/access-keys'];
        paths['/api/v1/access-keys'] = { $ref: '#/paths/~1other' };
      },
    ],
    ['a media type with a parameter', withMediaType('application/json; charset=utf-8')],
    ['a media type in another case', withMediaType('Application/JSON')],
    [
      'a range of statuses in lower case',
      ({ paths }) => {
        const { responses } = paths['/api/v1/access-keys'].post;
        responses['4xx'] = responses['400'];
        delete responses['400'];
      },
    ],
    [
      'a parameter named `constructor`, a cookie and an `Authorization` header',
      ({ paths }) => {
        paths['/api/v1/users'].get.parameters.push(
          { name: 'constructor', in: 'query', schema: { type: 'integer' } },
          { name: 'x', in: 'cookie', required: true, schema: {} },
          { name: 'Authorization', in: 'header', required: true, schema: { enum: ['x'] } },
        );
      },
    ],
    [
      'a parameter of an operation that replaces a parameter of the path',
      ({ paths }) => {
        const [first] = paths['/api/v1/users'].get.parameters;
        paths['/api/v1/users'].parameters = [{ ...first, required: true }];
      },
    ],
    [
      'unusual paths, such as a trailing slash, a verb after a colon, and no slash',
      ({ paths }) => {
        const unusual = ['users/{another}', 'access-keys/', 'users/{id}:cancel', '*/keys(1)'];
        for (const path of [...unusual.map((path) => `/api/v1/${path}`), '/', 'x-paths'])
          paths[path] = { get: { responses: {} }, post: { responses: {} } };
      },
    ],
    [
      'a path parameter with another name',
      ({ paths }) => {
        const item = paths['/api/v1/users/{userId}'];
        delete paths['/api/v1/users/{userId}'];
        item.parameters = [{ name: 'user-id', in: 'path', required: true, schema: { format: 'uuid' } }];
        for (const method of ['get', 'delete', 'patch']) if (item[method]) item[method].parameters = [];
        paths['/api/v1/users/{user-id}'] = item;
      },
    ],
    ['an exclusive minimum as in OpenAPI 3.0', withKeys((keys) => ({ ...keys, minimum: 1, exclusiveMinimum: true }))],
    ['members in `patternProperties`', withKeys(() => ({ properties: {}, patternProperties: { '^access': {} } }))],
    ['members in `if` and `else`', withKeys((keys) => ({ properties: {}, if: false, else: keys }))],
    [
      'schemas with `$id`',
      withKeys((keys) => ({ $id: 'https://a.example', allOf: [{ ...keys, $id: 'https://a.example' }] })),
    ],
    [
      'members that are `writeOnly` in responses and `readOnly` in requests',
      ({ paths, components: { schemas } }) => {
        schemas.AccessKeys.properties.secret = { type: 'string', writeOnly: true };
        schemas.AccessKeys.required = ['secret'];
        const { schema } = paths['/api/v1/access-keys'].post.requestBody.content['application/json'];
        const requested = schemas[schema.$ref.split('/').at(-1)];
        requested.properties.id = { type: 'string', readOnly: true };
        requested.required = [...requested.required, 'id'];
      },
    ],
    [
      'members beside a reference',
      (document) => {
        const { schemas } = document.components;
        document.openapi = '3.1.0';
        schemas.AccessKeys = { $ref: '#/components/schemas/None', ...schemas.AccessKeys };
        schemas.None = { type: 'object', properties: {} };
      },
    ],
  ])('%s', async (_, change) => {
    number += 1;
    expect(
      await findViolations(change, [
        await exchange('GET /api/v1/access-keys'),
        await exchange('POST /api/v1/access-keys', { name: `fine-${number}` }),
        await exchange('GET /api/v1/users'),
        await exchange(`GET /api/v1/users/${id}`),
      ]),
    ).toEqual([]);
  });
});

it.each([
  ['a/~b', 'a~1~0b'],
  ['All keys', 'All%20keys'],
  ['constructor', 'constructor'],
  ['__proto__', '__proto__'],
])('responses are checked against a schema with the name %s', async (name, step) => {
  const change: Change = (document) => {
    withKeysAs(name, step)(document);
    document.components.schemas.AccessKeys.required = ['total'];
  };

  expect(await findViolations(change, [await exchange('GET /api/v1/access-keys')])).toEqual([
    expect.stringContaining("property 'total'"),
  ]);
});
