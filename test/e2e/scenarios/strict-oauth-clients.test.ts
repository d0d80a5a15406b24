import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../../src/app/options.ts';
import { createMachineClock } from '../../../src/lib/clock.ts';
import { adminBot, researcher } from '../../support/cast.ts';
import {
  CALLBACK,
  fetchOf,
  ISSUER_PATH,
  locationOf,
  logIn,
  PUBLIC_CLIENT,
  sendWithToken,
} from '../../support/oauth.ts';
import { overHttp } from '../../support/over-http.ts';
import { type TestServer, testServer } from '../../support/server.ts';
import { discover, logInStrictly, refreshStrictly, SCOPE } from '../../support/strict-oauth.ts';

/** The libraries only accept https and the system time, with all of their checks enabled. */
const PUBLIC_URL = 'https://mock.test';
const issuer = new URL(`${PUBLIC_URL}${ISSUER_PATH}`);
const createSecureServer = (config: Partial<Config> = {}) =>
  testServer({ publicUrl: PUBLIC_URL, ...config }, { clock: createMachineClock() }, overHttp);

const ALGORITHMS = ['RS256', 'ES256'] as const;
const servers = Object.fromEntries(
  await Promise.all(
    ALGORITHMS.map(async (algorithm) => [algorithm, await createSecureServer({ signingKey: algorithm })] as const),
  ),
) as Record<(typeof ALGORITHMS)[number], TestServer>;

/** Clients with a secret, and the subjects of their tokens. */
const CONFIDENTIAL: [what: string, clientId: string, secret: string, subject: string][] = [
  ['an access key', researcher.accessKey.clientId, researcher.accessKey.clientSecret, researcher.id],
  ['a service account', adminBot.clientId, adminBot.clientSecret, adminBot.id],
];

/** Logs in with the browser of the user, and returns the redirect to the client. */
async function followLogin(server: TestServer, page: URL): Promise<URL> {
  expect(page.origin).toBe(PUBLIC_URL);
  return locationOf(await logIn(server, page));
}

describe.each(ALGORITHMS)('oauth4webapi, with tokens signed by %s', (algorithm) => {
  const server = servers[algorithm];
  const options = { [oauth.customFetch]: fetchOf(server) };
  const discoverIssuer = () => discover(options, issuer);
  const client: oauth.Client = { client_id: PUBLIC_CLIENT, id_token_signed_response_alg: algorithm };
  const logInByPage = (as: oauth.AuthorizationServer) =>
    logInStrictly(options, as, client, (page) => followLogin(server, page));

  describe.each(CONFIDENTIAL)('%s', (_what, client_id, secret, subject) => {
    it.each([
      ['by header', oauth.ClientSecretBasic(secret)],
      ['in the body', oauth.ClientSecretPost(secret)],
    ])('gets, introspects and revokes a token %s', async (_how, auth) => {
      const as = await discoverIssuer();
      const service = { client_id };
      const granted = await oauth.clientCredentialsGrantRequest(as, service, auth, {}, options);
      const { access_token: token } = await oauth.processClientCredentialsResponse(as, service, granted);
      const introspect = async () => {
        const response = await oauth.introspectionRequest(as, service, auth, token, options);
        return oauth.processIntrospectionResponse(as, service, response);
      };

      expect(await introspect()).toMatchObject({ active: true, client_id, sub: subject, token_type: 'Bearer' });
      expect(await sendWithToken(server, token)).toEqual([200, undefined]);

      await oauth.processRevocationResponse(await oauth.revocationRequest(as, service, auth, token, options));
      expect(await introspect()).toEqual({ active: false });
      expect(await sendWithToken(server, token)).toEqual([401, 'revoked_token']);
    });
  });

  it('logs a user in with PKCE, state and nonce, and validates the ID token', async () => {
    const as = await discoverIssuer();
    const { tokens, claims } = await logInByPage(as);
    const response = await oauth.userInfoRequest(as, client, tokens.access_token, options);
    const userinfo = await oauth.processUserInfoResponse(as, client, claims.sub, response);

    expect(claims).toMatchObject({ iss: issuer.href, aud: PUBLIC_CLIENT, sub: researcher.id });
    expect(tokens).toMatchObject({ token_type: 'bearer', scope: SCOPE, expires_in: 3600 });
    expect(userinfo).toMatchObject({ sub: researcher.id, email: researcher.email, email_verified: true });
    expect(await sendWithToken(server, tokens.access_token)).toEqual([200, undefined]);
  });

  it('rotates refresh tokens, and a reused one ends the login', async () => {
    const as = await discoverIssuer();
    const { tokens, claims } = await logInByPage(as);
    const refresh = (token: string | undefined) => refreshStrictly(options, as, client, token);
    const next = await refresh(tokens.refresh_token);
    const renewed = oauth.getValidatedIdTokenClaims(next);

    expect(next.refresh_token).not.toBe(tokens.refresh_token);
    expect(renewed).toMatchObject({ sub: claims.sub, aud: claims.aud, iss: claims.iss, auth_time: claims.auth_time });
    await expect(refresh(tokens.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant', status: 400 });
    await expect(refresh(next.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant', status: 400 });
    expect(await sendWithToken(server, next.access_token)).toEqual([401, 'revoked_token']);
  });

  it('gets the standard error of a failed login, with the issuer', async () => {
    const as = await discoverIssuer();
    const state = oauth.generateRandomState();
    const page = new URL(String(as.authorization_endpoint));
    const asked = { client_id: PUBLIC_CLIENT, redirect_uri: CALLBACK, response_type: 'code', prompt: 'none', state };
    page.search = String(new URLSearchParams({ ...asked, scope: SCOPE }));
    const callback = locationOf(await server.call(`GET ${page.pathname}${page.search}`));

    expect(() => oauth.validateAuthResponse(as, client, callback, state)).toThrow(
      expect.objectContaining({ error: 'login_required' }),
    );
    expect(() => oauth.validateAuthResponse(as, client, callback, 'another-state')).toThrow(/state/);
  });

  it('parses the challenge for a client that authenticates by header', async () => {
    const as = await discoverIssuer();
    const service = { client_id: adminBot.clientId };
    const wrong = oauth.ClientSecretBasic('not-the-secret');
    const response = await oauth.clientCredentialsGrantRequest(as, service, wrong, {}, options);

    await expect(oauth.processClientCredentialsResponse(as, service, response)).rejects.toMatchObject({
      code: oauth.WWW_AUTHENTICATE_CHALLENGE,
      cause: [{ scheme: 'basic', parameters: { realm: 'acme' } }],
    });
  });

  it('parses the challenge of userinfo for a revoked token', async () => {
    const as = await discoverIssuer();
    const { tokens, claims } = await logInByPage(as);
    const revocation = await oauth.revocationRequest(as, client, oauth.None(), tokens.access_token, options);
    await oauth.processRevocationResponse(revocation);
    const response = await oauth.userInfoRequest(as, client, tokens.access_token, options);

    await expect(oauth.processUserInfoResponse(as, client, claims.sub, response)).rejects.toMatchObject({
      cause: [{ scheme: 'bearer', parameters: { error: 'invalid_token' } }],
    });
  });
});

describe.each(ALGORITHMS)('openid-client, with tokens signed by %s', (algorithm) => {
  const server = servers[algorithm];
  const configure = async (clientId: string, auth: openid.ClientAuth) => {
    const metadata = { id_token_signed_response_alg: algorithm };
    const options = { [openid.customFetch]: fetchOf(server), execute: [openid.enableNonRepudiationChecks] };
    return openid.discovery(issuer, clientId, metadata, auth, options);
  };

  /** Logs in by the page, with every check. */
  async function logInByPage(config: openid.Configuration) {
    const verifier = openid.randomPKCECodeVerifier();
    const [state, nonce] = [openid.randomState(), openid.randomNonce()];
    const page = openid.buildAuthorizationUrl(config, {
      redirect_uri: CALLBACK,
      scope: SCOPE,
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
      nonce,
    });
    const callback = await followLogin(server, page);
    return openid.authorizationCodeGrant(config, callback, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    });
  }

  it('logs a user in with PKCE, state and nonce, and validates the ID token', async () => {
    const config = await configure(PUBLIC_CLIENT, openid.None());
    const tokens = await logInByPage(config);
    const claims = tokens.claims() as openid.IDToken;

    expect(claims).toMatchObject({ iss: issuer.href, aud: PUBLIC_CLIENT, sub: researcher.id });
    expect(await openid.fetchUserInfo(config, tokens.access_token, claims.sub)).toMatchObject({
      sub: researcher.id,
      email: researcher.email,
    });
    expect(await sendWithToken(server, tokens.access_token)).toEqual([200, undefined]);
  });

  it('logs out at the endpoint of the discovery document, and is redirected back', async () => {
    const config = await configure(PUBLIC_CLIENT, openid.None());
    const tokens = await logInByPage(config);
    const page = openid.buildEndSessionUrl(config, {
      id_token_hint: String(tokens.id_token),
      post_logout_redirect_uri: CALLBACK,
      state: 'after-the-logout',
    });
    const answer = await server.call(`GET ${page.pathname}${page.search}`);

    expect(page.origin).toBe(PUBLIC_URL);
    expect(locationOf(answer).href).toBe(`${CALLBACK}?state=after-the-logout`);
    expect(await sendWithToken(server, tokens.access_token)).toEqual([401, 'revoked_token']);
  });
});
