import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/options.ts';
import { createMachineClock } from '../../src/time/clock.ts';
import { adminBot, researcher } from '../support/cast.ts';
import { CALLBACK, fetchOf, ISSUER_PATH, judged, locationOf, logIn, PUBLIC_CLIENT } from '../support/oauth.ts';
import { overHttp } from '../support/over-http.ts';
import { type TestServer, testServer } from '../support/server.ts';

/** The libraries take https only and the time of the machine; none of their checks is turned off. */
const PUBLIC_URL = 'https://mock.test';
const issuer = new URL(`${PUBLIC_URL}${ISSUER_PATH}`);
const secureServer = (config: Partial<Config> = {}) =>
  testServer({ publicUrl: PUBLIC_URL, ...config }, { clock: createMachineClock() }, overHttp);

const ALGORITHMS = ['RS256', 'ES256'] as const;
const servers = Object.fromEntries(
  await Promise.all(
    ALGORITHMS.map(async (algorithm) => [algorithm, await secureServer({ signingKey: algorithm })] as const),
  ),
) as Record<(typeof ALGORITHMS)[number], TestServer>;

/** Who asks for tokens by a secret, and whom the tokens are for. */
const CONFIDENTIAL: [what: string, clientId: string, secret: string, subject: string][] = [
  ['an access key', researcher.accessKey.clientId, researcher.accessKey.clientSecret, researcher.id],
  ['a service account', adminBot.clientId, adminBot.clientSecret, adminBot.id],
];

const SCOPE = 'openid profile email offline_access';

/** Sent through the user's browser; what comes back to the client. */
async function callbackOf(server: TestServer, page: URL): Promise<URL> {
  expect(page.origin).toBe(PUBLIC_URL);
  return locationOf(await logIn(server, page));
}

describe.each(ALGORITHMS)('oauth4webapi, with tokens signed by %s', (algorithm) => {
  const server = servers[algorithm];
  const options = { [oauth.customFetch]: fetchOf(server) };
  const discovered = async () =>
    oauth.processDiscoveryResponse(issuer, await oauth.discoveryRequest(issuer, { algorithm: 'oidc', ...options }));
  const client: oauth.Client = { client_id: PUBLIC_CLIENT, id_token_signed_response_alg: algorithm };

  /** A login by page: everything that came of it, every check made. */
  async function loggedIn(as: oauth.AuthorizationServer) {
    const verifier = oauth.generateRandomCodeVerifier();
    const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
    const page = new URL(String(as.authorization_endpoint));
    page.search = String(
      new URLSearchParams({
        client_id: client.client_id,
        redirect_uri: CALLBACK,
        response_type: 'code',
        scope: SCOPE,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      }),
    );
    const callback = await callbackOf(server, page);
    expect(callback.searchParams.get('iss')).toBe(issuer.href);
    const given = oauth.validateAuthResponse(as, client, callback, state);
    const response = await oauth.authorizationCodeGrantRequest(
      as,
      client,
      oauth.None(),
      given,
      CALLBACK,
      verifier,
      options,
    );
    const checks = { expectedNonce: nonce, requireIdToken: true };
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, checks);
    await oauth.validateApplicationLevelSignature(as, response, options);
    return { tokens, claims: oauth.getValidatedIdTokenClaims(tokens) as oauth.IDToken, response };
  }

  describe.each(CONFIDENTIAL)('%s', (_what, client_id, secret, subject) => {
    it.each([
      ['by header', oauth.ClientSecretBasic(secret)],
      ['in the body', oauth.ClientSecretPost(secret)],
    ])('gets a token %s, may ask what it is, and ends it', async (_how, auth) => {
      const as = await discovered();
      const service = { client_id };
      const granted = await oauth.clientCredentialsGrantRequest(as, service, auth, {}, options);
      const { access_token: token } = await oauth.processClientCredentialsResponse(as, service, granted);
      const introspect = async () => {
        const response = await oauth.introspectionRequest(as, service, auth, token, options);
        return oauth.processIntrospectionResponse(as, service, response);
      };

      expect(await introspect()).toMatchObject({ active: true, client_id, sub: subject, token_type: 'Bearer' });
      expect(await judged(server, token)).toEqual([200, undefined]);

      await oauth.processRevocationResponse(await oauth.revocationRequest(as, service, auth, token, options));
      expect(await introspect()).toEqual({ active: false });
      expect(await judged(server, token)).toEqual([401, 'revoked_token']);
    });
  });

  it('logs a user in with PKCE, state and nonce, and believes the ID token', async () => {
    const as = await discovered();
    const { tokens, claims } = await loggedIn(as);
    const response = await oauth.userInfoRequest(as, client, tokens.access_token, options);
    const userinfo = await oauth.processUserInfoResponse(as, client, claims.sub, response);

    expect(claims).toMatchObject({ iss: issuer.href, aud: PUBLIC_CLIENT, sub: researcher.id });
    expect(tokens).toMatchObject({ token_type: 'bearer', scope: SCOPE, expires_in: 3600 });
    expect(userinfo).toMatchObject({ sub: researcher.id, email: researcher.email, email_verified: true });
    expect(await judged(server, tokens.access_token)).toEqual([200, undefined]);
  });

  it('refreshes: each refresh token counts once, and a second use ends the login', async () => {
    const as = await discovered();
    const { tokens, claims } = await loggedIn(as);
    const refresh = async (token: string | undefined) => {
      const response = await oauth.refreshTokenGrantRequest(as, client, oauth.None(), String(token), options);
      const next = await oauth.processRefreshTokenResponse(as, client, response);
      await oauth.validateApplicationLevelSignature(as, response, options);
      return next;
    };
    const next = await refresh(tokens.refresh_token);
    const renewed = oauth.getValidatedIdTokenClaims(next);

    expect(next.refresh_token).not.toBe(tokens.refresh_token);
    expect(renewed).toMatchObject({ sub: claims.sub, aud: claims.aud, iss: claims.iss, auth_time: claims.auth_time });
    await expect(refresh(tokens.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant', status: 400 });
    await expect(refresh(next.refresh_token)).rejects.toMatchObject({ error: 'invalid_grant', status: 400 });
    expect(await judged(server, next.access_token)).toEqual([401, 'revoked_token']);
  });

  it('revokes a refresh token, and with it the login', async () => {
    const as = await discovered();
    const { tokens } = await loggedIn(as);
    const refreshToken = String(tokens.refresh_token);
    const response = await oauth.revocationRequest(as, client, oauth.None(), refreshToken, options);
    await oauth.processRevocationResponse(response);

    expect(await judged(server, tokens.access_token)).toEqual([401, 'revoked_token']);
  });

  it('is told why a login did not come about, by who it asked', async () => {
    const as = await discovered();
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

  it('reads the challenge of a client that authenticates by header', async () => {
    const as = await discovered();
    const service = { client_id: adminBot.clientId };
    const wrong = oauth.ClientSecretBasic('not-the-secret');
    const response = await oauth.clientCredentialsGrantRequest(as, service, wrong, {}, options);

    await expect(oauth.processClientCredentialsResponse(as, service, response)).rejects.toMatchObject({
      code: oauth.WWW_AUTHENTICATE_CHALLENGE,
      cause: [{ scheme: 'basic', parameters: { realm: 'acme' } }],
    });
  });

  it('reads the challenge of userinfo for a token that was revoked', async () => {
    const as = await discovered();
    const { tokens, claims } = await loggedIn(as);
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
  const configured = async (clientId: string, auth: openid.ClientAuth) => {
    const metadata = { id_token_signed_response_alg: algorithm };
    const options = { [openid.customFetch]: fetchOf(server), execute: [openid.enableNonRepudiationChecks] };
    return openid.discovery(issuer, clientId, metadata, auth, options);
  };

  /** A login by page: everything that came of it, every check made. */
  async function loggedIn(config: openid.Configuration) {
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
    const callback = await callbackOf(server, page);
    return openid.authorizationCodeGrant(config, callback, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    });
  }

  describe.each(CONFIDENTIAL)('%s', (_what, clientId, secret, sub) => {
    it.each([
      ['by header', openid.ClientSecretBasic(secret)],
      ['in the body', openid.ClientSecretPost(secret)],
    ])('gets a token %s, may ask what it is, and ends it', async (_how, auth) => {
      const config = await configured(clientId, auth);
      const { access_token: token } = await openid.clientCredentialsGrant(config);

      expect(await openid.tokenIntrospection(config, token)).toMatchObject({ active: true, client_id: clientId, sub });
      await openid.tokenRevocation(config, token);
      expect(await openid.tokenIntrospection(config, token)).toEqual({ active: false });
      expect(await judged(server, token)).toEqual([401, 'revoked_token']);
    });
  });

  it('logs a user in with PKCE, state and nonce, and believes the ID token', async () => {
    const config = await configured(PUBLIC_CLIENT, openid.None());
    const tokens = await loggedIn(config);
    const claims = tokens.claims() as openid.IDToken;

    expect(claims).toMatchObject({ iss: issuer.href, aud: PUBLIC_CLIENT, sub: researcher.id });
    expect(await openid.fetchUserInfo(config, tokens.access_token, claims.sub)).toMatchObject({
      sub: researcher.id,
      email: researcher.email,
    });
    expect(await judged(server, tokens.access_token)).toEqual([200, undefined]);
  });

  it('refreshes with rotation, and revokes', async () => {
    const config = await configured(PUBLIC_CLIENT, openid.None());
    const tokens = await loggedIn(config);
    const next = await openid.refreshTokenGrant(config, String(tokens.refresh_token));

    expect(next.refresh_token).not.toBe(tokens.refresh_token);
    expect(next.claims()).toMatchObject({ sub: researcher.id, auth_time: tokens.claims()?.auth_time });
    await openid.tokenRevocation(config, String(next.refresh_token));
    expect(await judged(server, tokens.access_token)).toEqual([401, 'revoked_token']);
    expect(await judged(server, next.access_token)).toEqual([401, 'revoked_token']);
    await expect(openid.refreshTokenGrant(config, String(next.refresh_token))).rejects.toMatchObject({
      error: 'invalid_grant',
      status: 400,
    });
  });

  it('logs out by the page that discovery names, and comes back', async () => {
    const config = await configured(PUBLIC_CLIENT, openid.None());
    const tokens = await loggedIn(config);
    const page = openid.buildEndSessionUrl(config, {
      id_token_hint: String(tokens.id_token),
      post_logout_redirect_uri: CALLBACK,
      state: 'after-the-logout',
    });
    const answer = await server.call(`GET ${page.pathname}${page.search}`);

    expect(page.origin).toBe(PUBLIC_URL);
    expect(locationOf(answer).href).toBe(`${CALLBACK}?state=after-the-logout`);
    expect(await judged(server, tokens.access_token)).toEqual([401, 'revoked_token']);
  });
});
