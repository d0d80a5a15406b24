/** Clients that request a grant of another kind of client, at each token endpoint of each version (RFC 6749, 5.2). */

import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { GRANT_TYPES } from '../../../src/services/runai/tables/index.ts';
import type { Profile } from '../../../src/services/runai/tables/profiles.ts';
import { admin, adminBot, application, researcher } from '../../support/cast.ts';
import { listHints } from '../../support/hints.ts';
import {
  CALLBACK,
  oauthError,
  PUBLIC_CLIENT,
  postForm,
  REALM_TOKEN,
  sendWithToken,
  V2_TOKEN,
} from '../../support/oauth.ts';
import { type Answer, type TestServer, testServer } from '../../support/server.ts';

const PROFILES = ['2.19', '2.24', '3.0'] as const satisfies readonly Profile[];
const WRONG_SECRET = 'not-the-secret';
const INVALID_CLIENT_MESSAGE = 'The client id or the secret is not valid.';

const servers = new Map(
  await Promise.all(
    PROFILES.map(async (runai): Promise<[string, TestServer, string]> => {
      const server = await testServer({ runai });
      const client = { clientId: 'portal', redirectUris: [CALLBACK], public: false };
      const { body } = await server.call('POST /_mock/clients', { body: client });
      return [runai, server, body.clientSecret];
    }),
  ).then((all) => all.map(([runai, server, secret]) => [runai, { server, secret }] as const)),
);

const ACCOUNT_GRANTS = ['client_credentials', 'app_token'];
const LOGIN_GRANTS = ['authorization_code', 'exchange_token', 'password', 'refresh_token', 'external_token_exchange'];
const clients = [
  {
    label: 'an access key',
    id: researcher.accessKey.clientId,
    secret: researcher.accessKey.clientSecret,
    grants: ACCOUNT_GRANTS,
  },
  { label: 'a service account', id: adminBot.clientId, secret: adminBot.clientSecret, grants: ACCOUNT_GRANTS },
  { label: 'an application', id: application.clientId, secret: application.secret, grants: ['app_token'] },
  // Each server generates its own secret for this client.
  { label: 'an OAuth client for user logins', id: 'portal', secret: null, grants: LOGIN_GRANTS },
];

const requestToken = (
  server: TestServer,
  endpoint: string,
  grant: string,
  id: string,
  secret: string,
): Promise<Answer> => {
  const user = { username: researcher.email, password: 'not-the-password' };
  if (endpoint !== 'v1') {
    const fields = {
      grant_type: grant,
      client_id: id,
      client_secret: secret,
      ...user,
      code: 'none',
      redirect_uri: CALLBACK,
    };
    return postForm(server, endpoint === 'v2' ? V2_TOKEN : REALM_TOKEN, {
      ...fields,
      refresh_token: 'none',
      external_token: 'none',
    });
  }
  const client = grant === 'app_token' ? { appID: id, appSecret: secret } : { clientID: id, clientSecret: secret };
  const rest = { code: 'none', redirectUri: CALLBACK, refreshToken: 'none', externalToken: 'none' };
  return server.call('POST /api/v1/token', { body: { grantType: grant, ...client, ...user, ...rest } });
};
const readMessage = ({ body }: Answer): string => body.error_description ?? body.details ?? body.message;

/** In 2.19, `POST /api/v1/token` has a secret field only for the grant of applications. */
const hasSecretField = (profile: Profile, endpoint: string, grantType: string) =>
  profile !== '2.19' || endpoint !== 'v1' || grantType === 'app_token';

const listGrants = (profile: Profile) =>
  GRANT_TYPES.filter(({ profiles }) => (profiles as readonly Profile[]).includes(profile));
/** Applications have `client_credentials` only at the realm, and not since 3.0. */
const isAllowed = (
  grants: readonly string[],
  { profile, endpoint, grantType, label }: Omit<Case, 'id' | 'secret' | 'grants'>,
) =>
  grants.includes(grantType) ||
  (label === 'an application' && endpoint === 'realm' && grantType === 'client_credentials' && profile !== '3.0');
type Case = (typeof clients)[number] & { profile: Profile; endpoint: string; grantType: string };
const cases: readonly Case[] = PROFILES.flatMap((profile) =>
  listGrants(profile)
    .filter(({ endpoint, grantType }) => hasSecretField(profile, endpoint, grantType))
    .flatMap(({ endpoint, grantType }) => clients.map((client) => ({ profile, endpoint, grantType, ...client }))),
);
const findServer = (profile: string) => {
  const found = servers.get(profile);
  if (found === undefined) throw new Error(`no server emulates ${profile}`);
  return found;
};

/** Sends the request of a case, with the secret of its client unless another is given. */
const sendCase = ({ profile, endpoint, grantType, id, secret }: Case, given?: string) => {
  const found = findServer(profile);
  return requestToken(found.server, endpoint, grantType, id, given ?? secret ?? found.secret);
};

describe('a grant of another kind of client', () => {
  const refusedCases = cases.filter((testCase) => !isAllowed(testCase.grants, testCase));
  // The fixes do not depend on the grant, so one grant of each client is enough.
  const firstCases = [
    ...new Map(
      refusedCases.map((testCase) => [`${testCase.profile} ${testCase.endpoint} ${testCase.label}`, testCase] as const),
    ).values(),
  ];

  it.each(refusedCases)('($grantType) at $endpoint of $profile is rejected for $label', async (testCase) => {
    const answer = await sendCase(testCase);
    const message = readMessage(answer);

    expect(answer.decision).toMatchObject({ reason: 'wrong_grant' });
    if (testCase.endpoint !== 'v1') expect([answer.status, answer.body.error]).toEqual([400, 'unauthorized_client']);
    expect(message).toContain(`The client may not use the grant \`${testCase.grantType}\`: it is ${testCase.label}.`);
    const usable = listGrants(testCase.profile)
      .filter(
        ({ endpoint, grantType }) =>
          endpoint === testCase.endpoint && isAllowed(testCase.grants, { ...testCase, grantType }),
      )
      .map(({ grantType }) => grantType);
    for (const name of usable) expect(message.split('. It may use ')[1]).toContain(`\`${name}\``);
    if (usable.length === 0 && testCase.profile !== '3.0')
      expect(message).toContain('This endpoint has no grant for this client.');
    if (usable.length === 0 && testCase.profile === '3.0') expect(message).toContain('Run:ai 3.0 has no applications');
  });

  it.each(firstCases)('is not in the fixes if $endpoint of $profile has no such grant: $label', async (testCase) => {
    const { decision } = await sendCase(testCase);
    const { body } = await findServer(testCase.profile).server.call(`GET /_mock/decisions/${decision.id}`);
    const available = listGrants(testCase.profile).filter(({ endpoint }) => endpoint === testCase.endpoint);
    const absent = GRANT_TYPES.map(({ grantType }) => grantType).filter(
      (name) => !available.some(({ grantType }) => grantType === name),
    );

    const texts = body.fixes.map(({ text }: { text: string }) => text).join('\n');
    expect(texts).not.toBe('');
    for (const name of absent) expect(texts).not.toContain(`\`${name}\``);
  });

  it.each(firstCases)('at $endpoint of $profile does not reveal $label without its secret', async (testCase) => {
    const answer = await sendCase(testCase, WRONG_SECRET);
    const unknown = await sendCase({ ...testCase, id: 'nobody' }, WRONG_SECRET);

    expect(answer.decision).toMatchObject({ reason: 'wrong_secret' });
    expect(readMessage(answer)).toBe(INVALID_CLIENT_MESSAGE);
    expect([answer.status, answer.body]).toEqual([unknown.status, unknown.body]);
  });
});

it.each(cases.filter((testCase) => isAllowed(testCase.grants, testCase)))(
  '$grantType at $endpoint of $profile is accepted from $label',
  async (testCase) => {
    const { decision } = await sendCase(testCase);

    expect(`${decision?.reason}`).not.toMatch(/wrong_grant|unknown_client|wrong_secret/);
  },
);

describe('the grant `client_credentials` of an application at the realm', () => {
  const fields = { grant_type: 'client_credentials', scope: 'openid', response_type: 'id_token' };
  const { id: sub, name, clientId, secret } = application;

  it.each([
    ['2.19', 'client id', clientId],
    ['2.19', 'name', name],
    ['2.24', 'client id', clientId],
    ['2.24', 'name', name],
  ] as const)('returns an ID token in %s by its %s, as in published guides', async (profile, _what, client_id) => {
    const { server } = findServer(profile);
    const form = { ...fields, client_id, client_secret: secret };
    const { status, body } = await postForm(server, REALM_TOKEN, form);

    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'Bearer', scope: 'openid' });
    expect(body).not.toHaveProperty('refresh_token');
    expect(decodeJwt(body.access_token)).toMatchObject({ sub, azp: clientId, typ: 'Bearer' });
    expect(decodeJwt(body.id_token)).toMatchObject({ sub, aud: clientId, typ: 'ID' });
    expect(await sendWithToken(server, body.access_token)).toEqual([200, undefined]);
    expect(await listHints(server)).not.toContainEqual(
      expect.objectContaining({ text: expect.stringContaining('response_type') }),
    );
  });

  it('sets `lastLogin` of the application', async () => {
    const { server } = findServer('2.19');
    await postForm(server, REALM_TOKEN, { ...fields, client_id: name, client_secret: secret });
    const { body } = await server.call(`GET /api/v1/apps/${sub}`, { token: await server.tokenOf(admin) });

    expect(body.lastLogin).not.toBeNull();
  });

  it('is rejected at /api/v2/token with a message that names the endpoints that accept it', async () => {
    const answer = await postForm(findServer('2.24').server, V2_TOKEN, {
      grant_type: 'client_credentials',
      client_id: name,
      client_secret: secret,
    });

    expect(oauthError(answer, 400, 'unauthorized_client')).toMatch(
      /`POST \/api\/v1\/token` has `app_token`, .*realm has `client_credentials`\.$/,
    );
  });
});

it('an access key gets an ID token at the realm with the scope `openid`', async () => {
  for (const { server } of servers.values()) {
    const { clientId: client_id, clientSecret: client_secret } = researcher.accessKey;
    const form = { grant_type: 'client_credentials', client_id, client_secret };
    const [plain, open] = [
      await postForm(server, REALM_TOKEN, form),
      await postForm(server, REALM_TOKEN, { ...form, scope: 'openid' }),
    ];

    expect(plain.body).not.toHaveProperty('id_token');
    expect(decodeJwt(open.body.id_token)).toMatchObject({ sub: researcher.id, aud: client_id });
  }
});

it.each(PROFILES)('no fix of %s names a grant or an operation that the version does not have', async (profile) => {
  const { server } = findServer(profile);
  const { body } = await server.call('GET /_mock/tables/runai');
  const texts = Object.values<{ text: string }>(body.remedies)
    .map(({ text }: { text: string }) => text)
    .join('\n');
  const names = listGrants(profile).map(({ grantType }) => grantType as string);

  for (const { grantType } of GRANT_TYPES) if (!names.includes(grantType)) expect(texts).not.toContain(grantType);
  if (profile === '2.19') expect(texts).not.toMatch(/create an access key|api\/v2/);
  if (profile === '3.0') expect(texts).not.toContain('application');
});

it('a public client with a secret is rejected without information about its grants', async () => {
  for (const [profile, { server }] of servers) {
    for (const grant of ['client_credentials', 'app_token']) {
      const endpoint = grant === 'app_token' ? 'v1' : 'realm';
      const hasGrant = (one: Case) => one.profile === profile && one.endpoint === endpoint && one.grantType === grant;
      if (!cases.some(hasGrant)) continue;
      const answer = await requestToken(server, endpoint, grant, PUBLIC_CLIENT, WRONG_SECRET);
      expect([answer.decision?.reason, readMessage(answer)]).toEqual(['public_client', INVALID_CLIENT_MESSAGE]);
    }
  }
});
