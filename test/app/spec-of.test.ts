/** `--spec-of`: the vendor's own document beside ours. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { admin } from '../support/cast.ts';
import { emptyFolder } from '../support/folder.ts';
import { type TestServer, testServer } from '../support/server.ts';
import { makeWorld, tokenOf } from '../support/worlds.ts';

const folder = await emptyFolder();

/** Our own document, changed, as a file. */
// biome-ignore lint/suspicious/noExplicitAny: any part of a document
async function documentFile(name: string, change: (document: any) => void): Promise<string> {
  const { body } = await (await testServer()).call('GET /openapi/runai.json');
  change(body);
  const file = join(folder, `${name}.json`);
  await writeFile(file, JSON.stringify(body));
  return `runai=${file}`;
}

let server: TestServer;
let token: string;

async function findings(): Promise<string[]> {
  const { body } = await server.call('GET /_mock/findings');
  return body.findings.map(({ kind, message }: { kind: string; message: string }) => `${kind}: ${message}`);
}

beforeAll(async () => {
  const specOf = await documentFile('changed', (document) => {
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
      expect.stringMatching(/^vendor_document: count_users: the answer does not fit --spec-of runai=.*must be string/),
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
    const told = await server.call(`GET /w/${id}/_mock/findings`);
    expect(told.body.findings.map(({ message }: { message: string }) => message)).toContainEqual(
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

it('What both allow, and what both refuse, is no finding', async () => {
  await server.call('GET /api/v1/access-keys', { token });
  await server.call('GET /api/v1/access-keys', { token: 'wrong' });
  await server.call('POST /api/v1/access-keys', { token, body: {} });
  expect(await findings()).toEqual([]);
});

describe('A document that cannot be used ends the start with a line that says why:', () => {
  it.each<[string, string, RegExp]>([
    ['a file that is not there', 'runai=/nowhere.json', /--spec-of \/nowhere.json cannot be read: it does not exist/],
    ['an unknown service', 'runia=x.json', /Did you mean `runai`/],
  ])('%s', async (_, specOf, message) => {
    await expect(testServer({ specOf: [specOf] })).rejects.toThrow(message);
  });

  it.each<[string, string, RegExp]>([
    ['no OpenAPI', '{"a": 1}', /has no `paths`/],
    ['Swagger 2', '{"swagger": "2.0", "paths": {}}', /OpenAPI version undefined. Expected version 3/],
    [
      'a broken reference',
      '{"openapi": "3.0.3", "paths": {"/a": {"get": {"responses": {"200": {"$ref": "#/b/c"}}}}}}',
      /#\/b\/c is referred to, and is not there/,
    ],
    ['no JSON', '{', /is not valid JSON/],
  ])('%s', async (name, text, message) => {
    const file = join(folder, `${name.replaceAll(' ', '-')}.json`);
    await writeFile(file, text);
    await expect(testServer({ specOf: [`runai=${file}`] })).rejects.toThrow(message);
  });
});
