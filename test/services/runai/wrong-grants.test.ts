/** Clients that ask for grants of other clients, at each token endpoint of each version (RFC 6749, 5.2). */
import { describe, expect, it } from 'vitest';
import { GRANT_TYPES } from '../../../src/services/runai/tables/index.ts';
import type { Profile } from '../../../src/services/runai/tables/profiles.ts';
import { adminBot, application, researcher } from '../../support/cast.ts';
import { CALLBACK, PUBLIC_CLIENT, postForm, REALM_TOKEN, V2_TOKEN } from '../../support/oauth.ts';
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
  { label: 'an OAuth client through which users log in', id: 'portal', secret: null, own: LOGIN },
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
const cases = PROFILES.flatMap((profile) =>
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
  const refused = cases.filter(({ own, grantType }) => !own.includes(grantType));

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
        .filter(({ endpoint, grantType }) => endpoint === one.endpoint && one.own.includes(grantType))
        .map(({ grantType }) => grantType);
      for (const name of usable) expect(said.split('. It may use ')[1]).toContain(`\`${name}\``);
      if (usable.length === 0) expect(said).toContain('This endpoint has no grant for it.');
    },
  );

  it.each(refused)(
    '$grantType at $endpoint of $profile reveals nothing of $label to a caller without its secret',
    async (one) => {
      const { server } = partOf(one.profile);
      const answer = await ask(server, one.endpoint, one.grantType, one.id, WRONG);
      const unknown = await ask(server, one.endpoint, one.grantType, 'nobody', WRONG);

      expect(answer.decision).toMatchObject({ reason: 'wrong_secret' });
      expect(messageOf(answer)).toBe(INVALID);
      expect([answer.status, answer.body]).toEqual([unknown.status, unknown.body]);
    },
  );
});

it.each(cases.filter(({ own, grantType }) => own.includes(grantType)))(
  '$grantType at $endpoint of $profile is a grant of $label',
  async (one) => {
    const { server, secret } = partOf(one.profile);
    const { decision } = await ask(server, one.endpoint, one.grantType, one.id, one.secret ?? secret);

    expect(`${decision?.reason}`).not.toMatch(/wrong_grant|unknown_client|wrong_secret/);
  },
);

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
