import { createHash, randomBytes } from 'node:crypto';
import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../src/config/options.ts';
import { researcher } from '../support/cast.ts';
import { listeningServer } from '../support/listening.ts';
import {
  authorizationPath,
  CALLBACK,
  ISSUER_PATH,
  locationOf,
  logIn,
  PUBLIC_CLIENT,
  shownForm,
} from '../support/oauth.ts';
import { callsBelow, fetchThrough } from '../support/sockets.ts';
import { claimsOf, tokenOf } from '../support/worlds.ts';

const WORLD = 'alice';
const PUBLIC_URL = 'https://mock.test';
const SCOPE = 'openid profile email offline_access';

/** A server with two worlds, on a socket of its own. */
async function serverWithWorlds(config: Partial<Config> = {}) {
  const { url } = await listeningServer({ world: [WORLD, 'bob'], alias: ['mock.test'], ...config });
  const { port } = new URL(url);
  const through = fetchThrough(Number(port));
  return { url, port, through, call: callsBelow(url, through) };
}

const plain = await serverWithWorlds();
const named = await serverWithWorlds({ publicUrl: PUBLIC_URL });
const { body: cast } = await plain.call(`GET /w/${WORLD}/_mock/cast`);
const { accessKey } = cast.runai.users[0];
const keyOf = (name: string): string => cast.ngc.keys.find((key: { name: string }) => key.name === name).key;

/** By which names a client is given the world: where it asks for discovery, and which issuer it must find there. */
const WAYS = [
  { way: 'its prefix', server: plain, base: `${plain.url}/w/${WORLD}`, issuer: `${plain.url}/w/${WORLD}` },
  {
    way: 'its host',
    server: plain,
    base: `http://${WORLD}.localhost:${plain.port}`,
    issuer: `http://${WORLD}.localhost:${plain.port}`,
  },
  {
    way: 'its prefix below a public URL',
    server: named,
    base: `${PUBLIC_URL}/w/${WORLD}`,
    issuer: `${PUBLIC_URL}/w/${WORLD}`,
  },
  {
    way: 'its host, where there is a public URL',
    server: named,
    base: `https://${WORLD}.mock.test`,
    issuer: `${PUBLIC_URL}/w/${WORLD}`,
  },
].map((way) => ({ ...way, issuer: new URL(`${way.issuer}${ISSUER_PATH}`) }));

describe.each(WAYS)('a strict OAuth client that knows the world by $way', ({ server, base, issuer }) => {
  const { through } = server;
  const isSecure = issuer.protocol === 'https:';
  /** A browser, in which the user logs in, and comes back to the client. */
  const callbackOf = async (page: URL) => {
    expect(page.href.startsWith(issuer.href)).toBe(true);
    const browser = { call: callsBelow(page.origin, through) };
    return locationOf(await logIn(browser, page));
  };
  /** What the token may do, and whose it is: asked at the server's root, where only the token itself can tell. */
  const judgedAtTheRoot = async (token: string) => {
    const { status, decision } = await server.call('GET /api/v1/authorization/permissions', { token });
    const seen = await server.call(`GET /w/${WORLD}/_mock/decisions/${decision.id}`);
    return [status, seen.status];
  };

  it('oauth4webapi logs a user in, refreshes, and asks who it is', async () => {
    const options = { [oauth.customFetch]: through, [oauth.allowInsecureRequests]: !isSecure };
    const where = new URL(`${base}${ISSUER_PATH}`);
    const found = await oauth.discoveryRequest(where, { algorithm: 'oidc', ...options });
    const as = await oauth.processDiscoveryResponse(issuer, found);
    const client: oauth.Client = { client_id: PUBLIC_CLIENT };
    const verifier = oauth.generateRandomCodeVerifier();
    const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
    const page = new URL(String(as.authorization_endpoint));
    page.search = String(
      new URLSearchParams({
        client_id: PUBLIC_CLIENT,
        redirect_uri: CALLBACK,
        response_type: 'code',
        scope: SCOPE,
        code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
        state,
        nonce,
      }),
    );
    const callback = await callbackOf(page);
    const given = oauth.validateAuthResponse(as, client, callback, state);
    const none = oauth.None();
    const response = await oauth.authorizationCodeGrantRequest(as, client, none, given, CALLBACK, verifier, options);
    const checks = { expectedNonce: nonce, requireIdToken: true };
    const tokens = await oauth.processAuthorizationCodeResponse(as, client, response, checks);
    await oauth.validateApplicationLevelSignature(as, response, options);
    const claims = oauth.getValidatedIdTokenClaims(tokens) as oauth.IDToken;
    const refreshed = await oauth.refreshTokenGrantRequest(as, client, none, String(tokens.refresh_token), options);
    const next = await oauth.processRefreshTokenResponse(as, client, refreshed);
    await oauth.validateApplicationLevelSignature(as, refreshed, options);
    const asked = await oauth.userInfoRequest(as, client, next.access_token, options);
    const userinfo = await oauth.processUserInfoResponse(as, client, claims.sub, asked);

    expect(callback.searchParams.get('iss')).toBe(issuer.href);
    expect(claims).toMatchObject({ iss: issuer.href, aud: PUBLIC_CLIENT, sub: researcher.id });
    expect(userinfo).toMatchObject({ sub: researcher.id, email: researcher.email });
    expect(claimsOf(next.access_token)).toMatchObject({ iss: issuer.href, sid: expect.stringMatching(/\.alice$/) });
    expect(await judgedAtTheRoot(next.access_token)).toEqual([200, 200]);
  });

  it('openid-client logs a user in, and out again by the page that discovery names', async () => {
    const config = await openid.discovery(
      new URL(`${base}${ISSUER_PATH}/.well-known/openid-configuration`),
      PUBLIC_CLIENT,
      {},
      openid.None(),
      {
        [openid.customFetch]: through,
        execute: [openid.enableNonRepudiationChecks, ...(isSecure ? [] : [openid.allowInsecureRequests])],
      },
    );
    const verifier = openid.randomPKCECodeVerifier();
    const [expectedState, expectedNonce] = [openid.randomState(), openid.randomNonce()];
    const page = openid.buildAuthorizationUrl(config, {
      redirect_uri: CALLBACK,
      scope: SCOPE,
      code_challenge: await openid.calculatePKCECodeChallenge(verifier),
      code_challenge_method: 'S256',
      state: expectedState,
      nonce: expectedNonce,
    });
    const tokens = await openid.authorizationCodeGrant(config, await callbackOf(page), {
      pkceCodeVerifier: verifier,
      expectedState,
      expectedNonce,
      idTokenExpected: true,
    });
    const before = await judgedAtTheRoot(tokens.access_token);
    const logout = openid.buildEndSessionUrl(config, {
      id_token_hint: String(tokens.id_token),
      post_logout_redirect_uri: CALLBACK,
    });
    const left = await callsBelow(logout.origin, through)(`GET ${logout.pathname}${logout.search}`);

    expect(tokens.claims()).toMatchObject({ iss: issuer.href, sub: researcher.id });
    expect(before).toEqual([200, 200]);
    expect(locationOf(left).href).toBe(CALLBACK);
    expect(await judgedAtTheRoot(tokens.access_token)).toEqual([401, 200]);
  });

  it('openid-client gets a token by an access key of the world', async () => {
    const config = await openid.discovery(
      new URL(`${base}${ISSUER_PATH}/.well-known/openid-configuration`),
      accessKey.clientId,
      {},
      openid.ClientSecretBasic(accessKey.clientSecret),
      { [openid.customFetch]: through, execute: isSecure ? [] : [openid.allowInsecureRequests] },
    );
    const { access_token: token } = await openid.clientCredentialsGrant(config);

    expect(await openid.tokenIntrospection(config, token)).toMatchObject({ active: true, iss: issuer.href });
  });
});

describe('a token of a world is verified by what its own issuer leads to', () => {
  const host = `http://${WORLD}.localhost:${plain.port}`;
  const asked = [
    ['prefix', callsBelow(`${plain.url}/w/${WORLD}`, plain.through), plain, `${plain.url}/w/${WORLD}`],
    ['host', callsBelow(host, plain.through), plain, host],
    ['header', callsBelow(plain.url, plain.through, { 'x-mock-world': WORLD }), plain, plain.url],
    ['credential', plain.call, plain, plain.url],
    [
      'prefix, below a public URL',
      callsBelow(`${named.url}/w/${WORLD}`, named.through),
      named,
      `${PUBLIC_URL}/w/${WORLD}`,
    ],
    [
      'host, where there is a public URL',
      callsBelow(`http://${WORLD}.mock.test`, named.through),
      named,
      `${PUBLIC_URL}/w/${WORLD}`,
    ],
    ['credential, where there is a public URL', named.call, named, PUBLIC_URL],
  ] as const;

  it.each(asked)('asked for by %s', async (_, call, { through }, origin) => {
    const token = await tokenOf(call, accessKey);
    const issuer = `${origin}${ISSUER_PATH}`;
    const { iss } = claimsOf(token);
    const discovery = await through(`${iss}/.well-known/openid-configuration`);
    const metadata = (await discovery.json()) as { issuer: string; jwks_uri: string };
    const keys = createRemoteJWKSet(new URL(metadata.jwks_uri), { [customFetch]: through });
    const { payload } = await jwtVerify(token, keys, { issuer, requiredClaims: ['exp'] });

    expect([iss, metadata.issuer]).toEqual([issuer, issuer]);
    expect(payload['sid']).toMatch(/\.alice$/);
  });
});

describe('the documents of a world', () => {
  it.each(['ngc', 'control'])('lead into it: %s', async (name) => {
    const { body } = await plain.call(`GET /w/${WORLD}/openapi/${name}.json`);
    const { body: ofServer } = await plain.call(`GET /openapi/${name}.json`);

    expect(body.servers).toEqual([{ url: `/w/${WORLD}` }]);
    expect({ ...body, servers: ofServer.servers }).toEqual(ofServer);
    expect((await plain.call(`GET /w/${WORLD}/openapi/${name}.yaml`)).status).toBe(200);
  });

  it('have pages whose links stay in it', async () => {
    const visited = new Set<string>();
    const visit = async (path: string): Promise<void> => {
      if (visited.has(path)) return;
      visited.add(path);
      const { status, body, headers } = await plain.call(`GET ${path}`);
      expect([path, status]).toEqual([path, 200]);
      if (!String(headers['content-type']).startsWith('text/html')) return;
      for (const [, link = ''] of String(body).matchAll(/(?:href|src)="(?!data:)([^"#]+)/g)) {
        const { pathname } = new URL(link, `http://mock${path}`);
        // Documents of this world are asked for above, and each takes as long as all pages.
        if (/\.(?:json|yaml)$/.test(pathname)) visited.add(pathname);
        else await visit(pathname);
      }
    };
    await visit(`/w/${WORLD}/docs`);

    expect(visited.size).toBeGreaterThan(10);
    expect([...visited].filter((path) => !path.startsWith(`/w/${WORLD}/`))).toEqual([]);
  });
});

describe('what a world gives out works for whoever has only the link', () => {
  const air = (request: string, body?: unknown) => plain.call(request, { token: keyOf('air-admin'), body });
  const put = (url: string, body: Uint8Array, headers: Record<string, string> = {}) =>
    plain.through(url, { method: 'PUT', body, headers });

  it('the next page of a list, with the credential that chose the world', async () => {
    for (const name of ['first', 'second']) await air('POST /api/v3/simulations/', { name: `paged-${name}` });
    const { body: page } = await air('GET /api/v3/simulations/?search=paged-&limit=1');
    const { pathname, search, origin } = new URL(page.next);
    const { body: next } = await air(`GET ${pathname}${search}`);
    const names = [...page.results, ...next.results].map(({ name }: { name: string }) => name);

    expect([origin, next.count, next.next]).toEqual([plain.url, 2, null]);
    expect(names.sort()).toEqual(['paged-first', 'paged-second']);
  });

  it('the parts of an image', async () => {
    const given = { name: 'of-alice', version: '1.0', default_username: 'cumulus', default_password: 'secret' };
    const { body: image } = await air('POST /api/v3/images/', given);
    const bytes = randomBytes(1000);
    const order = { hash: createHash('sha256').update(bytes).digest('hex'), size: bytes.length };
    const { body: started } = await air(`PATCH /api/v3/images/${image.id}/start-upload/`, order);
    const [part] = started.part_urls;
    const sent = await put(part.url, bytes);
    const etag = sent.headers.get('etag');
    const complete = await air(`PATCH /api/v3/images/${image.id}/complete-upload/`, {
      parts: [{ part_number: part.part_number, etag }],
    });

    expect(part.url).toMatch(new RegExp(`^${plain.url}/w/${WORLD}/api/v3/uploads/`));
    expect([sent.status, complete.status]).toEqual([200, 200]);
  });

  it('the upload and the download of an asset of Cloud Functions', async () => {
    const token = keyOf('nvcf-full-access');
    const order = { contentType: 'text/plain', description: 'of alice' };
    const { body: asset } = await plain.call('POST /v2/nvcf/assets', { token, body: order });
    const headers = { 'content-type': 'text/plain', 'x-amz-meta-nvcf-asset-description': 'of alice' };
    const sent = await put(asset.uploadUrl, Buffer.from('alice'), headers);
    const redirect = await plain.call(`GET /v2/nvcf/assets/${asset.assetId}/content-redirect`, { token });
    const taken = await plain.through(String(redirect.headers['location']));

    expect(asset.uploadUrl).toMatch(new RegExp(`^${plain.url}/w/${WORLD}/v2/nvcf/uploads/`));
    expect([sent.status, await taken.text()]).toEqual([200, 'alice']);
  });

  it.each([
    ['prefix', callsBelow(`${plain.url}/w/${WORLD}`, plain.through)],
    ['host', callsBelow(`http://${WORLD}.localhost:${plain.port}`, plain.through)],
    ['header', callsBelow(plain.url, plain.through, { 'x-mock-world': WORLD })],
    ['prefix, below a public URL', callsBelow(`${named.url}/w/${WORLD}`, named.through)],
  ])('the form of a login page that was found by %s', async (_, call) => {
    const { body: page } = await call(`GET ${authorizationPath()}`);

    expect(shownForm(page).action).toMatch(new RegExp(`^/w/${WORLD}${ISSUER_PATH}/login-actions/`));
  });

  it("a function's own host, below the world's", async () => {
    const { functionId } = cast.nvcf.functions.find(({ name }: { name: string }) => name === 'echo');
    const token = keyOf('nvcf-full-access');
    const asked = (host: string) =>
      callsBelow(`http://${functionId}.invocation.${host}`, plain.through)('POST /w/echo', {
        token,
        body: { of: 'alice' },
      });
    const [byHost, byCredential, elsewhere] = await Promise.all(
      [`${WORLD}.localhost`, 'localhost', 'bob.localhost'].map(asked),
    );

    expect([byHost?.status, byCredential?.status]).toEqual([200, 200]);
    expect(elsewhere?.decision).toMatchObject({ effect: 'deny', reason: 'other_world' });
  });
});
