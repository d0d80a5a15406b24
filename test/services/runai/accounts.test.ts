import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { adminBot, application, cast, plainBot, researcher } from '../../support/cast.ts';
import { hasDriver } from '../../support/driver.ts';
import { emptyFolder } from '../../support/folder.ts';
import {
  expectRefused,
  NOTHING,
  RULES,
  type RunaiServer,
  runaiServer,
  SECRET,
  SYSTEM_ADMINISTRATOR,
  TENANT,
  UUID,
  VIEWER,
} from '../../support/runai.ts';
import { START } from '../../support/server.ts';

const now = new Date(START).toISOString();

/** Applications and service accounts are alike, but for some names. */
const APPLICATIONS = {
  list: 'apps',
  member: 'secret',
  subjectType: 'app',
  called: 'an application',
  first: cast.applications,
  other: plainBot,
  credentials: (name: string, secret: string) => ({ grantType: 'app_token', AppId: name, AppSecret: secret }),
} as const;
const SERVICE_ACCOUNTS = {
  list: 'service-accounts',
  member: 'clientSecret',
  subjectType: 'service-account',
  called: 'a service account',
  first: cast.serviceAccounts,
  other: application,
  credentials: (clientId: string, clientSecret: string) => ({
    ...{ grantType: 'client_credentials', clientId, clientSecret },
  }),
} as const;

/** The handlers are those of every version: only one tells everything. */
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

describe.each(cases)('$list, in $profile:', ({ profile, isWhole, list, member, credentials, ...names }) => {
  const server = servers[profile];
  const { admin, done } = server;

  beforeEach(async () => {
    server.clock.set(START);
    await server.call('POST /_mock/reset');
  });

  const create = (name = 'deploy-bot') => done(201, `POST ${list}`, { name });
  const login = (name: string, secret: string, on: RunaiServer = server) => on.grant(credentials(name, secret));
  const callerOf = async (name: string, secret: string, on: RunaiServer = server) => {
    const { status, body } = await login(name, secret, on);
    expect(status, JSON.stringify(body)).toBe(200);
    return on.as(body.accessToken);
  };
  const permissions = 'GET authorization/permissions';

  describe('a new one', () => {
    it('is made with a secret that is shown this once', async () => {
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

    it('is listed after those before it, and read by its id', async () => {
      const { id } = await create();
      const all = await done(200, `GET ${list}`);

      expect(all.map(({ name }: { name: string }) => name)).toEqual([
        ...names.first.map(({ name }) => name),
        'deploy-bot',
      ]);
      expect(all.at(-1)).toEqual({
        ...{ id, name: 'deploy-bot', clientId: 'deploy-bot', enabled: true, tenantId: TENANT },
        createdBy: profile === '2.19' ? application.name : adminBot.name,
        ...{ createdAt: now, updatedAt: now, lastLogin: null },
      });
      for (const one of all) expect(await done(200, `GET ${list}/${one.id}`)).toEqual(one);
    });

    if (!isWhole) return;

    it('may do nothing until there is an access rule, and then at once', async () => {
      const { name, [member]: secret } = await create();
      const call = await callerOf(name, secret);
      expect((await call(permissions)).body).toEqual([]);
      expect((await call('GET users')).decision).toMatchObject({
        reason: 'missing_permission',
        missing: ['users:read'],
      });
      const rule = { subjectId: name, subjectType: names.subjectType, roleId: SYSTEM_ADMINISTRATOR };
      await done(201, `POST ${RULES}`, { ...rule, scopeType: 'tenant', scopeId: TENANT });

      expect((await call('GET users')).status).toBe(200);
    });

    it('is seen to have logged in', async () => {
      const { id, name, [member]: secret } = await create();
      server.clock.set(START + 7000);
      await login(name, secret);

      expect((await done(200, `GET ${list}/${id}`)).lastLogin).toBe(new Date(START + 7000).toISOString());
    });

    it('is the only one of its kind with the name', async () => {
      await create();
      const refused = await admin(`POST ${list}`, { name: 'deploy-bot' });

      expectRefused(refused, 409, 'Resource with this name already exists');
      expect(refused.body.details).toContain(`There is already ${names.called} named \`deploy-bot\`.`);
      expect(await done(200, `GET ${list}`)).toHaveLength(names.first.length + 1);
    });

    it('may have the name of one of the other kind', async () => {
      const { id, name, [member]: secret } = await create(names.other.name);
      const call = await callerOf(name, secret);

      expect(id).not.toBe(names.other.id);
      expect((await call(permissions)).body).toEqual([]);
    });

    it('is one of many that are made with its name at once', async () => {
      const answers = await Promise.all(Array.from({ length: 10 }, () => admin(`POST ${list}`, { name: 'race' })));

      expect(answers.map(({ status }) => status).sort()).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
    });

    it('may be named with letters, digits, hyphens and underscores', async () => {
      for (const name of ['ab', 'a9', 'a-b', 'a_b', 'a--_0', 'x'.repeat(255)]) {
        expect((await create(name)).clientId).toBe(name);
      }
    });

    it('may not be named otherwise', async () => {
      const names_ = ['', 'a', 'A', 'Ab', 'aB', '1a', '-a', 'a-', 'a_', 'a b', 'ä1', 'a.b', 'ab\n', 'x'.repeat(256)];
      for (const name of [...names_, null, 7, ['ab'], undefined]) {
        expectRefused(await admin(`POST ${list}`, { name }), 400, '`name`');
      }
      expect(await done(200, `GET ${list}`)).toHaveLength(names.first.length);
    });
  });

  if (!isWhole) return;

  describe('a disabled one', () => {
    const switched = async (id: string, enabled: boolean) => {
      const answer = await admin(`PATCH ${list}/${id}`, { enabled });
      expect(answer.status).toBe(200);
      expect(answer.body).toBeUndefined();
    };

    it('gets no token, and those that it has do not count', async () => {
      const { id, name, [member]: secret } = await create();
      const call = await callerOf(name, secret);
      server.clock.set(START + 3000);
      await switched(id, false);
      const [refused, login_] = [await call(permissions), await login(name, secret)];

      expectRefused(refused, 401);
      expect(refused.decision).toMatchObject({ effect: 'deny', reason: 'disabled' });
      expectRefused(login_, 400);
      expect(login_.decision.reason).toBe('disabled');
      expect(await done(200, `GET ${list}/${id}`)).toMatchObject({
        ...{ enabled: false, createdAt: now, updatedAt: new Date(START + 3000).toISOString() },
      });
    });

    it('is as it was once it is enabled again: its tokens count', async () => {
      const { id, name, [member]: secret } = await create();
      const call = await callerOf(name, secret);
      await switched(id, false);
      await switched(id, true);

      expect((await call(permissions)).status).toBe(200);
      expect((await login(name, secret)).status).toBe(200);
      expect((await done(200, `GET ${list}/${id}`)).enabled).toBe(true);
    });

    it('may be disabled again, and keeps its secret and its rules', async () => {
      const { id, name, [member]: secret } = await create();
      const rule = { subjectId: name, subjectType: names.subjectType, roleId: VIEWER };
      await done(201, `POST ${RULES}`, { ...rule, scopeType: 'tenant', scopeId: TENANT });
      for (const enabled of [false, false, true, true]) await switched(id, enabled);
      const call = await callerOf(name, secret);

      expect((await call(permissions)).body).not.toEqual([]);
    });

    it('is not what a body without `enabled` asks for', async () => {
      const { id } = await create();
      for (const body of [{}, { enabled: 'no' }, { enabled: null }, { enabled: 0 }, [], null]) {
        expectRefused(await admin(`PATCH ${list}/${id}`, body), 400);
      }
      expect((await done(200, `GET ${list}/${id}`)).enabled).toBe(true);
    });
  });

  describe('a new secret', () => {
    it('ends the one before at once, and leaves tokens to run out', async () => {
      const { id, name, [member]: before } = await create();
      const call = await callerOf(name, before);
      server.clock.set(START + 3000);
      const { status, body } = await admin(`POST ${list}/${id}/secret`);
      const refused = await login(name, before);

      expect(status).toBe(200);
      expect(body).toEqual({ [member]: expect.stringMatching(SECRET) });
      expect(body[member]).not.toBe(before);
      expectRefused(refused, 400);
      expect(refused.decision.reason).toBe('wrong_secret');
      expect((await login(name, body[member])).status).toBe(200);
      expect((await call(permissions)).status).toBe(200);
      expect((await done(200, `GET ${list}/${id}`)).updatedAt).toBe(new Date(START + 3000).toISOString());
    });

    it('ends the tokens of the one before, too, where the server was started so', async () => {
      const strict = await runaiServer({ runai: profile, runaiRevokeOnDelete: true });
      const { id, name, [member]: first } = await strict.done(201, `POST ${list}`, { name: 'deploy-bot' });
      const other = await strict.done(201, `POST ${list}`, { name: 'other-bot' });
      const [before, again, others] = [
        await callerOf(name, first, strict),
        await callerOf(name, first, strict),
        await callerOf(other.name, other[member], strict),
      ];
      expect((await before(permissions)).status).toBe(200);
      const { [member]: second } = await strict.done(200, `POST ${list}/${id}/secret`);
      const renewed = await callerOf(name, second, strict);

      for (const call of [before, again]) {
        const refused = await call(permissions);
        expectRefused(refused, 401);
        expect(refused.decision).toMatchObject({ effect: 'deny', reason: 'revoked_token' });
      }
      expect((await renewed(permissions)).status).toBe(200);
      expect((await others(permissions)).status).toBe(200);
      await strict.done(200, `POST ${list}/${id}/secret`);
      expect((await renewed(permissions)).decision.reason).toBe('revoked_token');
    });

    it('leaves whoever is disabled disabled', async () => {
      const { id, name } = await create();
      await done(200, `PATCH ${list}/${id}`, { enabled: false });
      const { [member]: secret } = await done(200, `POST ${list}/${id}/secret`);

      expect((await login(name, secret)).decision.reason).toBe('disabled');
    });
  });

  describe('a deleted one', () => {
    it('is not there any more, and neither are its tokens', async () => {
      const { id, name, [member]: secret } = await create();
      const call = await callerOf(name, secret);
      const removed = await admin(`DELETE ${list}/${id}`);
      const [refused, login_] = [await call(permissions), await login(name, secret)];

      expect(removed.status).toBe(204);
      expect(removed.body).toBeUndefined();
      expectRefused(refused, 401);
      expect(refused.decision.reason).toBe('unknown_subject');
      expect(login_.decision.reason).toBe('unknown_client');
      expect(await done(200, `GET ${list}`)).toHaveLength(names.first.length);
      expectRefused(await admin(`GET ${list}/${id}`), 404);
    });

    it('gives its name back, and nothing that it had', async () => {
      const { id, name, [member]: secret } = await create();
      const call = await callerOf(name, secret);
      await done(204, `DELETE ${list}/${id}`);
      const heir = await create();

      expect(heir.id).not.toBe(id);
      expect((await login(name, secret)).decision.reason).toBe('wrong_secret');
      expect((await call(permissions)).decision.reason).toBe('unknown_subject');
    });
  });

  it.each([
    ['GET', ''],
    ['PATCH', ''],
    ['DELETE', ''],
    ['POST', '/secret'],
  ])('what is not there is not found by %s {id}%s', async (method, path) => {
    const body = method === 'PATCH' ? { enabled: true } : undefined;
    for (const id of [NOTHING, 'x', names.other.id, researcher.id, names.first[0]?.name]) {
      const answer = await admin(`${method} ${list}/${id}${path}`, body);

      expectRefused(answer, 404);
      expect(answer.decision.reason).toBe('no_such_object');
    }
  });
});

it.runIf(hasDriver).each([APPLICATIONS, SERVICE_ACCOUNTS])(
  '$list survive a restart as they are',
  async ({ list, member, credentials }) => {
    const config = { data: join(await emptyFolder(), 'mock.db') };
    const first = await runaiServer(config);
    const off = await first.done(201, `POST ${list}`, { name: 'off-bot' });
    await first.done(200, `PATCH ${list}/${off.id}`, { enabled: false });
    const on = await first.done(201, `POST ${list}`, { name: 'on-bot' });
    const { [member]: secret } = await first.done(200, `POST ${list}/${on.id}/secret`);
    await first.grant(credentials(on.name, secret));
    const before = await first.done(200, `GET ${list}`);
    await first.close();
    const second = await runaiServer(config);
    const login = async (name: string, with_: string) => second.grant(credentials(name, with_));

    expect(await second.done(200, `GET ${list}`)).toEqual(before);
    expect(before.at(-1).lastLogin).toBe(now);
    expect((await login(off.name, off[member])).decision.reason).toBe('disabled');
    expect((await login(on.name, on[member])).decision.reason).toBe('wrong_secret');
    expect((await login(on.name, secret)).status).toBe(200);
  },
);
