import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { active, researcher } from '../../support/cast.ts';
import { type RunaiCaller, runaiServer, SECRET, UUID } from '../../support/runai.ts';
import { withoutRetired } from '../../support/seeds.ts';
import { START } from '../../support/server.ts';

const server = await runaiServer({}, { seed: withoutRetired });
const { admin } = server;
const OWN = 'user-applications';
const ALL = `administration/${OWN}`;
const now = new Date(START).toISOString();
let asResearcher: RunaiCaller;

beforeAll(async () => {
  asResearcher = server.as(await server.tokenOf(researcher));
});
beforeEach(async () => {
  server.clock.set(START);
  await server.call('POST /_mock/reset');
});

const createApplication = async (name: string, call = asResearcher) => {
  const { status, body } = await call(`POST ${OWN}`, { name });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
};
const listKeys = async () => (await asResearcher('GET access-keys')).body.accessKeys;

describe('a user application', () => {
  it('is created with a secret', async () => {
    const { status, body } = await asResearcher(`POST ${OWN}`, { name: 'ci-pipeline_2' });

    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(UUID),
      name: 'ci-pipeline_2',
      clientId: expect.stringMatching(/^[0-9a-f]{16}$/),
      secret: expect.stringMatching(SECRET),
      createdAt: now,
    });
    expect((await server.login(body.clientId, body.secret)).status).toBe(200);
  });

  it('is the same object as an access key', async () => {
    const { secret: _, ...application } = await createApplication('application');
    const { body: accessKey } = await asResearcher('POST access-keys', { name: 'access-key' });
    const { status, body } = await asResearcher(`GET ${OWN}`);

    expect(status).toBe(200);
    expect(body).toEqual(await listKeys());
    expect(body.map(({ name }: { name: string }) => name)).toEqual([
      researcher.accessKey.name,
      'application',
      'access-key',
    ]);
    expect(body[1]).toEqual({ ...application, lastLogin: null });
    for (const { id } of [application, accessKey]) {
      const { body: read } = await asResearcher(`GET ${OWN}/${id}`);
      expect(read).toEqual((await asResearcher(`GET access-keys/${id}`)).body);
    }
  });
});

it('the administration of user applications lists the applications of all users with their owners', async () => {
  const { status, body } = await admin(`GET ${ALL}`);

  expect(status).toBe(200);
  expect(body).toEqual(
    active.users.map(({ email, accessKey: { id, name, clientId } }) => ({
      id,
      name,
      clientId,
      createdAt: now,
      createdBy: email,
      lastLogin: null,
    })),
  );
  expect(body).toEqual((await admin('GET administration/access-keys')).body.accessKeys);
});

it('--runai-revoke-on-delete revokes the tokens of a user application with a new secret or after deletion', async () => {
  const strict = await runaiServer({ runaiRevokeOnDelete: true });
  const call = strict.as(await strict.tokenOf(researcher));
  const createCaller = async (id: string, secret: string) =>
    strict.as((await strict.login(id, secret)).body.accessToken);
  for (const change of ['secret', 'delete']) {
    const { id, clientId, secret } = await createApplication(`for-${change}`, call);
    const oldCaller = await createCaller(clientId, secret);
    expect((await oldCaller(`GET ${OWN}`)).status).toBe(200);
    const { status, body } = await call(change === 'secret' ? `POST ${OWN}/${id}/secret` : `DELETE ${OWN}/${id}`);

    expect(status).toBe(change === 'secret' ? 200 : 204);
    expect((await oldCaller(`GET ${OWN}`)).decision).toMatchObject({ effect: 'deny', reason: 'revoked_token' });
    if (change === 'secret')
      expect((await (await createCaller(clientId, body.clientSecret))(`GET ${OWN}`)).status).toBe(200);
    else expect((await strict.login(clientId, secret)).decision.reason).toBe('unknown_client');
    expect((await call(`GET ${OWN}`)).status).toBe(200);
  }
});
