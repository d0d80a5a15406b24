/** Clients that ask for grants of other clients, at each token endpoint of each version (RFC 6749, 5.2). */
import { decodeJwt } from 'jose';
import { describe, expect, it } from 'vitest';
import { GRANT_TYPES } from '../../../src/services/runai/tables/index.ts';
import type { Profile } from '../../../src/services/runai/tables/profiles.ts';
import { admin, adminBot, application, researcher } from '../../support/cast.ts';
import { CALLBACK, judged, oauthError, PUBLIC_CLIENT, postForm, REALM_TOKEN, V2_TOKEN } from '../../support/oauth.ts';
import { type Answer, type TestServer, testServer } from '../../support/server.ts';

const PROFILES = ['2.19', '2.24', '3.0'] as const satisfies readonly Profile[];
const WRONG = 'not-the-secret';
const INVALID = 'The client id or the secret is not valid.';

const servers = new Map(
  await Promise.all(
    PROFILES.map(async (runai): Promise<[string, TestServer, string]> => {
      const server = await testServer({ runai });
      const order = { clientId: 'portal', redirectUris: [CALLBACK], public: false };
      const { body } = await server.call('POST /_mock/clients', { body: order });
      return [runai, server, body.clientSecret];
    }),
  ).then((all) => all.map(([runai, server, secret]) => [runai, { server, secret }] as const)),
);

const ACCOUNT = ['client_credentials', 'app_token'];
const LOGIN = ['authorization_code', 'exchange_token', 'password', 'refresh_token', 'external_token_exchange'];
const clients = [
  {
    label: 'an access key',
    id: researcher.accessKey.clientId,
    secret: researcher.accessKey.clientSecret,
    own: ACCOUNT,
  },
  { label: 'a service account', id: adminBot.clientId, secret: adminBot.clientSecret, own: ACCOUNT },
  { label: 'an application', id: application.clientId, secret: application.secret, own: ['app_token'] },
  // Its secret is drawn by each server.
  { label: 'an OAuth client for user logins', id: 'portal', secret: null, own: LOGIN },
];

const ask = (server: TestServer, endpoint: string, grant: string, id: string, secret: string): Promise<Answer> => {
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
const messageOf = ({ body }: Answer): string => body.error_description ?? body.details ?? body.message;

/** In 2.19, `POST /api/v1/token` has a field for a secret only in the grant of applications. */
const hasSecret = (profile: Profile, endpoint: string, grantType: string) =>
  profile !== '2.19' || endpoint !== 'v1' || grantType === 'app_token';

const grantsOf = (profile: Profile) =>
  GRANT_TYPES.filter(({ profiles }) => (profiles as readonly Profile[]).includes(profile));
/** Applications have `client_credentials` only at the realm, and not since 3.0. */
const isOwn = (own: readonly string[], { profile, endpoint, grantType, label }: Omit<Case, 'id' | 'secret' | 'own'>) =>
  own.includes(grantType) ||
  (label === 'an application' && endpoint === 'realm' && grantType === 'client_credentials' && profile !== '3.0');
type Case = (typeof clients)[number] & { profile: Profile; endpoint: string; grantType: string };
const cases: readonly Case[] = PROFILES.flatMap((profile) =>
  grantsOf(profile)
    .filter(({ endpoint, grantType }) => hasSecret(profile, endpoint, grantType))
    .flatMap(({ endpoint, grantType }) => clients.map((client) => ({ profile, endpoint, grantType, ...client }))),
);
const partOf = (profile: string) => {
  const part = servers.get(profile);
  if (part === undefined) throw new Error(`no server emulates ${profile}`);
  return part;
};

describe('the grant of another kind of client', () => {
  const refused = cases.filter((one) => !isOwn(one.own, one));
  // What the caller learns does not depend on the grant.
  const firsts = [
    ...new Map(refused.map((one) => [`${one.profile} ${one.endpoint} ${one.label}`, one] as const)).values(),
  ];

  it.each(refused)(
    '$grantType is refused at $endpoint of $profile to $label, which learns what it may use',
    async (one) => {
      const { server, secret } = partOf(one.profile);
      const answer = await ask(server, one.endpoint, one.grantType, one.id, one.secret ?? secret);
      const said = messageOf(answer);

      expect(answer.decision).toMatchObject({ reason: 'wrong_grant' });
      if (one.endpoint !== 'v1') expect([answer.status, answer.body.error]).toEqual([400, 'unauthorized_client']);
      expect(said).toContain(`The client may not use the grant \`${one.grantType}\`: it is ${one.label}.`);
      const usable = grantsOf(one.profile)
        .filter(({ endpoint, grantType }) => endpoint === one.endpoint && isOwn(one.own, { ...one, grantType }))
        .map(({ grantType }) => grantType);
      for (const name of usable) expect(said.split('. It may use ')[1]).toContain(`\`${name}\``);
      if (usable.length === 0 && one.profile !== '3.0')
        expect(said).toContain('This endpoint has no grant for this client.');
      if (usable.length === 0 && one.profile === '3.0') expect(said).toContain('Run:ai 3.0 has no applications');
    },
  );

  it.each(firsts)('is not advised where it does not exist: the fix at $endpoint of $profile to $label', async (one) => {
    const { server, secret } = partOf(one.profile);
    const { decision } = await ask(server, one.endpoint, one.grantType, one.id, one.secret ?? secret);
    const { body } = await server.call(`GET /_mock/decisions/${decision.id}`);
    const here = grantsOf(one.profile).filter(({ endpoint }) => endpoint === one.endpoint);
    const absent = GRANT_TYPES.map(({ grantType }) => grantType).filter(
      (name) => !here.some(({ grantType }) => grantType === name),
    );

    const texts = body.fixes.map(({ text }: { text: string }) => text).join('\n');
    expect(texts).not.toBe('');
    for (const name of absent) expect(texts).not.toContain(`\`${name}\``);
  });

  it.each(firsts)('at $endpoint of $profile reveals nothing of $label to a caller without its secret', async (one) => {
    const { server } = partOf(one.profile);
    const answer = await ask(server, one.endpoint, one.grantType, one.id, WRONG);
    const unknown = await ask(server, one.endpoint, one.grantType, 'nobody', WRONG);

    expect(answer.decision).toMatchObject({ reason: 'wrong_secret' });
    expect(messageOf(answer)).toBe(INVALID);
    expect([answer.status, answer.body]).toEqual([unknown.status, unknown.body]);
  });
});

it.each(cases.filter((one) => isOwn(one.own, one)))(
  '$grantType at $endpoint of $profile is a grant of $label',
  async (one) => {
    const { server, secret } = partOf(one.profile);
    const { decision } = await ask(server, one.endpoint, one.grantType, one.id, one.secret ?? secret);

    expect(`${decision?.reason}`).not.toMatch(/wrong_grant|unknown_client|wrong_secret/);
  },
);

describe('`client_credentials` of an application at the realm', () => {
  const fields = { grant_type: 'client_credentials', scope: 'openid', response_type: 'id_token' };
  const { id: sub, name, clientId, secret } = application;

  it.each([
    ['2.19', clientId],
    ['2.19', name],
    ['2.24', clientId],
    ['2.24', name],
  ] as const)('is a grant with an ID token in %s, as guides had it: %s', async (profile, client_id) => {
    const { server } = partOf(profile);
    const given = { ...fields, client_id, client_secret: secret };
    const { status, body } = await postForm(server, REALM_TOKEN, given);

    expect(status).toBe(200);
    expect(body).toMatchObject({ token_type: 'Bearer', scope: 'openid' });
    expect(body).not.toHaveProperty('refresh_token');
    expect(decodeJwt(body.access_token)).toMatchObject({ sub, azp: clientId, typ: 'Bearer' });
    expect(decodeJwt(body.id_token)).toMatchObject({ sub, aud: clientId, typ: 'ID' });
    expect(await judged(server, body.access_token)).toEqual([200, undefined]);
    expect((await server.call('GET /_mock/findings')).body.findings).not.toContainEqual(
      expect.objectContaining({ message: expect.stringContaining('response_type') }),
    );
  });

  it('has no ID token without the scope `openid`', async () => {
    const given = { ...fields, scope: undefined, client_id: name, client_secret: secret };
    const { status, body } = await postForm(partOf('2.19').server, REALM_TOKEN, given);

    expect(status).toBe(200);
    expect(body).not.toHaveProperty('id_token');
  });

  it('counts as its login', async () => {
    const { server } = partOf('2.19');
    await postForm(server, REALM_TOKEN, { ...fields, client_id: name, client_secret: secret });
    const { body } = await server.call(`GET /api/v1/apps/${sub}`, { token: await server.tokenOf(admin) });

    expect(body.lastLogin).not.toBeNull();
  });

  it('has ended in 3.0, which has no applications', async () => {
    const { server } = partOf('3.0');
    const answer = await postForm(server, REALM_TOKEN, { ...fields, client_id: name, client_secret: secret });

    expect(oauthError(answer, 400, 'unauthorized_client')).toMatch(
      /it is an application\. Run:ai 3\.0 has no applications: use an access key or a service account\.$/,
    );
  });

  it('is not one of /api/v2/token, which says where it is', async () => {
    const answer = await postForm(partOf('2.24').server, V2_TOKEN, {
      ...{ grant_type: 'client_credentials', client_id: name, client_secret: secret },
    });

    expect(oauthError(answer, 400, 'unauthorized_client')).toMatch(
      /`POST \/api\/v1\/token` has `app_token`, .*realm has `client_credentials`\.$/,
    );
  });
});

it('an access key gets an ID token at the realm with the scope `openid`, too', async () => {
  for (const { server } of servers.values()) {
    const { clientId: client_id, clientSecret: client_secret } = researcher.accessKey;
    const given = { grant_type: 'client_credentials', client_id, client_secret };
    const [plain, open] = [
      await postForm(server, REALM_TOKEN, given),
      await postForm(server, REALM_TOKEN, { ...given, scope: 'openid' }),
    ];

    expect(plain.body).not.toHaveProperty('id_token');
    expect(decodeJwt(open.body.id_token)).toMatchObject({ sub: researcher.id, aud: client_id });
  }
});

it.each(PROFILES)('in %s, no fix names a grant or an operation that the version lacks', async (profile) => {
  const { server } = partOf(profile);
  const { body } = await server.call('GET /_mock/tables/runai');
  const texts = Object.values<{ text: string }>(body.remedies)
    .map(({ text }) => text)
    .join('\n');
  const names = grantsOf(profile).map(({ grantType }) => grantType as string);

  for (const { grantType } of GRANT_TYPES) if (!names.includes(grantType)) expect(texts).not.toContain(grantType);
  if (profile === '2.19') expect(texts).not.toMatch(/create an access key|api\/v2/);
  if (profile === '3.0') expect(texts).not.toContain('application');
});

it('a public client that sends a secret learns nothing of grants', async () => {
  for (const [profile, { server }] of servers) {
    for (const grant of ['client_credentials', 'app_token']) {
      const endpoint = grant === 'app_token' ? 'v1' : 'realm';
      if (!cases.some((one) => one.profile === profile && one.endpoint === endpoint && one.grantType === grant))
        continue;
      const answer = await ask(server, endpoint, grant, PUBLIC_CLIENT, WRONG);
      expect([answer.decision?.reason, messageOf(answer)]).toEqual(['public_client', INVALID]);
    }
  }
});
