/** Whoever signs a token may put any JSON into its claims and header, so no reader may rely on their types. */
import { readFileSync } from 'node:fs';
import { decodeJwt, exportJWK, generateKeyPair, importJWK } from 'jose';
import { describe, expect, it } from 'vitest';
import { BEARER_HEADER } from '../../src/tokens/bearer-key.ts';
import { compose } from '../../src/tokens/forge.ts';
import { adminBot } from '../support/cast.ts';
import { adminClaims } from '../support/nak.ts';
import { castKey, ngcCast } from '../support/ngc-cast.ts';
import { basic, INTROSPECTION, LOGOUT, PUBLIC_CLIENT, postForm, REVOCATION, USERINFO } from '../support/oauth.ts';
import { roundsOf } from '../support/properties.ts';
import { START, type TestServer, testServer } from '../support/server.ts';
import { goodClaims, shippedKey } from '../support/tokens.ts';
import { ISSUER, jwkSetOf, jwksFile, pair } from '../support/trusted-issuer.ts';

const SECONDS = START / 1000;

/** JSON values of every type, among them the extremes that JSON can express. */
const VALUES = [
  'null',
  'true',
  '0',
  '-1.5',
  '1e400',
  '""',
  '"text"',
  '"\\u0000\\ud800.__proto__"',
  '[]',
  '[null, 7, {}, "text"]',
  '{}',
  '{"toString": 7, "length": -1}',
];

/** Every claim that some reader reads. */
const CLAIMS = [
  ...['iss', 'sub', 'aud', 'exp', 'nbf', 'iat', 'jti', 'azp', 'sid', 'typ', 'scope', 'scopes', 'tenant_id', 'nonce'],
  ...['auth_time', 'email', 'email_verified', 'preferred_username', 'groups', 'GROUPS', 'org', 'client_id'],
];
const HEADER_MEMBERS = ['kid', 'typ', 'cty', 'crit', 'b64', 'jwk', 'x5c'];

const readKey = (file: string, algorithm: string) =>
  importJWK(JSON.parse(readFileSync(new URL(`../../fixtures/${file}`, import.meta.url), 'utf8')), algorithm);

type Key = NonNullable<Parameters<typeof compose>[2]>;
const adminKey = (await readKey('nak/admin-key.es256.json', 'ES256')) as Key;
const bearerKey = (await readKey('runai/bearer-key.rs256.json', 'RS256')) as Key;
const provider = await generateKeyPair('ES256');
const providerFile = jwksFile({ keys: [{ ...(await exportJWK(provider.publicKey)), kid: 'one' }] });

const [bearer] = JSON.parse(readFileSync(new URL('../../fixtures/runai/bearers.json', import.meta.url), 'utf8'));

const hosted = await testServer({ runaiIdp: [providerFile] });
const selfHosted = await testServer({
  nvcf: 'open-source',
  nvcfTrustedIssuer: [`${ISSUER}=${jwksFile(await jwkSetOf({ one: pair }))}`],
});

type Send = (token: string) => Promise<{ readonly status: number }>;

const asBearer =
  (server: TestServer, request: string): Send =>
  (token) =>
    server.call(request, { token });
const inForm =
  (path: string, field: string): Send =>
  (token) =>
    postForm(hosted, path, { [field]: token }, basic(adminBot.clientId, adminBot.clientSecret));

/** A kind of token: how a valid one is signed, and the requests that read it. */
interface Kind {
  readonly header: Readonly<Record<string, unknown>>;
  readonly claims: Readonly<Record<string, unknown>>;
  readonly key: Key;
  readonly readers: readonly Send[];
}

const runaiReaders = [
  asBearer(hosted, 'GET /api/v1/access-keys'),
  asBearer(hosted, `GET ${USERINFO}`),
  inForm(INTROSPECTION, 'token'),
  inForm(REVOCATION, 'token'),
];
const PROVIDER_CLAIMS = { iss: 'https://idp.test', sub: 'idp|ella', email: 'ella@idp.test', exp: SECONDS + 300 };
const SELF_HOSTED_READERS = [
  'GET /v2/nvcf/functions',
  'GET /integrate/v1/models',
  'GET /v1/nvct/tasks',
  'POST /v1/admin/keys',
  'GET /v1/keys',
].map((request) => asBearer(selfHosted, request));
const RS256 = { alg: 'RS256', typ: 'JWT', kid: shippedKey.kid };
const ID_CLAIMS = { ...goodClaims, typ: 'ID', sid: 'a-login', aud: PUBLIC_CLIENT };
const USER_CLAIMS = {
  iss: 'https://authn.nvidia.com',
  sub: 'a',
  azp: 'ngc',
  org: ngcCast.org,
  email: castKey('owner').user,
};

const KINDS: Readonly<Record<string, Kind>> = {
  'an access token': { header: RS256, claims: goodClaims, key: shippedKey.privateKey, readers: runaiReaders },
  'a bearer of the cast': {
    header: JSON.parse(atob(BEARER_HEADER)),
    claims: decodeJwt(bearer),
    key: bearerKey,
    readers: runaiReaders,
  },
  'an ID token': {
    header: RS256,
    claims: ID_CLAIMS,
    key: shippedKey.privateKey,
    readers: [inForm(LOGOUT, 'id_token_hint')],
  },
  'the token of an NGC user': {
    header: RS256,
    claims: { ...goodClaims, ...USER_CLAIMS },
    key: shippedKey.privateKey,
    readers: ['GET /v2/users/me', 'GET /v2/nvcf/functions', 'GET /api/v3/simulations', 'GET /api/v1/access-keys'].map(
      (request) => asBearer(hosted, request),
    ),
  },
  "an administrator's token": {
    header: { alg: 'ES256' },
    claims: adminClaims(SECONDS),
    key: adminKey,
    readers: SELF_HOSTED_READERS,
  },
  'the token of a trusted issuer': {
    header: { alg: 'ES256', kid: 'one' },
    claims: { iss: ISSUER, sub: 'admin-issuer-proxy', scopes: ['list_functions'], exp: SECONDS + 600 },
    key: pair.privateKey,
    readers: SELF_HOSTED_READERS,
  },
  'the token of an identity provider': {
    header: { alg: 'ES256', kid: 'one' },
    claims: PROVIDER_CLAIMS,
    key: provider.privateKey,
    readers: [(externalToken) => hosted.grant({ grantType: 'external_token_exchange', externalToken })],
  },
};

/** Replaces a member by JSON text, which can express more than a value. */
function withMember(members: Readonly<Record<string, unknown>>, name: string, json: string): string {
  const others = Object.entries(members).filter(([other]) => other !== name);
  const texts = others.map(([other, value]) => `${JSON.stringify(other)}:${JSON.stringify(value)}`);
  return `{${[...texts, `${JSON.stringify(name)}:${json}`].join(',')}}`;
}

describe.each(Object.entries(KINDS))('%s', (_kind, { header, claims, key, readers }) => {
  it('is accepted unchanged', async () => {
    const token = await compose(JSON.stringify(header), JSON.stringify(claims), key);

    expect((await readers[0]?.(token))?.status).toBeLessThan(400);
  });

  it.each(
    [...CLAIMS.map((name) => ['claim', name]), ...HEADER_MEMBERS.map((name) => ['header', name])].map(
      ([place, name], index) => ({ place, name, index }) as { place: string; name: string; index: number },
    ),
  )('is never an internal error, whatever its $place `$name` is', async ({ place, name, index }) => {
    // All of them at night; otherwise each member has another one.
    const count = roundsOf(VALUES.length, 1 / VALUES.length);
    for (const json of [...VALUES, ...VALUES].slice(index % VALUES.length).slice(0, count)) {
      const changed = place === 'claim' ? withMember(claims, name, json) : JSON.stringify(claims);
      const changedHeader = place === 'header' ? withMember(header, name, json) : JSON.stringify(header);
      const token = await compose(changedHeader, changed, key);
      for (const send of readers) expect((await send(token)).status, json).toBeLessThan(500);
    }
  });
});
