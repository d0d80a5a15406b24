import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { DEFAULT_TOKEN_LIFETIMES } from '../../../src/services/runai/token-lifetimes.ts';
import { active, adminBot, admin as adminUser, application, plainBot, researcher } from '../../support/cast.ts';
import { emptyFolder } from '../../support/folder.ts';
import { codeFields, codeOf, oauthError, postForm, REALM_TOKEN } from '../../support/oauth.ts';
import { expectRefused, NOTHING, RULES, type RunaiCaller, runaiServer, UUID } from '../../support/runai.ts';
import { withoutRetired } from '../../support/seeds.ts';
import { resetTestServer, START } from '../../support/server.ts';

const server = await runaiServer({}, { seed: withoutRetired });
const { admin, done } = server;
const now = new Date(START).toISOString();
const TEMPORARY_PASSWORD = /^[A-Za-z0-9]{16}$/;
let asResearcher: RunaiCaller;

beforeAll(async () => {
  asResearcher = server.as(await server.tokenOf(researcher));
});
const resetServer = async () => {
  await resetTestServer(server);
};

const logInByPassword = (username: string, password: string, on = server) =>
  on.grant({ grantType: 'password', username, password });
const refreshLogin = (refreshToken: string) => server.grant({ grantType: 'refresh_token', refreshToken });
const createUser = (email: string) => done(201, 'POST users', { email });

describe('a user', () => {
  beforeEach(resetServer);

  it('is created with a temporary password', async () => {
    const { status, body } = await admin('POST users', { email: 'Eve@acme.test' });
    const login = await logInByPassword('eve@acme.test', body.tempPassword);

    expect(status).toBe(201);
    expect(body).toEqual({
      id: expect.stringMatching(UUID),
      username: 'Eve@acme.test',
      tempPassword: expect.stringMatching(TEMPORARY_PASSWORD),
    });
    expect(login.status).toBe(200);
    expect(await done(200, `GET users/${body.id}`)).toEqual({
      id: body.id,
      username: 'Eve@acme.test',
      isLocal: true,
      createdBy: adminBot.name,
      createdAt: now,
      updatedAt: now,
      lastLogin: now,
    });
  });

  it('cannot have the email address of another user in any case: 409', async () => {
    for (const email of [researcher.email, researcher.email.toUpperCase()]) {
      const answer = await admin('POST users', { email });

      expectRefused(answer, 409, 'Resource with this name already exists', `There is already a user \`${email}\``);
    }
    expect(await done(200, 'GET users/count')).toEqual({ count: 2 });
  });

  it.each([{ resetPassword: true }, { resetPassword: false, notify: false }, { notify: true }])(
    'is created with %j, which has no effect',
    async (options) => {
      const { body } = await admin('POST users', { email: 'eve@acme.test', ...options });

      expect(body.tempPassword).toMatch(TEMPORARY_PASSWORD);
      expect(await server.hints('other_version')).toEqual([]);
    },
  );

  it.each(['eve@acme', '@acme.test', 'eve@ac me.test', `${'x'.repeat(246)}@acme.test`])(
    'is rejected with 400 if the email address is not valid: %s',
    async (email) => {
      expectRefused(await admin('POST users', { email }), 400, '`email`', 'is not valid');
    },
  );

  it.each([NOTHING, 'x', application.id, adminBot.id, researcher.email])('is not found by the id %s', async (id) => {
    for (const request of ['GET users/{}', 'DELETE users/{}', 'POST users/{}/logout', 'POST users/{}/password']) {
      const answer = await admin(request.replace('{}', id));

      expectRefused(answer, 404);
      expect(answer.decision.reason).toBe('no_such_object');
    }
  });
});

describe('a deleted user', () => {
  beforeEach(resetServer);

  it('is deleted with its tokens, logins and access keys', async () => {
    const { body: login } = await logInByPassword(researcher.email, researcher.password);
    const removed = await admin(`DELETE users/${researcher.id}`);
    const { clientId, clientSecret } = researcher.accessKey;
    const byKey = await server.grant({ grantType: 'client_credentials', clientId, clientSecret });

    expect(removed.status).toBe(204);
    expect(removed.body).toBeUndefined();
    for (const call of [server.as(login.accessToken), asResearcher]) {
      const answer = await call('GET access-keys');
      expectRefused(answer, 401);
      expect(answer.decision.reason).toBe('unknown_subject');
    }
    expect((await refreshLogin(login.refreshToken)).decision.reason).toBe('unknown_refresh_token');
    expect(byKey.decision.reason).toBe('unknown_client');
    expect((await logInByPassword(researcher.email, researcher.password)).decision.reason).toBe('unknown_user');
    expect((await done(200, 'GET administration/access-keys')).accessKeys).toHaveLength(1);
    expectRefused(await admin(`DELETE users/${researcher.id}`), 404);
    expect(await done(200, 'GET users/count')).toEqual({ count: 1 });
  });

  it('is deleted with a login that was revoked', async () => {
    const { body: login } = await logInByPassword(researcher.email, researcher.password);
    await done(200, `POST users/${researcher.id}/logout`);
    expect((await refreshLogin(login.refreshToken)).decision.reason).toBe('revoked_refresh_token');
    await done(204, `DELETE users/${researcher.id}`);

    expect((await refreshLogin(login.refreshToken)).decision.reason).toBe('unknown_refresh_token');
  });

  it('can be replaced by a new user with the same name, and its tokens remain invalid', async () => {
    await done(204, `DELETE users/${researcher.id}`);
    const successor = await createUser(researcher.email);

    expect(successor.id).not.toBe(researcher.id);
    expect((await asResearcher('GET access-keys')).decision.reason).toBe('unknown_subject');
    expect((await logInByPassword(researcher.email, researcher.password)).decision.reason).toBe('wrong_password');
  });

  it('can be the caller', async () => {
    const call = server.as(await server.tokenOf(adminUser));

    expect((await call(`DELETE users/${adminUser.id}`)).status).toBe(204);
    expect((await call('GET users')).decision.reason).toBe('unknown_subject');
    expect((await done(200, `GET ${RULES}?subjectType=user`)).totalRecords).toBe(1);
  });
});

describe('the logout of a user', () => {
  beforeEach(resetServer);

  it('revokes the tokens of their logins, but not the tokens of access keys', async () => {
    const { body: login } = await logInByPassword(researcher.email, researcher.password);
    const { body: refreshed } = await refreshLogin(login.refreshToken);
    const { body: loginOfAdmin } = await logInByPassword(adminUser.email, adminUser.password);
    const callers = [login, refreshed].map(({ accessToken }) => server.as(accessToken));
    for (const call of callers) expect((await call('GET access-keys')).status).toBe(200);
    const answer = await admin(`POST users/${researcher.id}/logout`);

    expect(answer.status).toBe(200);
    expect(answer.body).toBeUndefined();
    for (const call of callers) {
      const answer = await call('GET access-keys');
      expectRefused(answer, 401);
      expect(answer.decision.reason).toBe('revoked_token');
    }
    expect((await refreshLogin(refreshed.refreshToken)).decision.reason).toBe('revoked_refresh_token');
    expect((await asResearcher('GET access-keys')).status).toBe(200);
    expect((await server.as(loginOfAdmin.accessToken)('GET access-keys')).status).toBe(200);
    expect((await refreshLogin(loginOfAdmin.refreshToken)).status).toBe(200);
    const { body: newLogin } = await logInByPassword(researcher.email, researcher.password);
    expect((await server.as(newLogin.accessToken)('GET access-keys')).status).toBe(200);
  });

  it('invalidates their authorization codes', async () => {
    const code = await codeOf(server);
    await done(200, `POST users/${researcher.id}/logout`);

    oauthError(await postForm(server, REALM_TOKEN, codeFields(code)), 400, 'invalid_grant');
    const next = await codeOf(server);
    expect((await postForm(server, REALM_TOKEN, codeFields(next))).status).toBe(200);
  });

  it('revokes an access token that outlives its refresh token, even after another login', async () => {
    const HOUR = 3_600_000;
    const ownServer = await runaiServer({
      tokenLifetime: { ...DEFAULT_TOKEN_LIFETIMES, access: 2 * HOUR, refresh: HOUR },
    });
    const { body } = await logInByPassword(researcher.email, researcher.password, ownServer);
    ownServer.clock.set(START + HOUR + 60_000);
    await logInByPassword(adminUser.email, adminUser.password, ownServer);
    expect((await ownServer.as(body.accessToken)('GET access-keys')).status).toBe(200);
    await ownServer.done(200, `POST users/${researcher.id}/logout`);

    expect((await ownServer.as(body.accessToken)('GET access-keys')).decision.reason).toBe('revoked_token');
  });

  it('succeeds without a login, and when it is repeated', async () => {
    for (let attempt = 0; attempt < 2; attempt++) await done(200, `POST users/${researcher.id}/logout`);
  });
});

describe('the password of a user', () => {
  beforeEach(resetServer);

  it('can be replaced with a temporary password by an administrator', async () => {
    server.clock.set(START + 5000);
    const { status, body } = await admin(`POST users/${researcher.id}/password`);

    expect(status).toBe(200);
    expect(body).toEqual({ tempPassword: expect.stringMatching(TEMPORARY_PASSWORD) });
    expect((await logInByPassword(researcher.email, researcher.password)).decision.reason).toBe('wrong_password');
    expect((await logInByPassword(researcher.email, body.tempPassword)).status).toBe(200);
    expect((await done(200, `GET users/${researcher.id}`)).updatedAt).toBe(new Date(START + 5000).toISOString());
  });

  it('can be changed by the user', async () => {
    const newPassword = 'eight-or-more';
    const passwords = { currentPassword: researcher.password, newPassword };
    const answer = await asResearcher('POST me/password', passwords);

    expect(answer.status).toBe(200);
    expect(answer.body).toEqual({});
    expect((await logInByPassword(researcher.email, researcher.password)).decision.reason).toBe('wrong_password');
    expect((await logInByPassword(researcher.email, newPassword)).status).toBe(200);
    expectRefused(
      await asResearcher('POST me/password', passwords),
      400,
      '`currentPassword` is not the current password',
    );
  });

  const validPasswords = { currentPassword: researcher.password, newPassword: 'eight-or-more' };

  it.each(['seven77', 'x'.repeat(256)])('is rejected with 400 if the new one is %s', async (newPassword) => {
    expectRefused(await asResearcher('POST me/password', { ...validPasswords, newPassword }), 400, '`newPassword`');
  });

  it('cannot be changed by service accounts and applications', async () => {
    const bot = await server.login(plainBot.clientId, plainBot.clientSecret);
    const app = await server.grant({ grantType: 'app_token', AppId: application.name, AppSecret: application.secret });

    for (const { body } of [bot, app]) {
      const answer = await server.as(body.accessToken)('POST me/password', validPasswords);
      expectRefused(answer, 400, 'is not a local user');
    }
    expectRefused(await server.call('POST /api/v1/me/password', { body: validPasswords }), 401);
  });
});

describe('the list of users', async () => {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const file = join(await emptyFolder(), 'idp.json');
  await writeFile(file, JSON.stringify({ keys: [await exportJWK(publicKey)] }));
  const world = await runaiServer({ runaiIdp: [file] }, { seed: withoutRetired });
  const at = (second: number) => new Date(START + second * 1000).toISOString();
  const EXTERNAL = 'Zoe@idp.test';
  let externalToken: string;
  let firstLogin: string;

  /** Logs in the administrator and a user of the identity provider, and creates a local user, one second apart. */
  beforeAll(async () => {
    world.clock.set(START + 1000);
    await logInByPassword(adminUser.email, adminUser.password, world);
    world.clock.set(START + 2000);
    externalToken = await new SignJWT({ email: EXTERNAL, groups: ['night-shift'] })
      .setProtectedHeader({ alg: 'ES256' })
      .setSubject('zoe')
      .setExpirationTime(START / 1000 + 3600)
      .sign(privateKey);
    const { body } = await world.grant({ grantType: 'external_token_exchange', externalToken });
    firstLogin = body.accessToken;
    world.clock.set(START + 3000);
    await world.done(201, 'POST users', { email: 'bob@beta.test' });
  });

  const readZoe = () => world.done(200, 'GET users?search=zoe').then(([user]) => user);
  const listNames = async (query: string) =>
    (await world.done(200, `GET users?${query}`)).map(({ username }: { username: string }) => username);
  const filter = (text: string) => `filterBy=${encodeURIComponent(text)}`;
  const [ADMIN, RESEARCHER] = active.users.map(({ email }) => email) as [string, string];
  const BOB = 'bob@beta.test';

  it('contains all members of each user, oldest first', async () => {
    const created = { isLocal: true, createdBy: 'Run:ai', createdAt: at(0), updatedAt: null, lastLogin: null };
    const later = (second: number) => {
      return { id: expect.stringMatching(UUID), createdAt: at(second), updatedAt: at(second) };
    };

    expect(await world.done(200, 'GET users')).toEqual([
      { ...created, id: adminUser.id, username: ADMIN, lastLogin: at(1) },
      { ...created, id: researcher.id, username: RESEARCHER },
      {
        ...{ ...created, ...later(2), username: EXTERNAL, isLocal: false },
        ...{ groups: ['night-shift'], createdBy: '', lastLogin: at(2) },
      },
      { ...created, ...later(3), username: BOB, createdBy: adminBot.name },
    ]);
  });

  it.each([
    ['search=ACME', [ADMIN, RESEARCHER]],
    ['filter=ACME', [ADMIN, RESEARCHER]],
    ['search=zoe&filter=bob', [EXTERNAL]],
    ['search=night-shift', []],
    [filter(`username==${RESEARCHER}`), [RESEARCHER]],
    [filter(`createdBy==${adminBot.name}`), [BOB]],
    [filter('createdBy=@run'), [ADMIN, RESEARCHER]],
    [filter('isLocal==false'), [EXTERNAL]],
    [filter(`lastLogin>=${at(2)}`), [EXTERNAL]],
    [filter(`lastLogin<=${at(2)}`), [ADMIN, EXTERNAL]],
    [filter(`creationTime>=${at(2)},isLocal==true`), [BOB]],
    [filter(`lastUpdated>=${at(0)}`), [EXTERNAL, BOB]],
    [`${filter('isLocal==true')}&search=acme&sortBy=username&sortOrder=desc`, [RESEARCHER, ADMIN]],
    ['sortBy=username', [EXTERNAL, ADMIN, BOB, RESEARCHER]],
    ['sortBy=username&sortOrder=desc', [RESEARCHER, BOB, ADMIN, EXTERNAL]],
    ['sortBy=createdBy', [EXTERNAL, ADMIN, RESEARCHER, BOB]],
    ['sortBy=lastLogin&sortOrder=desc', [EXTERNAL, ADMIN, RESEARCHER, BOB]],
    ['sortBy=creationTime&sortOrder=desc', [BOB, EXTERNAL, ADMIN, RESEARCHER]],
    ['sortBy=lastUpdated', [ADMIN, RESEARCHER, EXTERNAL, BOB]],
    ['sortBy=type', [ADMIN, RESEARCHER, BOB, EXTERNAL]],
  ])('is filtered, sorted and paged by %s', async (query, names) => {
    expect(await listNames(query)).toEqual(names);
  });

  it.each([
    ['', 4],
    ['search=acme', 2],
    [filter('isLocal==false'), 1],
    [`${filter('isLocal==false')}&search=acme`, 0],
  ])('has a count for the query `%s`', async (query, count) => {
    expect(await world.done(200, `GET users/count?${query}`)).toEqual({ count });
  });

  it.each([
    ['sortBy=isLocal', 'sortBy'],
    [filter('type==local'), 'filterBy'],
    [filter('username!=x'), 'filterBy'],
    [filter('username=^x'), 'filterBy'],
  ])('rejects %s with 400', async (query, name) => {
    expectRefused(await world.admin(`GET users?${query}`), 400, `\`${name}\``);
  });

  it('contains users of an identity provider, who have no password', async () => {
    const { id } = await readZoe();
    const password = { currentPassword: 'any', newPassword: 'eight-or-more' };

    expectRefused(await world.admin(`POST users/${id}/password`), 400, `\`${EXTERNAL}\` is not a local user`);
    expectRefused(await world.as(firstLogin)('POST me/password', password), 400, 'is not a local user');
    expect((await logInByPassword(EXTERNAL, 'any', world)).decision.reason).toBe('external_user');
  });
});
