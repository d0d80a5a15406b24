import { beforeEach, describe, expect, it } from 'vitest';
import { adminBot, application, cast, plainBot, researcher } from '../../support/cast.ts';
import {
  expectRefused,
  NOTHING,
  RULES,
  type RunaiServer,
  runaiServer,
  SECRET,
  TENANT,
  UUID,
  VIEWER,
} from '../../support/runai.ts';
import { START } from '../../support/server.ts';

const now = new Date(START).toISOString();

/** Applications and service accounts differ only in some names. */
const APPLICATIONS = {
  list: 'apps',
  member: 'secret',
  subjectType: 'app',
  phrase: 'an application',
  seeded: cast.applications,
  otherKind: plainBot,
  credentials: (name: string, secret: string) => ({ grantType: 'app_token', AppId: name, AppSecret: secret }),
} as const;
const SERVICE_ACCOUNTS = {
  list: 'service-accounts',
  member: 'clientSecret',
  subjectType: 'service-account',
  phrase: 'a service account',
  seeded: cast.serviceAccounts,
  otherKind: application,
  credentials: (clientId: string, clientSecret: string) => ({
    grantType: 'client_credentials',
    clientId,
    clientSecret,
  }),
} as const;

/** All versions share the handlers, so `isWhole` runs every test in only one version of each kind. */
const cases = [
  { profile: '2.19', isWhole: false, ...APPLICATIONS },
  { profile: '2.24', isWhole: true, ...APPLICATIONS },
  { profile: '2.24', isWhole: false, ...SERVICE_ACCOUNTS },
  { profile: '3.0', isWhole: true, ...SERVICE_ACCOUNTS },
] as const;

const servers = {
  '2.19': await runaiServer({ runai: '2.19' }),
  '2.24': await runaiServer(),
  '3.0': await runaiServer({ runai: '3.0' }),
};

describe.each(cases)('$list of $profile', ({ profile, isWhole, list, member, credentials, ...names }) => {
  const server = servers[profile];
  const { admin, done } = server;

  beforeEach(async () => {
    server.clock.set(START);
    await server.call('POST /_mock/reset');
  });

  const createAccount = (name = 'deploy-bot') => done(201, `POST ${list}`, { name });
  const logIn = (name: string, secret: string, on: RunaiServer = server) => on.grant(credentials(name, secret));
  const createCaller = async (name: string, secret: string, on: RunaiServer = server) => {
    const { status, body } = await logIn(name, secret, on);
    expect(status, JSON.stringify(body)).toBe(200);
    return on.as(body.accessToken);
  };
  const permissions = 'GET authorization/permissions';

  describe('a new account', () => {
    it('is created with a secret that no later response contains', async () => {
      const { status, body } = await admin(`POST ${list}`, { name: 'deploy-bot_2' });

      expect(status).toBe(201);
      expect(body).toEqual({
        id: expect.stringMatching(UUID),
        name: 'deploy-bot_2',
        clientId: 'deploy-bot_2',
        [member]: expect.stringMatching(SECRET),
      });
      expect(JSON.stringify(await done(200, `GET ${list}`))).not.toContain(body[member]);
      expect(JSON.stringify(await done(200, `GET ${list}/${body.id}`))).not.toContain(body[member]);
    });

    it('is listed last, and can be read by id', async () => {
      const { id } = await createAccount();
      const all = await done(200, `GET ${list}`);

      expect(all.map(({ name }: { name: string }) => name)).toEqual([
        ...names.seeded.map(({ name }) => name),
        'deploy-bot',
      ]);
      expect(all.at(-1)).toEqual({
        id,
        name: 'deploy-bot',
        clientId: 'deploy-bot',
        enabled: true,
        tenantId: TENANT,
        createdBy: profile === '2.19' ? application.name : adminBot.name,
        createdAt: now,
        updatedAt: now,
        lastLogin: null,
      });
      for (const account of all) expect(await done(200, `GET ${list}/${account.id}`)).toEqual(account);
    });

    if (!isWhole) return;

    it('has the time of its last login', async () => {
      const { id, name, [member]: secret } = await createAccount();
      server.clock.set(START + 7000);
      await logIn(name, secret);

      expect((await done(200, `GET ${list}/${id}`)).lastLogin).toBe(new Date(START + 7000).toISOString());
    });

    it('cannot have the name of an account of the same kind: 409', async () => {
      await createAccount();
      const answer = await admin(`POST ${list}`, { name: 'deploy-bot' });

      expectRefused(answer, 409, 'Resource with this name already exists');
      expect(answer.body.details).toContain(`There is already ${names.phrase} named \`deploy-bot\`.`);
      expect(await done(200, `GET ${list}`)).toHaveLength(names.seeded.length + 1);
    });

    it('can have the name of an account of the other kind', async () => {
      const { id, name, [member]: secret } = await createAccount(names.otherKind.name);
      const call = await createCaller(name, secret);

      expect(id).not.toBe(names.otherKind.id);
      expect((await call(permissions)).body).toEqual([]);
    });

    it('can have a name of letters, digits, hyphens and underscores', async () => {
      for (const name of ['ab', 'a9', 'a-b', 'a_b', 'a--_0', 'x'.repeat(255)]) {
        expect((await createAccount(name)).clientId).toBe(name);
      }
    });

    it('cannot have an invalid name: 400', async () => {
      for (const name of ['', 'a', 'Ab', '1a', 'a-', 'a b', 'ab\n', 'x'.repeat(256)]) {
        expectRefused(await admin(`POST ${list}`, { name }), 400, '`name`');
      }
      expect(await done(200, `GET ${list}`)).toHaveLength(names.seeded.length);
    });
  });

  if (!isWhole) return;

  describe('a disabled account', () => {
    const setEnabled = async (id: string, enabled: boolean) => {
      const answer = await admin(`PATCH ${list}/${id}`, { enabled });
      expect(answer.status).toBe(200);
      expect(answer.body).toBeUndefined();
    };

    it('gets no token, and its tokens are rejected', async () => {
      const { id, name, [member]: secret } = await createAccount();
      const call = await createCaller(name, secret);
      expect((await call(permissions)).status).toBe(200);
      server.clock.set(START + 3000);
      await setEnabled(id, false);
      const [response, login] = [await call(permissions), await logIn(name, secret)];

      expectRefused(response, 401);
      expect(response.decision).toMatchObject({ effect: 'deny', reason: 'disabled' });
      expectRefused(login, 400);
      expect(login.decision.reason).toBe('disabled');
      expect(await done(200, `GET ${list}/${id}`)).toMatchObject({
        enabled: false,
        createdAt: now,
        updatedAt: new Date(START + 3000).toISOString(),
      });
    });

    it('can be disabled and enabled twice, and keeps its secret and its rules', async () => {
      const { id, name, [member]: secret } = await createAccount();
      const rule = { subjectId: name, subjectType: names.subjectType, roleId: VIEWER };
      await done(201, `POST ${RULES}`, { ...rule, scopeType: 'tenant', scopeId: TENANT });
      for (const enabled of [false, false, true, true]) await setEnabled(id, enabled);
      const call = await createCaller(name, secret);

      expect((await call(permissions)).body).not.toEqual([]);
    });
  });

  describe('a new secret', () => {
    it('replaces the old secret immediately, and does not revoke tokens', async () => {
      const { id, name, [member]: before } = await createAccount();
      const call = await createCaller(name, before);
      server.clock.set(START + 3000);
      const { status, body } = await admin(`POST ${list}/${id}/secret`);
      const login = await logIn(name, before);

      expect(status).toBe(200);
      expect(body).toEqual({ [member]: expect.stringMatching(SECRET) });
      expect(body[member]).not.toBe(before);
      expectRefused(login, 400);
      expect(login.decision.reason).toBe('wrong_secret');
      expect((await logIn(name, body[member])).status).toBe(200);
      expect((await call(permissions)).status).toBe(200);
      expect((await done(200, `GET ${list}/${id}`)).updatedAt).toBe(new Date(START + 3000).toISOString());
    });

    it('revokes the tokens of the old secret with --runai-revoke-on-delete', async () => {
      const strict = await runaiServer({ runai: profile, runaiRevokeOnDelete: true });
      const { id, name, [member]: first } = await strict.done(201, `POST ${list}`, { name: 'deploy-bot' });
      const otherAccount = await strict.done(201, `POST ${list}`, { name: 'other-bot' });
      const [firstCaller, secondCaller, otherCaller] = [
        await createCaller(name, first, strict),
        await createCaller(name, first, strict),
        await createCaller(otherAccount.name, otherAccount[member], strict),
      ];
      expect((await firstCaller(permissions)).status).toBe(200);
      const { [member]: second } = await strict.done(200, `POST ${list}/${id}/secret`);
      const callerWithNewSecret = await createCaller(name, second, strict);

      for (const call of [firstCaller, secondCaller]) {
        const response = await call(permissions);
        expectRefused(response, 401);
        expect(response.decision).toMatchObject({ effect: 'deny', reason: 'revoked_token' });
      }
      expect((await callerWithNewSecret(permissions)).status).toBe(200);
      expect((await otherCaller(permissions)).status).toBe(200);
      await strict.done(200, `POST ${list}/${id}/secret`);
      expect((await callerWithNewSecret(permissions)).decision.reason).toBe('revoked_token');
    });
  });

  describe('a deleted account', () => {
    it('is not found, and its tokens are rejected', async () => {
      const { id, name, [member]: secret } = await createAccount();
      const call = await createCaller(name, secret);
      const removed = await admin(`DELETE ${list}/${id}`);
      const [response, login] = [await call(permissions), await logIn(name, secret)];

      expect(removed.status).toBe(204);
      expect(removed.body).toBeUndefined();
      expectRefused(response, 401);
      expect(response.decision.reason).toBe('unknown_subject');
      expect(login.decision.reason).toBe('unknown_client');
      expect(await done(200, `GET ${list}`)).toHaveLength(names.seeded.length);
      expectRefused(await admin(`GET ${list}/${id}`), 404);
    });
  });

  it.each([
    ['GET', ''],
    ['PATCH', ''],
    ['DELETE', ''],
    ['POST', '/secret'],
  ])('%s {id}%s returns 404 for an unknown id', async (method, path) => {
    const body = method === 'PATCH' ? { enabled: true } : undefined;
    for (const id of [NOTHING, 'x', names.otherKind.id, researcher.id, names.seeded[0]?.name]) {
      const answer = await admin(`${method} ${list}/${id}${path}`, body);

      expectRefused(answer, 404);
      expect(answer.decision.reason).toBe('no_such_object');
    }
  });
});
