/** Steps of a client that uses oauth4webapi with all of its checks. */
import * as oauth from 'oauth4webapi';
import { expect } from 'vitest';
import { CALLBACK, type fetchOf } from './oauth.ts';

export const SCOPE = 'openid profile email offline_access';

/** How a client sends its requests. */
export interface StrictOptions {
  readonly [oauth.customFetch]: ReturnType<typeof fetchOf>;
  readonly [oauth.allowInsecureRequests]?: boolean;
}

/** Reads the metadata of an issuer. @param where the address at which the client knows the issuer */
export async function discover(options: StrictOptions, issuer: URL, where = issuer) {
  const found = await oauth.discoveryRequest(where, { algorithm: 'oidc', ...options });
  return oauth.processDiscoveryResponse(issuer, found);
}

/** Logs in by the page. @param follow logs in with the browser of the user, and returns the redirect to the client */
export async function logInStrictly(
  options: StrictOptions,
  as: oauth.AuthorizationServer,
  client: oauth.Client,
  follow: (page: URL) => Promise<URL>,
) {
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
  const callback = await follow(page);
  expect(callback.searchParams.get('iss')).toBe(as.issuer);
  const given = oauth.validateAuthResponse(as, client, callback, state);
  const none = oauth.None();
  const response = await oauth.authorizationCodeGrantRequest(as, client, none, given, CALLBACK, verifier, options);
  const checks = { expectedNonce: nonce, requireIdToken: true };
  const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, checks);
  await oauth.validateApplicationLevelSignature(as, response, options);
  return { tokens, claims: oauth.getValidatedIdTokenClaims(tokens) as oauth.IDToken };
}

/** Refreshes the tokens of a login. */
export async function refreshStrictly(
  options: StrictOptions,
  as: oauth.AuthorizationServer,
  client: oauth.Client,
  token: string | undefined,
) {
  const response = await oauth.refreshTokenGrantRequest(as, client, oauth.None(), String(token), options);
  const next = await oauth.processRefreshTokenResponse(as, client, response);
  await oauth.validateApplicationLevelSignature(as, response, options);
  return next;
}
