import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { admin, application, plainBot, researcher } from '../../support/cast.ts';
import { listHints } from '../../support/hints.ts';
import { withoutRetired } from '../../support/seeds.ts';
import { START, testServer } from '../../support/server.ts';

const server = await testServer({}, { seed: withoutRetired });
const ALL_KEYS = '/api/v1/administration/access-keys';
const KEYS = '/api/v1/access-keys';
const now = new Date(START).toISOString();
let token: string;

beforeAll(async () => {
  token = await server.tokenOf(researcher);
});
beforeEach(async () => {
  await server.call('POST /_mock/reset');
});

const createKey = (name: string, as = token) => server.call(`POST ${KEYS}`, { token: as, body: { name } });
const listKeys = async (as = token) => (await server.call(`GET ${KEYS}`, { token: as })).body.accessKeys;
const logIn = (clientId: string, clientSecret: string) =>
  server.grant({ grantType: 'client_credentials', clientId, clientSecret });

describe('an access key of the caller', () => {
  it('is created with a secret that no later response contains', async () => {
    const answer = await createKey('ci-pipeline_2');

    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'ci-pipeline_2',
      clientId: expect.stringMatching(/^[0-9a-f]{16}$/),
      clientSecret: expect.stringMatching(/^[A-Za-z0-9]{32}$/),
      createdAt: now,
    });
    expect(answer.decision.effect).toBe('allow');
    expect(JSON.stringify(await listKeys())).not.toContain(answer.body.clientSecret);
  });

  it('is listed last, with the time of its last login', async () => {
    const { body: created } = await createKey('second');
    const before = await listKeys();
    await logIn(created.clientId, created.clientSecret);

    expect(before).toEqual([
      expect.objectContaining({ name: researcher.accessKey.name }),
      { id: created.id, name: 'second', clientId: created.clientId, createdAt: now, lastLogin: null },
    ]);
    expect((await listKeys())[1].lastLogin).toBe(now);
  });

  it('gets no tokens after it is deleted, and its earlier tokens remain valid', async () => {
    const { body: created } = await createKey('gone');
    const { body: granted } = await logIn(created.clientId, created.clientSecret);
    const removed = await server.call(`DELETE ${KEYS}/${created.id}`, { token });

    expect(removed.status).toBe(204);
    expect(removed.body).toBeUndefined();
    expect((await logIn(created.clientId, created.clientSecret)).decision.reason).toBe('unknown_client');
    expect((await server.call(`GET ${KEYS}/${created.id}`, { token })).status).toBe(404);
    expect((await server.call(`DELETE ${KEYS}/${created.id}`, { token })).status).toBe(404);
    expect((await listKeys(granted.accessToken)).map(({ name }: { name: string }) => name)).not.toContain('gone');
  });

  it('can get a new secret, which replaces the old secret immediately', async () => {
    const { body: created } = await createKey('again');
    const answer = await server.call(`POST ${KEYS}/${created.id}/secret`, { token });

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ clientSecret: expect.stringMatching(/^[A-Za-z0-9]{32}$/) });
    expect((await logIn(created.clientId, created.clientSecret)).decision.reason).toBe('wrong_secret');
    expect((await logIn(created.clientId, answer.body.clientSecret)).status).toBe(200);
  });
});

describe('the name of an access key', () => {
  it('is unique among the keys of its owner', async () => {
    await createKey('taken');
    const duplicate = await createKey('taken');
    const ofAdmin = await createKey('taken', await server.tokenOf(admin));

    expect(duplicate.status).toBe(409);
    expect(duplicate.body).toMatchObject({ code: 409, message: 'Resource with this name already exists' });
    expect(duplicate.body.details).toContain('`taken`');
    expect(ofAdmin.status).toBe(201);
  });

  it('is used once by 50 concurrent requests', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => createKey('race')));
    const statuses = answers.map(({ status }) => status);

    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(49);
  });
});

describe('the number of access keys', () => {
  it('is limited to 20 for each user: 400 names the limit', async () => {
    for (let number = 2; number <= 20; number++) expect((await createKey(`key-${number}`)).status).toBe(201);
    const rejected = await createKey('one-more');

    expect(rejected.status).toBe(400);
    expect(rejected.body.message).toContain('20 access keys');
    expect(rejected.decision.effect).toBe('allow');
    expect((await createKey('key-2')).status).toBe(409);
    expect((await createKey('other', await server.tokenOf(admin))).status).toBe(201);
  });

  it('can exceed 100: lists contain the oldest 100, and a hint counts the others', async () => {
    const unlimited = await testServer({ runaiKeyLimit: 200 }, { seed: withoutRetired });
    const as = await unlimited.tokenOf(admin);
    const before = (await unlimited.call(`GET ${ALL_KEYS}`, { token: as })).body.accessKeys.length;
    const createKeys = async (first: number, last: number) => {
      for (let number = first; number <= last; number++) {
        await unlimited.call(`POST ${KEYS}`, { token: as, body: { name: `key-${number}` } });
      }
    };
    await createKeys(1, 99);
    expect((await unlimited.call(`GET ${KEYS}`, { token: as })).body.accessKeys).toHaveLength(100);
    expect(await listHints(unlimited)).toEqual([]);
    await createKeys(100, 120);
    const own = (await unlimited.call(`GET ${KEYS}`, { token: as })).body.accessKeys;
    const all = (await unlimited.call(`GET ${ALL_KEYS}`, { token: as })).body.accessKeys;
    const hints = await listHints(unlimited);
    const reported = hints.filter(({ code }: { code: string }) => code === 'list_cut');

    expect([own.length, all.length]).toEqual([100, 100]);
    expect(own.at(-1).name).toBe('key-99');
    expect(reported.map(({ text }: { text: string }) => text).toSorted()).toEqual([
      expect.stringContaining(`21 keys are missing from the response`),
      expect.stringContaining(`${before + 20} keys are missing`),
    ]);
    const last = (await unlimited.call(`GET ${ALL_KEYS}?createdBy=${admin.email}`, { token: as })).body.accessKeys;
    expect(last).toHaveLength(100);
  });
});

it.each(['GET', 'DELETE', 'POST'])(
  'an access key of another user is not found by %s, and the decision names its owner',
  async (method) => {
    const path = `${KEYS}/${admin.accessKey.id}${method === 'POST' ? '/secret' : ''}`;
    const answer = await server.call(`${method} ${path}`, { token });
    const { body: decision } = await server.call(`GET /_mock/decisions/${answer.decision.id}`);

    expect(answer.status).toBe(404);
    expect(answer.body).toEqual({ code: 404, message: 'Resource id not found.' });
    expect(decision).toMatchObject({ reason: 'foreign_object', target: admin.accessKey.id, boundTo: admin.email });
    expect(decision.explanation).toContain(admin.email);
  },
);

it.each([
  [
    'an application',
    { grantType: 'app_token', AppId: application.name, AppSecret: application.secret },
    application.name,
  ],
  [
    'a service account',
    { grantType: 'client_credentials', clientId: plainBot.clientId, clientSecret: plainBot.clientSecret },
    plainBot.name,
  ],
])('applications and service accounts have their own access keys: %s', async (_what, credentials, name) => {
  const { body: granted } = await server.grant(credentials);
  const created = await createKey('of-a-machine', granted.accessToken);
  const keysOfOwner = await server.call(`GET /api/v1/administration/access-keys?createdBy=${name}`, {
    token: await server.tokenOf(admin),
  });

  expect(created.status).toBe(201);
  expect(await listKeys(granted.accessToken)).toHaveLength(1);
  expect(keysOfOwner.body.accessKeys).toEqual([expect.objectContaining({ id: created.body.id, createdBy: name })]);
});
