/** `--spec-of`: the vendor's own document beside ours. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { admin } from '../support/cast.ts';
import { emptyFolder } from '../support/folder.ts';
import { type TestServer, testServer } from '../support/server.ts';
import { documentFile } from '../support/vendor-document.ts';
import { makeWorld, tokenOf } from '../support/worlds.ts';

const folder = await emptyFolder();

let server: TestServer;
let token: string;

async function findings(): Promise<string[]> {
  const { body } = await server.call('GET /_mock/findings');
  return body.findings.map(({ kind, message }: { kind: string; message: string }) => `${kind}: ${message}`);
}

beforeAll(async () => {
  const specOf = await documentFile((document) => {
    const { paths, components } = document;
    document.servers = [{ url: 'https://acme.example/api/v1' }];
    document.paths = Object.fromEntries(
      Object.entries(paths).flatMap(([path, item]) =>
        path.startsWith('/api/v1/') ? [[path.slice('/api/v1'.length), item]] : [],
      ),
    );
    delete document.paths['/clusters'];
    components.schemas.Count = { type: 'object', required: ['count'], properties: { count: { type: 'string' } } };
    document.paths['/users/count'].get.responses['200'].content['application/json'].schema = {
      $ref: '#/components/schemas/Count',
    };
    const { post } = document.paths['/access-keys'];
    post.requestBody.content['application/json'].schema = {
      type: 'object',
      required: ['name', 'purpose'],
      properties: { name: { type: 'string' }, purpose: { type: 'string' } },
    };
  });
  server = await testServer({ specOf: [specOf] });
});

beforeEach(async () => {
  await server.call('POST /_mock/reset');
  token = await server.tokenOf(admin);
});

describe('A finding tells of', () => {
  it('an answer that only our document allows', async () => {
    await server.call('GET /api/v1/users/count', { token });
    expect(await findings()).toEqual([
      expect.stringMatching(
        /^vendor_document: count_users: the answer 200 does not fit --spec-of runai=.*must be string/,
      ),
    ]);
  });

  it('a request that only our document allows, in a world, too', async () => {
    await server.call('POST /api/v1/access-keys', { token, body: { name: 'fine' } });
    expect(await findings()).toContainEqual(
      expect.stringMatching(/create_access_key1: the request fits our document, but not .*`purpose` is missing/),
    );
    const { id, call, cast } = await makeWorld(server);
    const { body } = await call('POST /api/v1/access-keys', {
      token: await tokenOf(call, cast.runai.users[0].accessKey),
      body: { name: 'fine' },
    });
    expect(body.name).toBe('fine');
    const reported = await server.call(`GET /w/${id}/_mock/findings`);
    expect(reported.body.findings.map(({ message }: { message: string }) => message)).toContainEqual(
      expect.stringMatching(/create_access_key1: the request fits our document, but not .*`purpose` is missing/),
    );
  });

  it('a request that only the vendor allows', async () => {
    await server.call('POST /api/v1/access-keys', { token, body: { name: 'Not As We Say', purpose: 'ci' } });
    expect(await findings()).toContainEqual(
      expect.stringMatching(/create_access_key1: the request fits --spec-of runai=.*, but not our document: .*`name`/),
    );
  });

  it('an operation that the vendor does not have', async () => {
    await server.call('GET /api/v1/clusters', { token });
    expect(await findings()).toContainEqual(expect.stringContaining('is not in --spec-of runai='));
  });
});

describe("A vendor's document", () => {
  const ok = (schema: object, type = 'application/json') => ({ description: 'ok', content: { [type]: { schema } } });
  const ref = (name: string) => ({ $ref: `#/components/schemas/${name}` });
  const user = { type: 'object', properties: { name: { type: 'string', pattern: '^[a-z\\\\_\\\\.]+$' }, email: {} } };

  /** What is found of requests, with these paths and schemas in the document. */
  async function foundWith(paths: object, schemas: object, requests: readonly [string, object?][]): Promise<string[]> {
    const file = join(folder, 'vendors.json');
    await writeFile(file, JSON.stringify({ openapi: '3.1.0', info: {}, paths, components: { schemas } }));
    const server = await testServer({ specOf: [`runai=${file}`] });
    const token = (await server.call('GET /_mock/cast')).body.runai.users[0].bearer;
    for (const [request, given] of requests) await server.call(request, { token, ...given });
    const { body } = await server.call('GET /_mock/findings');
    return body.findings
      .filter(({ kind }: { kind: string }) => kind === 'vendor_document')
      .map(({ message }: { message: string }) => message.replaceAll(`--spec-of runai=${file}`, 'THEIRS'))
      .reverse();
  }

  it('may have schemas that refer to themselves, and names what they do not', async () => {
    const clusters = { get: { responses: { 200: ok({ type: 'array', items: ref('Cluster') }) } } };
    const schemas = {
      Cluster: {
        type: 'object',
        properties: { uuid: ref('Uuid'), name: {}, next: ref('Cluster'), status: ref('State') },
      },
      Uuid: { type: 'string', format: 'uuid' },
      State: { type: 'object', properties: { state: {}, parts: { type: 'array', items: ref('State') } } },
    };

    const found = await foundWith({ '/api/v1/clusters': clusters }, schemas, [['GET /api/v1/clusters']]);

    expect(found[0]).toMatch(
      /^get_clusters: the answer 200 does not fit THEIRS: it does not name the field `\[0\]\.\w+`/,
    );
    expect(found.join()).not.toMatch(/`\[0\]\.(?:uuid|name|status)`/);
  });

  it('may compose an answer of open schemas, for a range of statuses and of media types', async () => {
    const known = (await server.call('GET /api/v1/access-keys', { token })).body;
    const named = (names: string[]) => ({
      type: 'object',
      properties: Object.fromEntries(names.map((one) => [one, {}])),
    });
    const [first = '', ...others] = Object.keys(known.accessKeys[0]);
    const schemas = { One: named([first]), Others: named(others) };
    const items = { allOf: [ref('One'), { oneOf: [ref('Others'), { type: 'string' }] }] };
    const responses = {
      '2XX': ok({ type: 'object', properties: { accessKeys: { type: 'array', items } } }, 'application/*'),
      default: ok({}, '*/*'),
    };
    const get = { responses };

    const requests: [string, object?][] = [
      ['GET /api/v1/access-keys'],
      ['GET /api/v1/access-keys', { token: 'wrong' }],
    ];
    expect(await foundWith({ '/api/v1/access-keys': { get } }, schemas, requests)).toEqual([]);
  });

  it('that takes no body, or only another media type, is a finding', async () => {
    const responses = { default: ok({}, '*/*') };
    const keys = { post: { responses } };
    const users = { post: { requestBody: { content: { 'text/xml': {} } }, responses } };

    const found = await foundWith({ '/api/v1/access-keys': keys, '/api/v1/users': users }, {}, [
      ['POST /api/v1/access-keys', { body: { name: 'fine' } }],
      ['POST /api/v1/users', { body: { email: 'new@acme.test' } }],
    ]);

    expect(found).toEqual([
      'create_access_key1: the request fits our document, but not THEIRS: it does not name the media type `application/json` for the body',
      'create_user: the request fits our document, but not THEIRS: it does not name the media type `application/json` for the body',
    ]);
  });

  it('with what only it has is a finding: a path, a query parameter, a field, a media type', async () => {
    const responses = { default: ok({}, '*/*') };
    const body = { content: { 'application/json': { schema: user }, 'text/*': {} } };
    const paths = {
      '/api/v1/users': {
        get: { parameters: [{ name: 'region', in: 'query' }], responses },
        post: { requestBody: body, responses },
      },
      '/api/v1/regions/{region}': { get: { responses } },
    };

    const found = await foundWith(paths, {}, [
      ['GET /api/v1/users?region=eu&filterBy=name==a'],
      ['GET /api/v1/regions/eu'],
      ['POST /api/v1/users', { body: { email: 'new@acme.test', name: 'a_b' } }],
      ['POST /api/v1/users', { body: 'email', headers: { 'content-type': 'text/plain' } }],
    ]);

    expect(found).toEqual([
      'get_users: the request fits our document, but not THEIRS: it does not name the query parameter `filterBy`',
      'get_users: the request fits THEIRS, but not our document: it does not name the query parameter `region`',
      'GET /api/v1/regions/eu is in THEIRS, but not in our document',
      'create_user: the request fits THEIRS, but not our document: it does not name the field `name`',
      expect.stringMatching(/^create_user: the request fits THEIRS, but not our document: The body must be JSON/),
    ]);
  });
});

it('What both allow, and what both refuse, is no finding', async () => {
  await server.call('GET /api/v1/users?limit=1?', { token });
  await server.call('GET /api/v1/access-keys', { token });
  await server.call('GET /api/v1/access-keys', { token: 'wrong' });
  await server.call('POST /api/v1/access-keys', { token, body: {} });
  expect(await findings()).toEqual([]);
});

/** A document with three components, each of which refers to the next one so many times, and the last to the first. */
function circle(count: number): string {
  const [first, second, third] = ['A', 'B', 'C'].map((name) => ({ $ref: `#/components/schemas/${name}` }));
  const times = (schema: unknown) => ({ allOf: Array.from({ length: count }, () => schema) });
  const schemas = { A: times(second), B: times(third), C: times(first) };
  const content = { 'application/json': { schema: first } };
  const paths = { '/a': { get: { responses: { 200: { description: '', content } } } } };
  return JSON.stringify({ openapi: '3.0.3', info: {}, paths, components: { schemas } });
}

it('Two documents of one service are refused', async () => {
  await expect(testServer({ specOf: ['runai=a.json', 'runai=b.json'] })).rejects.toThrow(
    /--spec-of names `runai` twice, in runai=a.json and runai=b.json. Keep one of them/,
  );
});

describe('A document that cannot be used ends the start with a line that says why:', () => {
  it.each<[string, string, RegExp]>([
    ['a URL', 'runai=https://a.example/x.json', /is a URL. Download the document, and give its file/],
    ['a file that is not there', 'runai=/nowhere.json', /--spec-of \/nowhere.json cannot be read: it does not exist/],
    ['an unknown service', 'runia=x.json', /Did you mean `runai`/],
  ])('%s', async (_, specOf, message) => {
    await expect(testServer({ specOf: [specOf] })).rejects.toThrow(message);
  });

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
    ['no JSON', '{', /is not valid JSON/],
  ])('%s', async (name, text, message) => {
    const file = join(folder, `${name.replaceAll(' ', '-')}.json`);
    await writeFile(file, text);
    await expect(testServer({ specOf: [`runai=${file}`] })).rejects.toThrow(message);
  });
});
