/** The exchange of a token of an identity provider for a token of the mock. */
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { decodeJwt, exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose';
import { afterAll, describe, expect, it } from 'vitest';
import type { Config } from '../../../src/app/options.ts';
import { identitiesIn } from '../../../src/services/runai/collections/identities.ts';
import type { Profile } from '../../../src/services/runai/tables/profiles.ts';
import { admin, researcher } from '../../support/cast.ts';
import { emptyFolder } from '../../support/folder.ts';
import { expectExplained, oauthError, otherVersions, postForm, V2_TOKEN } from '../../support/oauth.ts';
import { occupyPort } from '../../support/ports.ts';
import { runaiRefusal } from '../../support/refusal-shapes.ts';
import { type Answer, START, type TestServer, testServer } from '../../support/server.ts';
import { forge } from '../../support/tokens.ts';

const GRANT = 'external_token_exchange';
const EMAIL = 'ella@idp.test';
/** A group that has the role Viewer in this project by an access rule of the cast. */
const GROUP = 'ml-team';
const PROJECT = '4600001';
const NOW = START / 1000;

/** Creates a key pair of the identity provider. */
async function createKey(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } };
}
type Key = Awaited<ReturnType<typeof createKey>>;

const [key, nextKey, foreignKey] = (await Promise.all(['one', 'two', 'one'].map(createKey))) as [Key, Key, Key];

const validClaims = {
  iss: 'https://idp.test',
  sub: 'idp|ella',
  email: EMAIL,
  groups: [GROUP],
  iat: NOW,
  exp: NOW + 300,
};

/** Signs a token of the identity provider, with changed claims, another key or other header members. */
function signToken(
  claims: Record<string, unknown> = {},
  signer: Key = key,
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> {
  return new SignJWT({ ...validClaims, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: signer.kid, ...header })
    .sign(signer.privateKey);
}

const file = join(await emptyFolder(), 'idp.json');
await writeFile(file, JSON.stringify({ keys: [key.jwk] }));

const startServer = (profile: Profile, config: Partial<Config> = {}) =>
  testServer({ runai: profile, runaiIdp: [file], ...config });

/** A token endpoint of a version, with its request and response members. */
interface Endpoint {
  readonly name: string;
  readonly profile: keyof typeof servers;
  /** The request member of the external token. */
  readonly field: string;
  exchange(on: TestServer, token: string | undefined, client?: string): Promise<Answer>;
  readAccessToken(answer: Answer): string;
  readRefreshToken(answer: Answer): string;
  /** Expects a refusal, and returns its message. */
  expectRefusal(answer: Answer, status?: number, error?: string): string;
}

const createV1Endpoint = (profile: Endpoint['profile']): Endpoint => ({
  name: `POST /api/v1/token of ${profile}`,
  profile,
  field: 'externalToken',
  exchange: (on, externalToken, clientID) => on.grant({ grantType: GRANT, externalToken, clientID }),
  readAccessToken: ({ body }) => body.accessToken,
  readRefreshToken: ({ body }) => body.refreshToken,
  expectRefusal: (answer, status = 400) => {
    expect(answer.status).toBe(status);
    return runaiRefusal(answer);
  },
});

const v2Endpoint: Endpoint = {
  name: 'POST /api/v2/token of 3.0',
  profile: '3.0',
  field: 'external_token',
  exchange: (on, external_token, client_id) => postForm(on, V2_TOKEN, { grant_type: GRANT, external_token, client_id }),
  readAccessToken: ({ body }) => body.access_token,
  readRefreshToken: ({ body }) => body.refresh_token,
  expectRefusal: (answer, status = 400, error = 'invalid_grant') => oauthError(answer, status, error),
};

const listProjectIds = async (on: TestServer, token: string): Promise<string[]> => {
  const { body } = await on.call('GET /api/v1/org-unit/projects', { token });
  return (body.projects ?? []).map(({ id }: { id: string }) => id);
};

const findUser = async (on: TestServer, email: string) => {
  const { body } = await on.call('GET /api/v1/users', { token: await on.tokenOf(admin) });
  return body.find(({ username }: { username: string }) => username === email);
};

/** Returns an email address that no server has a user for. */
let emailCount = 0;
const createEmail = () => `newcomer-${++emailCount}@idp.test`;

const publicKey = new TextEncoder().encode(JSON.stringify(key.jwk));
const encodeJson = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const unsigned = `${encodeJson({ alg: 'none' })}.${encodeJson(validClaims)}.`;
const hs256Token = await new SignJWT(validClaims).setProtectedHeader({ alg: 'HS256', kid: key.kid }).sign(publicKey);
const [head = '', , signature = ''] = (await signToken()).split('.');

/** Tokens that are rejected, with a word of the message. */
const REJECTED: [what: string, token: string, names: RegExp][] = [
  ['that is not valid yet', await signToken({ nbf: NOW + 60 }), /nbf/],
  ['that never expires', await signToken({ exp: undefined }), /exp/],
  ['with an empty email address', await signToken({ email: '' }), /`email`/],
  ['with an email address that is not a string', await signToken({ email: 7 }), /`email`/],
  [
    'with claims that were changed after signing',
    `${head}.${encodeJson({ ...validClaims, email: admin.email })}.${signature}`,
    /signature/,
  ],
  ['signed with HS256 and the public key', hs256Token, /alg/i],
  ['that is not signed', unsigned, /alg/i],
  ['that this server issued', await forge(), /key/],
];

const servers = { '2.24': await startServer('2.24'), '3.0': await startServer('3.0') };

const ENDPOINTS = [createV1Endpoint('2.24'), createV1Endpoint('3.0'), v2Endpoint];

describe.each(ENDPOINTS)('the exchange at $name', (endpoint) => {
  const { exchange, readAccessToken, readRefreshToken, expectRefusal, profile, field } = endpoint;
  const server = servers[profile];
  const logIn = async (claims: Record<string, unknown>) => {
    const answer = await exchange(server, await signToken(claims));
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return readAccessToken(answer);
  };

  it('creates the user of the token, with the permissions of their groups', async () => {
    const email = createEmail();
    expect(await findUser(server, email)).toBeUndefined();
    const answer = await exchange(server, await signToken({ email }));
    const token = readAccessToken(answer);

    expect(answer.headers['cache-control']).toBe('no-store');
    expect(decodeJwt(token)).toMatchObject({ email, preferred_username: email, groups: [GROUP] });
    expect(readRefreshToken(answer)).toEqual(expect.any(String));
    expect(await listProjectIds(server, token)).toEqual([PROJECT]);
    expect(await findUser(server, email)).toMatchObject({ isLocal: false, groups: [GROUP], id: decodeJwt(token).sub });
  });

  it('creates no user if `email_verified` is false', async () => {
    const email = createEmail();
    const answer = await exchange(server, await signToken({ email, email_verified: false }));

    expectRefusal(answer);
    await expectExplained(server, answer, 'unverified_email');
    expect(await findUser(server, email)).toBeUndefined();
  });

  it('accepts the id of a client, and rejects unknown ids and access keys', async () => {
    const token = await signToken({ email: createEmail() });
    const exchangeWith = async (client: string) => exchange(server, token, client);

    expect(decodeJwt(readAccessToken(await exchangeWith('runai-cli')))['azp']).toBe('runai-cli');
    await expectExplained(server, await exchangeWith('nobody'), 'unknown_client');
    await expectExplained(server, await exchangeWith(researcher.accessKey.clientId), 'wrong_secret');
  });

  it(`names the field \`${field}\` when it rejects a token`, async () => {
    const answer = await exchange(server, await signToken({}, foreignKey));

    expect(expectRefusal(answer)).toMatch(new RegExp(`^Field \`${field}\` is not a valid token`));
  });

  it('rejects a request without a token', async () => {
    for (const token of [undefined, '']) {
      const answer = await exchange(server, token);

      expect(expectRefusal(answer, 400, 'invalid_request')).toMatch(/Field `external_?[tT]oken` is missing/);
      expect(answer.decision).toBeNull();
    }
  });

  // All endpoints share the grant, so the other tests use only the first.
  if (endpoint !== ENDPOINTS[0]) return;

  it('returns the same user at every login, with the groups of the last token', async () => {
    const email = createEmail();
    const first = await logIn({ email });
    const second = await logIn({ email: email.toUpperCase(), groups: ['others'] });
    const third = await logIn({ email, groups: undefined, GROUPS: [GROUP, 'others'] });

    expect(new Set([first, second, third].map((token) => decodeJwt(token).sub)).size).toBe(1);
    expect(decodeJwt(second)['groups']).toEqual(['others']);
    expect(decodeJwt(third)['groups']).toEqual([GROUP, 'others']);
    expect(await findUser(server, email)).toMatchObject({ groups: [GROUP, 'others'] });
  });

  it('revokes and restores the permissions of a group for a token in use', async () => {
    const email = createEmail();
    const token = await logIn({ email });
    expect(await listProjectIds(server, token)).toEqual([PROJECT]);
    await logIn({ email, groups: ['others'] });
    expect(await listProjectIds(server, token)).toEqual([]);
    await logIn({ email });

    expect(await listProjectIds(server, token)).toEqual([PROJECT]);
  });

  it('keeps the groups of the user if the token has no groups', async () => {
    const email = createEmail();
    await logIn({ email });

    expect(await listProjectIds(server, await logIn({ email, groups: undefined }))).toEqual([PROJECT]);
  });

  it.each([
    ['the user name if the token has no email address', { email: undefined, preferred_username: 'ella' }, 'ella'],
    ['the subject if the token has neither', { email: undefined }, 'idp|ella'],
  ])('names the user by %s', async (_what, claims, name) => {
    expect(decodeJwt(await logIn(claims))['preferred_username']).toBe(name);
  });

  it('logs in a local user if the token has their verified email address', async () => {
    const token = await logIn({ email: researcher.email, email_verified: true, groups: undefined });

    expect(decodeJwt(token)).toMatchObject({ sub: researcher.id, email: researcher.email });
  });

  it.each([
    ['an email address without `email_verified`', { email: admin.email }],
    ['an email address that is not verified', { email: admin.email, email_verified: false }],
    ['an email address in another case', { email: admin.email.toUpperCase() }],
    ['an email address with `email_verified` as a string', { email: admin.email, email_verified: 'true' }],
    ['a user name', { email: undefined, preferred_username: admin.email }],
    [
      'a user name with `email_verified`, but no email address',
      { email: undefined, preferred_username: admin.email, email_verified: true },
    ],
    ['a subject', { email: undefined, sub: admin.email }],
  ])('does not log in a local user by %s', async (_what, claims) => {
    const answer = await exchange(server, await signToken(claims));

    expect(expectRefusal(answer)).toContain('email_verified');
    await expectExplained(server, answer, 'unverified_email');
    expect(await findUser(server, admin.email)).toMatchObject({ isLocal: true });
    expect(await findUser(server, admin.email)).not.toHaveProperty('groups');
  });

  it('rejects the token of a disabled user', async () => {
    const email = createEmail();
    const { sub } = decodeJwt(await logIn({ email }));
    await identitiesIn(server.world.store).edit(String(sub), { enabled: false }, START);
    const answer = await exchange(server, await signToken({ email }));

    expectRefusal(answer);
    await expectExplained(server, answer, 'disabled');
  });

  it.each(REJECTED)('rejects a token %s', async (_what, token, names) => {
    const answer = await exchange(server, token);
    const decision = await expectExplained(server, answer, 'bad_external_token');
    const message = expectRefusal(answer);

    expect(message).toMatch(names);
    expect(message).toMatch(/external.?token|identity provider/i);
    expect(JSON.stringify([message, decision])).not.toContain(token);
    expect(await findUser(server, EMAIL)).toBeUndefined();
  });

  it('is rejected with a fix that names --runai-idp if no identity provider is configured', async () => {
    const serverWithoutIdp = await startServer(profile, { runaiIdp: [] });
    const answer = await exchange(serverWithoutIdp, await signToken());
    const { fixes } = await expectExplained(serverWithoutIdp, answer, 'no_identity_provider');

    expect(expectRefusal(answer)).toContain('`--runai-idp`');
    expect(fixes[0].text).toContain('`--runai-idp`');
  });
});

describe('an identity provider with an issuer or an audience', async () => {
  const ISSUER = 'https://idp.test';
  const AUDIENCE = 'runai';
  const { exchange, expectRefusal } = createV1Endpoint('2.24');
  const serverWithIssuer = await startServer('2.24', { runaiIdp: [file, `issuer=${ISSUER}`] });
  const serverWithAudience = await startServer('2.24', { runaiIdp: [`audience=${AUDIENCE}`, file] });

  it('accepts a token with its audience and any issuer', async () => {
    const token = await signToken({ email: createEmail(), iss: 'https://other.test', aud: AUDIENCE });
    expect((await exchange(serverWithAudience, token)).status).toBe(200);
  });

  it.each<[string, TestServer, Record<string, unknown>, RegExp]>([
    ['another issuer', serverWithIssuer, { iss: 'https://other.test' }, /"iss"/],
    ['no audience', serverWithAudience, {}, /"aud"/],
  ])('rejects a token with %s', async (_what, server, claims, message) => {
    const email = createEmail();
    const answer = await exchange(server, await signToken({ email, ...claims }));

    expect(expectRefusal(answer)).toMatch(message);
    await expectExplained(server, answer, 'bad_external_token');
    expect(await findUser(server, email)).toBeUndefined();
  });

  it.each([
    ['an issuer alone', [`issuer=${ISSUER}`], /--runai-idp issuer=\.\.\. needs a JWK set/],
    ['two issuers', [file, 'issuer=a', 'issuer=b'], '--runai-idp has `issuer=` twice. Keep one of them.'],
    ['two JWK sets', [file, 'issuer=a', file], '--runai-idp has two JWK sets. Keep one of them.'],
  ])('prevents the start if it has %s', async (_what, runaiIdp, message) => {
    await expect(testServer({ runaiIdp })).rejects.toThrow(message);
  });
});

describe('an identity provider with a JWK set at a URL', () => {
  /** The response of the provider. */
  const provided = { status: 200, body: JSON.stringify({ keys: [key.jwk] }) };
  const provider = createServer((_request, response) => {
    response.writeHead(provided.status, { 'content-type': 'application/json' }).end(provided.body);
  });
  const urlOfSet = new Promise<string>((resolve) => {
    provider.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(provider.address() as AddressInfo).port}/jwks`));
  });
  afterAll(() => void provider.close());
  const provideKeys = (...keys: readonly Key[]) => {
    Object.assign(provided, { status: 200, body: JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }) });
  };
  const { exchange } = createV1Endpoint('2.24');

  it('can remove a key, and tokens of that key are then rejected', async () => {
    provideKeys(key);
    const server = await startServer('2.24', { runaiIdp: [await urlOfSet] });
    await exchange(server, await signToken());
    provideKeys(nextKey);
    await exchange(server, await signToken({}, nextKey));

    expect((await exchange(server, await signToken())).decision.reason).toBe('bad_external_token');
  });

  const FAILURES: [what: string, status: number, body: string][] = [
    ['responds with 500', 500, '{}'],
    ['does not return a JWK set', 200, '{"issuer":"https://idp.test"}'],
  ];

  it.each(FAILURES)('that %s causes 503 with its URL in the message until it recovers', async (_what, status, body) => {
    const url = await urlOfSet;
    const server = await startServer('3.0', { runaiIdp: [url] });
    Object.assign(provided, { status, body });
    const v1Endpoint = createV1Endpoint('3.0');
    const message = v1Endpoint.expectRefusal(await v1Endpoint.exchange(server, await signToken()), 503);
    // As in the published document, this is not an error of OAuth.
    const v2Message = v1Endpoint.expectRefusal(await v2Endpoint.exchange(server, await signToken()), 503);

    expect(message).toContain(url);
    expect(message).toContain('identity provider');
    expect(v2Message).toBe(message);
    provideKeys(key);
    expect((await v1Endpoint.exchange(server, await signToken())).status).toBe(200);
  });

  it('that becomes unavailable causes 503 for an unknown key id only', async () => {
    provideKeys(key);
    const server = await startServer('2.24', { runaiIdp: [await urlOfSet] });
    expect((await exchange(server, await signToken())).status).toBe(200);
    Object.assign(provided, { status: 500, body: '{}' });

    expect((await exchange(server, await signToken({}, nextKey))).status).toBe(503);
    expect((await exchange(server, await signToken())).status).toBe(200);
  });

  it('that cannot be reached causes 503 with its URL in the message', async () => {
    const { port, release } = await occupyPort();
    await release();
    const url = `http://127.0.0.1:${port}/jwks`;
    const server = await startServer('2.24', { runaiIdp: [url] });
    const answer = await exchange(server, await signToken());

    expect(answer.status).toBe(503);
    expect(runaiRefusal(answer)).toBe(
      `The keys of the identity provider cannot be read from ${url}: there is no response. Check the source, and try again.`,
    );
    expect(answer.decision).toBeNull();
  });
});

it.each([
  ['missing', undefined, 'cannot be read'],
  ['not JSON', 'keys', 'is not valid JSON'],
])('the server does not start if the file of --runai-idp is %s', async (_what, text, message) => {
  const path = join(await emptyFolder(), 'set.json');
  if (text !== undefined) await writeFile(path, text);

  await expect(startServer('2.24', { runaiIdp: [path] })).rejects.toThrow(message);
});

it('the exchange is not supported in 2.19; the message lists the supported grants, and a hint names the other versions', async () => {
  const server = await startServer('2.19');
  const answer = await server.grant({ grantType: GRANT, externalToken: await signToken() });

  expect(answer.status).toBe(400);
  expect(runaiRefusal(answer)).toMatch(/`grantType` must be one of `app_token`, /);
  expect(await otherVersions(server)).toContain(
    `POST requested the grant \`${GRANT}\`, which this endpoint supports only in 2.24, 3.0`,
  );
  expect(await identitiesIn(server.world.store).byName('user', EMAIL)).toBeNull();
});
