/** A browser and a client that know the server by different names, such as in Compose. */
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { describe, expect, it } from 'vitest';
import { createMachineClock } from '../../../src/lib/clock.ts';
import { researcher } from '../../support/cast.ts';
import {
  CALLBACK,
  fetchOf,
  ISSUER_PATH,
  locationOf,
  logIn,
  PUBLIC_CLIENT,
  postForm,
  REALM_TOKEN,
} from '../../support/oauth.ts';
import { overHttp } from '../../support/over-http.ts';
import { type TestServer, testServer } from '../../support/server.ts';
import { discover, logInStrictly } from '../../support/strict-oauth.ts';

const BROWSER_URL = 'http://localhost:6625';
const CLIENT_URL = 'http://mock:6625';
const clock = createMachineClock();
const server = await testServer({ publicUrl: BROWSER_URL, alias: ['mock'] }, { clock }, overHttp);
const severalNames = await testServer({ alias: ['mock'] }, { clock }, overHttp);

/** Returns the metadata of a realm as members with their base URL in place of the URL. */
async function readMetadata(given: TestServer, base: string) {
  const { host, pathname } = new URL(`${base}${ISSUER_PATH}/.well-known/openid-configuration`);
  const { body } = await given.call(`GET ${pathname}`, { headers: { host } });
  const urls = Object.entries(body as Record<string, unknown>).filter(([, value]) => /^https?:/.test(String(value)));
  return Object.fromEntries(urls.map(([name, value]) => [name, String(value).replace(/\/auth\/realms\/.*/, '')]));
}

/** Members for the browser, at the first URL, and for the client, at the second. */
const metadataAt = (browser: string, client: string) => ({
  issuer: browser,
  authorization_endpoint: browser,
  end_session_endpoint: browser,
  check_session_iframe: browser,
  token_endpoint: client,
  introspection_endpoint: client,
  revocation_endpoint: client,
  userinfo_endpoint: client,
  jwks_uri: client,
});

describe('metadata of a realm', () => {
  it.each([
    [CLIENT_URL, BROWSER_URL, CLIENT_URL],
    [`${CLIENT_URL}/w/default`, `${BROWSER_URL}/w/default`, `${CLIENT_URL}/w/default`],
    ['http://127.0.0.1:6625', BROWSER_URL, 'http://127.0.0.1:6625'],
    // Another port may be that of a proxy or of Docker, and a world's host is below the public name.
    ['http://localhost:7000', BROWSER_URL, BROWSER_URL],
    ['http://default.localhost:6625', `${BROWSER_URL}/w/default`, `${BROWSER_URL}/w/default`],
    ['http://elsewhere:6625', BROWSER_URL, BROWSER_URL],
  ])('at %s has URLs at %s for browsers and at %s for clients', async (asked, browser, client) => {
    expect(await readMetadata(server, asked)).toEqual(metadataAt(browser, client));
  });

  it('has the name that was asked everywhere without a public URL', async () => {
    expect(await readMetadata(severalNames, CLIENT_URL)).toEqual(metadataAt(CLIENT_URL, CLIENT_URL));
  });

  it('has the scheme of the connection for clients', async () => {
    const secure = await testServer({ tls: true, publicUrl: 'https://localhost:6625', alias: ['mock'] });
    expect(await readMetadata(secure, 'https://mock:6625')).toEqual(
      metadataAt('https://localhost:6625', 'https://mock:6625'),
    );
  });
});

describe('a user in a browser at the public URL is logged in by a client at another name', () => {
  const follow = async (page: URL) => {
    expect(page.origin).toBe(BROWSER_URL);
    return locationOf(await logIn(server, page));
  };
  const send: ReturnType<typeof fetchOf> = (url, options) => {
    expect(new URL(url).origin).toBe(CLIENT_URL);
    return fetchOf(server)(url, options);
  };

  it('with oauth4webapi', async () => {
    const options = { [oauth.customFetch]: send, [oauth.allowInsecureRequests]: true };
    const as = await discover(options, new URL(`${BROWSER_URL}${ISSUER_PATH}`), new URL(`${CLIENT_URL}${ISSUER_PATH}`));
    const { claims } = await logInStrictly(options, as, { client_id: PUBLIC_CLIENT }, follow);

    expect(claims).toMatchObject({ iss: `${BROWSER_URL}${ISSUER_PATH}`, sub: researcher.id });
  });

  it('with openid-client', async () => {
    const found = await send(`${CLIENT_URL}${ISSUER_PATH}/.well-known/openid-configuration`, {
      method: 'GET',
    } as never);
    const config = new openid.Configuration((await found.json()) as openid.ServerMetadata, PUBLIC_CLIENT);
    openid.allowInsecureRequests(config);
    config[openid.customFetch] = send as openid.CustomFetch;
    const [state, verifier] = [openid.randomState(), openid.randomPKCECodeVerifier()];
    const page = openid.buildAuthorizationUrl(config, {
      redirect_uri: CALLBACK,
      scope: 'openid',
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state,
    });
    const checks = { pkceCodeVerifier: verifier, expectedState: state, idTokenExpected: true };
    const tokens = await openid.authorizationCodeGrant(config, await follow(page), checks);

    expect(tokens.claims()).toMatchObject({ iss: `${BROWSER_URL}${ISSUER_PATH}` });
    expect(await openid.fetchUserInfo(config, tokens.access_token, researcher.id)).toHaveProperty('email');
  });
});

describe('a code of a login', () => {
  const redeemAt = async (base: string) => {
    const fields = { response_type: 'code', client_id: PUBLIC_CLIENT, redirect_uri: CALLBACK, scope: 'openid' };
    const page = `${BROWSER_URL}${ISSUER_PATH}/protocol/openid-connect/auth?${new URLSearchParams(fields)}`;
    const code = locationOf(await logIn(severalNames, page)).searchParams.get('code') ?? '';
    const sent = { grant_type: 'authorization_code', code, client_id: PUBLIC_CLIENT, redirect_uri: CALLBACK };
    return postForm(severalNames, `${base}${REALM_TOKEN}`, sent);
  };

  it('gives tokens at another name of the server, with a hint', async () => {
    const { status, headers } = await redeemAt(CLIENT_URL);

    expect(status).toBe(200);
    expect(headers['x-mock-hint']).toMatch(
      /^the login was at http:\/\/\S+ and its code was sent to http:\/\/mock:6625,/,
    );
  });

  it('gives tokens at the same name without a hint', async () => {
    expect((await redeemAt('')).headers).not.toHaveProperty('x-mock-hint');
  });
});
