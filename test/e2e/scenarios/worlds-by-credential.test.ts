import { createHash, randomBytes } from 'node:crypto';
import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../../src/app/options.ts';
import { researcher } from '../../support/cast.ts';
import { listeningServer } from '../../support/listening.ts';
import { authorizationPath, ISSUER_PATH, locationOf, logIn, PUBLIC_CLIENT, shownForm } from '../../support/oauth.ts';
import { callsBelow, fetchThrough } from '../../support/sockets.ts';
import { discover, logInStrictly, refreshStrictly } from '../../support/strict-oauth.ts';
import { claimsOf, tokenOf } from '../../support/worlds.ts';

const WORLD = 'alice';
const PUBLIC_URL = 'https://mock.test';

/** Starts a listening server with two worlds. */
async function startServerWithWorlds(config: Partial<Config> = {}) {
  const { url } = await listeningServer({ world: [WORLD, 'bob'], alias: ['mock.test'], ...config });
  const { port } = new URL(url);
  const through = fetchThrough(Number(port));
  return { url, port, through, call: callsBelow(url, through) };
}

const localServer = await startServerWithWorlds();
const publicServer = await startServerWithWorlds({ publicUrl: PUBLIC_URL });
const { body: cast } = await localServer.call(`GET /w/${WORLD}/_mock/cast`);
const { accessKey } = cast.runai.users[0];
const findKey = (name: string): string => cast.ngc.keys.find((key: { name: string }) => key.name === name).key;

/** The URLs by which a client addresses the world, with the issuer that discovery must return there. */
const WAYS = [
  {
    way: 'its prefix',
    server: localServer,
    base: `${localServer.url}/w/${WORLD}`,
    issuer: `${localServer.url}/w/${WORLD}`,
  },
  {
    way: 'its host',
    server: localServer,
    base: `http://${WORLD}.localhost:${localServer.port}`,
    issuer: `http://${WORLD}.localhost:${localServer.port}`,
  },
  {
    way: 'its prefix below a public URL',
    server: publicServer,
    base: `${PUBLIC_URL}/w/${WORLD}`,
    issuer: `${PUBLIC_URL}/w/${WORLD}`,
  },
  {
    way: 'its host, where there is a public URL',
    server: publicServer,
    base: `https://${WORLD}.mock.test`,
    issuer: `${PUBLIC_URL}/w/${WORLD}`,
  },
].map((way) => ({ ...way, issuer: new URL(`${way.issuer}${ISSUER_PATH}`) }));

describe.each(WAYS)('a strict OAuth client that addresses the world by $way', ({ server, base, issuer }) => {
  const { through } = server;
  const isSecure = issuer.protocol === 'https:';
  /** Logs in with the browser of the user, and returns the redirect to the client. */
  const followLogin = async (page: URL) => {
    expect(page.href.startsWith(issuer.href)).toBe(true);
    const browser = { call: callsBelow(page.origin, through) };
    return locationOf(await logIn(browser, page));
  };
  /** Sends the token to the root of the server, where only the token selects the world, and reads its decision in the world. */
  const readStatuses = async (token: string) => {
    const { status, decision } = await server.call('GET /api/v1/authorization/permissions', { token });
    const seen = await server.call(`GET /w/${WORLD}/_mock/decisions/${decision.id}`);
    return [status, seen.status];
  };

  it('logs a user in with oauth4webapi, refreshes, and reads userinfo', async () => {
    const options = { [oauth.customFetch]: through, [oauth.allowInsecureRequests]: !isSecure };
    const as = await discover(options, issuer, new URL(`${base}${ISSUER_PATH}`));
    const client: oauth.Client = { client_id: PUBLIC_CLIENT };
    const { tokens, claims } = await logInStrictly(options, as, client, followLogin);
    const next = await refreshStrictly(options, as, client, tokens.refresh_token);
    const asked = await oauth.userInfoRequest(as, client, next.access_token, options);
    const userinfo = await oauth.processUserInfoResponse(as, client, claims.sub, asked);

    expect(claims).toMatchObject({ iss: issuer.href, aud: PUBLIC_CLIENT, sub: researcher.id });
    expect(userinfo).toMatchObject({ sub: researcher.id, email: researcher.email });
    expect(claimsOf(next.access_token)).toMatchObject({ iss: issuer.href, sid: expect.stringMatching(/\.alice$/) });
    expect(await readStatuses(next.access_token)).toEqual([200, 200]);
  });
});

it('a token of a world that is requested by its credential alone has the public URL as its issuer', async () => {
  const token = await tokenOf(publicServer.call, accessKey);
  const { iss } = claimsOf(token);
  const discovery = await publicServer.through(`${iss}/.well-known/openid-configuration`);
  const metadata = (await discovery.json()) as { issuer: string; jwks_uri: string };
  const keys = createRemoteJWKSet(new URL(metadata.jwks_uri), { [customFetch]: publicServer.through });
  const issuer = `${PUBLIC_URL}${ISSUER_PATH}`;
  const { payload } = await jwtVerify(token, keys, { issuer, requiredClaims: ['exp'] });

  expect([iss, metadata.issuer]).toEqual([issuer, issuer]);
  expect(payload['sid']).toMatch(/\.alice$/);
});

it('the pages of the documents of a world have links that stay in the world', async () => {
  const visited = new Set<string>();
  const visit = async (path: string): Promise<void> => {
    if (visited.has(path)) return;
    visited.add(path);
    const { status, body, headers } = await localServer.call(`GET ${path}`);
    expect([path, status]).toEqual([path, 200]);
    if (!String(headers['content-type']).startsWith('text/html')) return;
    for (const [, link = ''] of String(body).matchAll(/(?:href|src)="(?!data:)([^"#]+)/g)) {
      const { pathname } = new URL(link, `http://mock${path}`);
      // Each document takes as long as all pages.
      if (/\.(?:json|yaml)$/.test(pathname)) visited.add(pathname);
      else await visit(pathname);
    }
  };
  await visit(`/w/${WORLD}/docs`);

  expect(visited.size).toBeGreaterThan(10);
  expect([...visited].filter((path) => !path.startsWith(`/w/${WORLD}/`))).toEqual([]);
});

describe('links of a world work without the credential that selected it:', () => {
  const air = (request: string, body?: unknown) => localServer.call(request, { token: findKey('air-admin'), body });
  const put = (url: string, body: Uint8Array, headers: Record<string, string> = {}) =>
    localServer.through(url, { method: 'PUT', body, headers });

  it('the next page of a list (with that credential)', async () => {
    for (const name of ['first', 'second']) await air('POST /api/v3/simulations/', { name: `paged-${name}` });
    const { body: page } = await air('GET /api/v3/simulations/?search=paged-&limit=1');
    const { pathname, search, origin } = new URL(page.next);
    const { body: next } = await air(`GET ${pathname}${search}`);
    const names = [...page.results, ...next.results].map(({ name }: { name: string }) => name);

    expect([origin, next.count, next.next]).toEqual([localServer.url, 2, null]);
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

    expect(part.url).toMatch(new RegExp(`^${localServer.url}/w/${WORLD}/api/v3/uploads/`));
    expect([sent.status, complete.status]).toEqual([200, 200]);
  });

  it('the upload and the download of an asset of Cloud Functions', async () => {
    const token = findKey('nvcf-full-access');
    const order = { contentType: 'text/plain', description: 'of alice' };
    const { body: asset } = await localServer.call('POST /v2/nvcf/assets', { token, body: order });
    const headers = { 'content-type': 'text/plain', 'x-amz-meta-nvcf-asset-description': 'of alice' };
    const sent = await put(asset.uploadUrl, Buffer.from('alice'), headers);
    const redirect = await localServer.call(`GET /v2/nvcf/assets/${asset.assetId}/content-redirect`, { token });
    const taken = await localServer.through(String(redirect.headers['location']));

    expect(asset.uploadUrl).toMatch(new RegExp(`^${localServer.url}/w/${WORLD}/v2/nvcf/uploads/`));
    expect([sent.status, await taken.text()]).toEqual([200, 'alice']);
  });

  it.each([
    ['prefix', callsBelow(`${localServer.url}/w/${WORLD}`, localServer.through)],
    ['host', callsBelow(`http://${WORLD}.localhost:${localServer.port}`, localServer.through)],
    ['header', callsBelow(localServer.url, localServer.through, { 'x-mock-world': WORLD })],
    ['prefix, below a public URL', callsBelow(`${publicServer.url}/w/${WORLD}`, publicServer.through)],
  ])('the form of a login page reached by %s', async (_, call) => {
    const { body: page } = await call(`GET ${authorizationPath()}`);

    expect(shownForm(page).action).toMatch(new RegExp(`^/w/${WORLD}${ISSUER_PATH}/login-actions/`));
  });

  it('the host of a function, below the host of the world', async () => {
    const { functionId } = cast.nvcf.functions.find(({ name }: { name: string }) => name === 'echo');
    const token = findKey('nvcf-full-access');
    const invokeAt = (host: string) =>
      callsBelow(`http://${functionId}.invocation.${host}`, localServer.through)('POST /w/echo', {
        token,
        body: { of: 'alice' },
      });
    const [byHost, byCredential, elsewhere] = await Promise.all(
      [`${WORLD}.localhost`, 'localhost', 'bob.localhost'].map(invokeAt),
    );

    expect([byHost?.status, byCredential?.status]).toEqual([200, 200]);
    expect(elsewhere?.decision).toMatchObject({ effect: 'deny', reason: 'other_world' });
  });
});
