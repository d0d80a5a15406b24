import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { admin, application, plainBot, researcher } from '../../support/cast.ts';
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

const create = (name: string, as = token) => server.call(`POST ${KEYS}`, { token: as, body: { name } });
const list = async (as = token) => (await server.call(`GET ${KEYS}`, { token: as })).body.accessKeys;
const login = (clientId: string, clientSecret: string) =>
  server.grant({ grantType: 'client_credentials', clientId, clientSecret });

describe('an own access key', () => {
  it('is created with a secret that is shown this once', async () => {
    const answer = await create('ci-pipeline_2');

    expect(answer.status).toBe(201);
    expect(answer.body).toEqual({
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      name: 'ci-pipeline_2',
      clientId: expect.stringMatching(/^[0-9a-f]{16}$/),
      clientSecret: expect.stringMatching(/^[A-Za-z0-9]{32}$/),
      createdAt: now,
    });
    expect(answer.decision.effect).toBe('allow');
    expect(JSON.stringify(await list())).not.toContain(answer.body.clientSecret);
  });

  it('is listed after those made before it, with the time of its last login', async () => {
    const { body: made } = await create('second');
    const fresh = await list();
    await login(made.clientId, made.clientSecret);

    expect(fresh).toEqual([
      expect.objectContaining({ name: researcher.accessKey.name }),
      { id: made.id, name: 'second', clientId: made.clientId, createdAt: now, lastLogin: null },
    ]);
    expect((await list())[1].lastLogin).toBe(now);
  });

  it('is read by its id', async () => {
    const { body: made } = await create('one');
    const answer = await server.call(`GET ${KEYS}/${made.id}`, { token });

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({
      id: made.id,
      name: 'one',
      clientId: made.clientId,
      createdAt: now,
      lastLogin: null,
    });
  });

  it('gets no more tokens once it is deleted, and tokens it got before live on', async () => {
    const { body: made } = await create('gone');
    const { body: granted } = await login(made.clientId, made.clientSecret);
    const removed = await server.call(`DELETE ${KEYS}/${made.id}`, { token });

    expect(removed.status).toBe(204);
    expect(removed.body).toBeUndefined();
    expect((await login(made.clientId, made.clientSecret)).decision.reason).toBe('unknown_client');
    expect((await server.call(`GET ${KEYS}/${made.id}`, { token })).status).toBe(404);
    expect((await server.call(`DELETE ${KEYS}/${made.id}`, { token })).status).toBe(404);
    expect((await list(granted.accessToken)).map(({ name }: { name: string }) => name)).not.toContain('gone');
  });

  it('gets a new secret, and the old one ends at once', async () => {
    const { body: made } = await create('again');
    const answer = await server.call(`POST ${KEYS}/${made.id}/secret`, { token });

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({ clientSecret: expect.stringMatching(/^[A-Za-z0-9]{32}$/) });
    expect((await login(made.clientId, made.clientSecret)).decision.reason).toBe('wrong_secret');
    expect((await login(made.clientId, answer.body.clientSecret)).status).toBe(200);
  });

  it.each([
    ['an empty JSON body', { 'content-type': 'application/json', 'content-length': '0' }, ''],
    ['a body it does not need', { 'content-type': 'application/json' }, '{"any":"thing"}'],
  ])('gets a new secret by a request with %s', async (_what, headers, body) => {
    const { body: made } = await create('again');
    const answer = await server.call(`POST ${KEYS}/${made.id}/secret`, { token, headers, body });

    expect(answer.status).toBe(200);
  });
});

describe('the name of an access key', () => {
  it('is unique among the keys of its owner', async () => {
    await create('taken');
    const again = await create('taken');
    const elsewhere = await create('taken', await server.tokenOf(admin));

    expect(again.status).toBe(409);
    expect(again.body).toMatchObject({ code: 409, message: 'Resource with this name already exists' });
    expect(again.body.details).toContain('`taken`');
    expect(elsewhere.status).toBe(201);
  });

  it('is given once, however many ask for it at once', async () => {
    const answers = await Promise.all(Array.from({ length: 50 }, () => create('race')));
    const statuses = answers.map(({ status }) => status);

    expect(statuses.filter((status) => status === 201)).toHaveLength(1);
    expect(statuses.filter((status) => status === 409)).toHaveLength(49);
  });

  it('is free again when its key is deleted', async () => {
    const { body: made } = await create('free');
    await server.call(`DELETE ${KEYS}/${made.id}`, { token });

    expect((await create('free')).status).toBe(201);
  });
});

describe('the number of access keys', () => {
  it('is at most 20 for each user, and the refusal says so', async () => {
    for (let number = 2; number <= 20; number++) expect((await create(`key-${number}`)).status).toBe(201);
    const oneMore = await create('one-more');

    expect(oneMore.status).toBe(400);
    expect(oneMore.body.message).toContain('20 access keys');
    expect(oneMore.decision.effect).toBe('allow');
    expect((await create('key-2')).status).toBe(409);
    expect((await create('other', await server.tokenOf(admin))).status).toBe(201);
  });

  it('is what --runai-key-limit says', async () => {
    const narrow = await testServer({ runaiKeyLimit: 1 }, { seed: withoutRetired });
    const answer = await narrow.call(`POST ${KEYS}`, { token: await narrow.tokenOf(admin), body: { name: 'second' } });

    expect(answer.status).toBe(400);
    expect(answer.body.message).toContain('1 access key');
  });

  it('may be more than the hundred that a list has: the oldest are listed, and a finding counts the others', async () => {
    const wide = await testServer({ runaiKeyLimit: 200 }, { seed: withoutRetired });
    const as = await wide.tokenOf(admin);
    const before = (await wide.call(`GET ${ALL_KEYS}`, { token: as })).body.accessKeys.length;
    const make = async (first: number, last: number) => {
      for (let number = first; number <= last; number++) {
        await wide.call(`POST ${KEYS}`, { token: as, body: { name: `key-${number}` } });
      }
    };
    await make(1, 99);
    expect((await wide.call(`GET ${KEYS}`, { token: as })).body.accessKeys).toHaveLength(100);
    expect((await wide.call('GET /_mock/findings')).body.findings).toEqual([]);
    await make(100, 120);
    const own = (await wide.call(`GET ${KEYS}`, { token: as })).body.accessKeys;
    const all = (await wide.call(`GET ${ALL_KEYS}`, { token: as })).body.accessKeys;
    const { findings } = (await wide.call('GET /_mock/findings')).body;
    const reported = findings.filter(({ kind }: { kind: string }) => kind === 'list_cut');

    expect([own.length, all.length]).toEqual([100, 100]);
    expect(own.at(-1).name).toBe('key-99');
    expect(reported.map(({ message }: { message: string }) => message).toSorted()).toEqual([
      expect.stringContaining(`21 keys are missing from the response`),
      expect.stringContaining(`${before + 20} keys are missing`),
    ]);
    const last = (await wide.call(`GET ${ALL_KEYS}?createdBy=${admin.email}`, { token: as })).body.accessKeys;
    expect(last).toHaveLength(100);
  });
});

describe("another user's access key", () => {
  it.each(['GET', 'DELETE', 'POST'])('is not found by %s, and the decision says whose it is', async (method) => {
    const path = `${KEYS}/${admin.accessKey.id}${method === 'POST' ? '/secret' : ''}`;
    const answer = await server.call(`${method} ${path}`, { token });
    const { body: decision } = await server.call(`GET /_mock/decisions/${answer.decision.id}`);

    expect(answer.status).toBe(404);
    expect(answer.body).toEqual({ code: 404, message: 'Resource id not found.' });
    expect(decision).toMatchObject({ reason: 'foreign_object', target: admin.accessKey.id, boundTo: admin.email });
    expect(decision.explanation).toContain(admin.email);
  });

  it('looks the same as one that does not exist', async () => {
    const foreign = await server.call(`GET ${KEYS}/${admin.accessKey.id}`, { token });
    const missing = await server.call(`GET ${KEYS}/0d2c7f8e-0000-4000-8000-000000000000`, { token });

    expect(missing.body).toEqual(foreign.body);
    expect(missing.decision.reason).toBe('no_such_object');
  });
});

describe('applications and service accounts', () => {
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
  ])('have access keys of their own: %s', async (_what, credentials, name) => {
    const { body: granted } = await server.grant(credentials);
    const made = await create('of-a-machine', granted.accessToken);
    const everybody = await server.call(`GET /api/v1/administration/access-keys?createdBy=${name}`, {
      token: await server.tokenOf(admin),
    });

    expect(made.status).toBe(201);
    expect(await list(granted.accessToken)).toHaveLength(1);
    expect(everybody.body.accessKeys).toEqual([expect.objectContaining({ id: made.body.id, createdBy: name })]);
  });
});

it('no id and no client id has an underscore, which one official client rewrites', async () => {
  for (let number = 1; number < 20; number++) {
    const { body } = await create(`key-${number}`);
    expect(`${body.id}${body.clientId}`).not.toContain('_');
  }
});
