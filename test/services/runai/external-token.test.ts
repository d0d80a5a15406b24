/** Tokens of an identity provider, exchanged for ours. */
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { decodeJwt, exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from 'jose';
import { afterAll, describe, expect, it } from 'vitest';
import type { Config } from '../../../src/config/options.ts';
import { identitiesIn } from '../../../src/services/runai/collections/identities.ts';
import type { Profile } from '../../../src/services/runai/tables/profiles.ts';
import { admin, researcher } from '../../support/cast.ts';
import { emptyFolder } from '../../support/folder.ts';
import { explained, oauthError, otherVersions, postForm, REALM_TOKEN, V2_TOKEN } from '../../support/oauth.ts';
import { takenPort } from '../../support/ports.ts';
import { runaiRefusal } from '../../support/refusal-shapes.ts';
import { type Answer, START, type TestServer, testServer } from '../../support/server.ts';
import { forge } from '../../support/tokens.ts';

const GRANT = 'external_token_exchange';
const EMAIL = 'ella@idp.test';
/** The group that a rule of the cast makes Viewer of this project. */
const GROUP = 'ml-team';
const PROJECT = '4600001';
const NOW = START / 1000;

/** A key pair of the identity provider. */
async function keyOf(kid: string) {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  return { kid, privateKey, jwk: { ...(await exportJWK(publicKey)), kid, alg: 'ES256', use: 'sig' } };
}
type Key = Awaited<ReturnType<typeof keyOf>>;

const [key, nextKey, strangerKey] = (await Promise.all(['one', 'two', 'one'].map(keyOf))) as [Key, Key, Key];

const goodClaims = {
  iss: 'https://idp.test',
  sub: 'idp|ella',
  email: EMAIL,
  groups: [GROUP],
  iat: NOW,
  exp: NOW + 300,
};

/** A token of the identity provider that is good but for what is given. */
function vouch(
  claims: Record<string, unknown> = {},
  by: Key = key,
  header: Partial<JWTHeaderParameters> = {},
): Promise<string> {
  return new SignJWT({ ...goodClaims, ...claims })
    .setProtectedHeader({ alg: 'ES256', kid: by.kid, ...header })
    .sign(by.privateKey);
}

const file = join(await emptyFolder(), 'idp.json');
await writeFile(file, JSON.stringify({ keys: [key.jwk] }));

const serverWith = (profile: Profile, config: Partial<Config> = {}) =>
  testServer({ runai: profile, runaiIdp: [file], ...config });

/** How a version asks for the exchange, and what it is told. */
interface Way {
  readonly what: string;
  readonly profile: keyof typeof servers;
  /** Where the token stands. */
  readonly field: string;
  ask(on: TestServer, token: string | undefined, client?: string): Promise<Answer>;
  accessToken(answer: Answer): string;
  refreshToken(answer: Answer): string;
  /** Expects a refusal; its words. */
  refusal(answer: Answer, status?: number, error?: string): string;
}

const byV1 = (profile: Way['profile']): Way => ({
  what: `POST /api/v1/token of ${profile}`,
  profile,
  field: 'externalToken',
  ask: (on, externalToken, clientID) => on.grant({ grantType: GRANT, externalToken, clientID }),
  accessToken: ({ body }) => body.accessToken,
  refreshToken: ({ body }) => body.refreshToken,
  refusal: (answer, status = 400) => {
    expect(answer.status).toBe(status);
    return runaiRefusal(answer);
  },
});

const byV2: Way = {
  what: 'POST /api/v2/token of 3.0',
  profile: '3.0',
  field: 'external_token',
  ask: (on, external_token, client_id) => postForm(on, V2_TOKEN, { grant_type: GRANT, external_token, client_id }),
  accessToken: ({ body }) => body.access_token,
  refreshToken: ({ body }) => body.refresh_token,
  refusal: (answer, status = 400, error = 'invalid_grant') => oauthError(answer, status, error),
};

const projectsOf = async (on: TestServer, token: string): Promise<string[]> => {
  const { body } = await on.call('GET /api/v1/org-unit/projects', { token });
  return (body.projects ?? []).map(({ id }: { id: string }) => id);
};

const userOf = async (on: TestServer, email: string) => {
  const { body } = await on.call('GET /api/v1/users', { token: await on.tokenOf(admin) });
  return body.find(({ username }: { username: string }) => username === email);
};

/** Somebody whom no server knows yet. */
let newcomers = 0;
const newcomer = () => `newcomer-${++newcomers}@idp.test`;

const publicKey = new TextEncoder().encode(JSON.stringify(key.jwk));
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const unsigned = `${base64({ alg: 'none' })}.${base64(goodClaims)}.`;
const bySecret = await new SignJWT(goodClaims).setProtectedHeader({ alg: 'HS256', kid: key.kid }).sign(publicKey);
const [head = '', , signature = ''] = (await vouch()).split('.');

/** Tokens that are not taken, and what is said of them. */
const REFUSED: [what: string, token: string, names: RegExp][] = [
  ['that has expired', await vouch({ exp: NOW - 1 }), /exp/],
  ['that expires now', await vouch({ exp: NOW }), /exp/],
  ['that does not count yet', await vouch({ nbf: NOW + 60 }), /nbf/],
  ['that never expires', await vouch({ exp: undefined }), /exp/],
  ['without a subject', await vouch({ sub: undefined }), /sub/],
  ['without an address or a subject', await vouch({ sub: undefined, email: undefined }), /sub/],
  ['with an empty address', await vouch({ email: '' }), /`email`/],
  ['with an address that is no text', await vouch({ email: 7 }), /`email`/],
  ['of a stranger under a known key id', await vouch({}, strangerKey), /signature/],
  ['of a key that is not in the set', await vouch({}, nextKey), /key/],
  [
    'with other claims than were signed',
    `${head}.${base64({ ...goodClaims, email: admin.email })}.${signature}`,
    /signature/,
  ],
  ['signed with HS256 and the public key', bySecret, /alg/i],
  ['that is not signed', unsigned, /alg/i],
  ['that is none', 'utter-garbage', /Compact JWS/],
  ['that this server made', await forge(), /key/],
];

const servers = { '2.24': await serverWith('2.24'), '3.0': await serverWith('3.0') };

const WAYS = [byV1('2.24'), byV1('3.0'), byV2];

describe.each(WAYS)('$what exchanges a token of the identity provider', (way) => {
  const { ask, accessToken, refreshToken, refusal, profile, field } = way;
  const server = servers[profile];
  const login = async (claims: Record<string, unknown>) => {
    const answer = await ask(server, await vouch(claims));
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return accessToken(answer);
  };

  it('and makes a user of whom it names, with the rights of their groups', async () => {
    const email = newcomer();
    expect(await userOf(server, email)).toBeUndefined();
    const answer = await ask(server, await vouch({ email }));
    const token = accessToken(answer);

    expect(answer.headers['cache-control']).toBe('no-store');
    expect(decodeJwt(token)).toMatchObject({ email, preferred_username: email, groups: [GROUP] });
    expect(refreshToken(answer)).toEqual(expect.any(String));
    expect(await projectsOf(server, token)).toEqual([PROJECT]);
    expect(await userOf(server, email)).toMatchObject({ isLocal: false, groups: [GROUP], id: decodeJwt(token).sub });
  });

  it('but makes no user of an address that is said not to be verified', async () => {
    const email = newcomer();
    const answer = await ask(server, await vouch({ email, email_verified: false }));

    refusal(answer);
    await explained(server, answer, 'unverified_email');
    expect(await userOf(server, email)).toBeUndefined();
  });

  it('through a client, and not through an access key', async () => {
    const token = await vouch({ email: newcomer() });
    const through = async (client: string) => ask(server, token, client);

    expect(decodeJwt(accessToken(await through('runai-cli')))['azp']).toBe('runai-cli');
    await explained(server, await through('nobody'), 'unknown_client');
    await explained(server, await through(researcher.accessKey.clientId), 'wrong_secret');
  });

  it('and calls it as it was asked for', async () => {
    const answer = await ask(server, await vouch({}, strangerKey));

    expect(refusal(answer)).toMatch(new RegExp(`^Field \`${field}\` is not a valid token`));
  });

  it('but not without one', async () => {
    for (const token of [undefined, '']) {
      const answer = await ask(server, token);

      expect(refusal(answer, 400, 'invalid_request')).toMatch(/Field `external_?[tT]oken` is missing/);
      expect(answer.decision).toBeNull();
    }
  });

  // The grant is one for all endpoints: what it takes is told of one.
  if (way !== WAYS[0]) return;

  it('for the same user at every login, with the groups of the newest', async () => {
    const email = newcomer();
    const first = await login({ email });
    const second = await login({ email: email.toUpperCase(), groups: ['others'] });
    const third = await login({ email, groups: undefined, GROUPS: [GROUP, 'others'] });

    expect(new Set([first, second, third].map((token) => decodeJwt(token).sub)).size).toBe(1);
    expect(decodeJwt(second)['groups']).toEqual(['others']);
    expect(decodeJwt(third)['groups']).toEqual([GROUP, 'others']);
    expect(await userOf(server, email)).toMatchObject({ groups: [GROUP, 'others'] });
  });

  it('and takes the rights of a group away with the group', async () => {
    const email = newcomer();
    const before = await login({ email });
    const after = await login({ email, groups: [] });

    expect(await projectsOf(server, after)).toEqual([]);
    expect(await projectsOf(server, before)).toEqual([]);
  });

  it('and does so for somebody who has used these rights already, and gives them back', async () => {
    const email = newcomer();
    const token = await login({ email });
    expect(await projectsOf(server, token)).toEqual([PROJECT]);
    await login({ email, groups: ['others'] });
    expect(await projectsOf(server, token)).toEqual([]);
    await login({ email });

    expect(await projectsOf(server, token)).toEqual([PROJECT]);
  });

  it('that says nothing of groups, and leaves them', async () => {
    const email = newcomer();
    await login({ email });

    expect(await projectsOf(server, await login({ email, groups: undefined }))).toEqual([PROJECT]);
  });

  it.each([
    ['the user name, where there is no address', { email: undefined, preferred_username: 'ella' }, 'ella'],
    ['the subject, where there is nothing else', { email: undefined }, 'idp|ella'],
  ])('by %s', async (_what, claims, name) => {
    expect(decodeJwt(await login(claims))['preferred_username']).toBe(name);
  });

  it('for a local user whose address it vouches for', async () => {
    const token = await login({ email: researcher.email, email_verified: true, groups: undefined });

    expect(decodeJwt(token)).toMatchObject({ sub: researcher.id, email: researcher.email });
  });

  it.each([
    ['an address of which it does not say that it is verified', { email: admin.email }],
    ['an address that is not verified', { email: admin.email, email_verified: false }],
    ['an address in another case', { email: admin.email.toUpperCase() }],
    ['an address that is verified in words', { email: admin.email, email_verified: 'true' }],
    ['a user name', { email: undefined, preferred_username: admin.email }],
    [
      'a user name, beside a claim about no address',
      { email: undefined, preferred_username: admin.email, email_verified: true },
    ],
    ['a subject', { email: undefined, sub: admin.email }],
  ])('but for no local user by %s', async (_what, claims) => {
    const answer = await ask(server, await vouch(claims));

    expect(refusal(answer)).toContain('email_verified');
    await explained(server, answer, 'unverified_email');
    expect(await userOf(server, admin.email)).toMatchObject({ isLocal: true });
    expect(await userOf(server, admin.email)).not.toHaveProperty('groups');
  });

  it('whose user has no password here', async () => {
    const email = newcomer();
    await login({ email });
    const answer = await server.grant({ grantType: 'password', username: email, password: 'any-password' });

    expect(answer.status).toBe(400);
    await explained(server, answer, 'external_user');
  });

  it('until its user is disabled', async () => {
    const email = newcomer();
    const { sub } = decodeJwt(await login({ email }));
    await identitiesIn(server.world.store).edit(String(sub), { enabled: false }, START);
    const answer = await ask(server, await vouch({ email }));

    refusal(answer);
    await explained(server, answer, 'disabled');
  });

  it.each(REFUSED)('but none %s', async (_what, token, names) => {
    const answer = await ask(server, token);
    const remembered = await explained(server, answer, 'bad_external_token');
    const said = refusal(answer);

    expect(said).toMatch(names);
    expect(said).toMatch(/external.?token|identity provider/i);
    expect(JSON.stringify([said, remembered])).not.toContain(token);
    expect(await userOf(server, EMAIL)).toBeUndefined();
  });

  it('but only where one is configured, and says how', async () => {
    const without = await serverWith(profile, { runaiIdp: [] });
    const answer = await ask(without, await vouch());
    const { fixes } = await explained(without, answer, 'no_identity_provider');

    expect(refusal(answer)).toContain('`--runai-idp`');
    expect(fixes[0].text).toContain('`--runai-idp`');
  });
});

describe('an identity provider whose tokens have to name an issuer and an audience', async () => {
  const ISSUER = 'https://idp.test';
  const AUDIENCE = 'runai';
  const { ask, refusal } = byV1('2.24');
  const byIssuer = await serverWith('2.24', { runaiIdp: [file, `issuer=${ISSUER}`] });
  const byAudience = await serverWith('2.24', { runaiIdp: [`audience=${AUDIENCE}`, file] });
  const unasked = servers['2.24'];

  it.each<[string, TestServer, Record<string, unknown>]>([
    ['its issuer', byIssuer, { aud: 'anything' }],
    ['its audience', byAudience, { iss: 'https://other.test', aud: AUDIENCE }],
    ['its audience among others', byAudience, { aud: ['other', AUDIENCE] }],
    ['any of both, where nothing is asked for', unasked, { iss: 'https://other.test', aud: 'other' }],
  ])('takes a token that names %s', async (_what, server, claims) => {
    expect((await ask(server, await vouch({ email: newcomer(), ...claims }))).status).toBe(200);
  });

  it.each<[string, TestServer, Record<string, unknown>, RegExp]>([
    ['another issuer', byIssuer, { iss: 'https://other.test' }, /"iss"/],
    ['its issuer and more', byIssuer, { iss: `${ISSUER}/` }, /"iss"/],
    ['no issuer', byIssuer, { iss: undefined }, /"iss"/],
    ['another audience', byAudience, { aud: 'other' }, /"aud"/],
    ['other audiences', byAudience, { aud: ['other', 'runai-too'] }, /"aud"/],
    ['no audience', byAudience, {}, /"aud"/],
  ])('refuses a token that names %s', async (_what, server, claims, words) => {
    const email = newcomer();
    const answer = await ask(server, await vouch({ email, ...claims }));

    expect(refusal(answer)).toMatch(words);
    await explained(server, answer, 'bad_external_token');
    expect(await userOf(server, email)).toBeUndefined();
  });

  it('can have both, and a text that contains `=`', async () => {
    const both = await serverWith('2.24', { runaiIdp: [file, `issuer=${ISSUER}`, 'audience=a=b'] });

    expect((await ask(both, await vouch({ email: newcomer(), aud: 'a=b' }))).status).toBe(200);
    expect(refusal(await ask(both, await vouch({ email: newcomer(), aud: 'a' })))).toMatch(/"aud"/);
  });

  it.each([
    ['an issuer alone', [`issuer=${ISSUER}`], /--runai-idp issuer=\.\.\. needs a JWK set/],
    ['an audience alone', [`audience=${AUDIENCE}`], /--runai-idp audience=\.\.\. needs a JWK set/],
    ['two issuers', [file, 'issuer=a', 'issuer=b'], '--runai-idp has `issuer=` twice. Keep one of them.'],
    ['two audiences', ['audience=a', file, 'audience=a'], '--runai-idp has `audience=` twice. Keep one of them.'],
    ['two JWK sets', [file, 'issuer=a', file], '--runai-idp has two JWK sets. Keep one of them.'],
  ])('does not start with %s', async (_what, runaiIdp, said) => {
    await expect(testServer({ runaiIdp })).rejects.toThrow(said);
  });
});

describe('an identity provider at a URL', () => {
  /** What is served there: a set, or anything else with a status. */
  const served = { status: 200, body: JSON.stringify({ keys: [key.jwk] }), asked: 0 };
  const provider = createServer((_request, response) => {
    served.asked += 1;
    response.writeHead(served.status, { 'content-type': 'application/json' }).end(served.body);
  });
  const listening = new Promise<string>((resolve) => {
    provider.listen(0, '127.0.0.1', () => resolve(`http://127.0.0.1:${(provider.address() as AddressInfo).port}/jwks`));
  });
  afterAll(() => void provider.close());
  const serve = (...keys: readonly Key[]) => {
    Object.assign(served, { status: 200, body: JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }), asked: 0 });
  };
  const { ask } = byV1('2.24');

  it('is asked for its keys at the first token, and not again', async () => {
    serve(key);
    const server = await serverWith('2.24', { runaiIdp: [await listening] });
    expect(served.asked).toBe(0);
    for (const email of ['one@idp.test', 'two@idp.test']) {
      expect((await ask(server, await vouch({ email }))).status).toBe(200);
    }

    expect(served.asked).toBe(1);
  });

  it('can change its keys: a key id that is not known reads the set again', async () => {
    serve(key);
    const server = await serverWith('2.24', { runaiIdp: [await listening] });
    await ask(server, await vouch());
    serve(key, nextKey);
    expect((await ask(server, await vouch({}, nextKey))).status).toBe(200);
    expect((await ask(server, await vouch())).status).toBe(200);

    expect(served.asked).toBe(1);
  });

  it('that is away is missed for keys that are not known, and for no others', async () => {
    serve(key);
    const server = await serverWith('2.24', { runaiIdp: [await listening] });
    expect((await ask(server, await vouch())).status).toBe(200);
    Object.assign(served, { status: 500, body: '{}' });

    expect((await ask(server, await vouch({}, nextKey))).status).toBe(503);
    expect((await ask(server, await vouch())).status).toBe(200);
  });

  it('can take a key back', async () => {
    serve(key);
    const server = await serverWith('2.24', { runaiIdp: [await listening] });
    await ask(server, await vouch());
    serve(nextKey);
    await ask(server, await vouch({}, nextKey));

    expect((await ask(server, await vouch())).decision.reason).toBe('bad_external_token');
  });

  const FAILURES: [what: string, status: number, body: string][] = [
    ['answers 500', 500, '{}'],
    ['answers no JSON', 200, '<html>'],
    ['answers something that is no JWK set', 200, '{"issuer":"https://idp.test"}'],
    ['answers an empty set', 200, '{"keys":[]}'],
  ];

  it.each(FAILURES)('that %s is told as what is missing, until it recovers', async (_what, status, body) => {
    const url = await listening;
    const server = await serverWith('3.0', { runaiIdp: [url] });
    Object.assign(served, { status, body });
    const v1 = byV1('3.0');
    const reported = v1.refusal(await v1.ask(server, await vouch()), 503);
    // As the published document says, this is no error of OAuth.
    const toldByV2 = v1.refusal(await byV2.ask(server, await vouch()), 503);

    expect(reported).toContain(url);
    expect(reported).toContain('identity provider');
    expect(toldByV2).toBe(reported);
    serve(key);
    expect((await v1.ask(server, await vouch())).status).toBe(200);
  });

  it('that cannot be reached is told with its address', async () => {
    const { port, release } = await takenPort();
    await release();
    const url = `http://127.0.0.1:${port}/jwks`;
    const server = await serverWith('2.24', { runaiIdp: [url] });
    const answer = await ask(server, await vouch());

    expect(answer.status).toBe(503);
    expect(runaiRefusal(answer)).toBe(
      `The keys of the identity provider cannot be read from ${url}: there is no response. Check the source, and try again.`,
    );
    expect(answer.decision).toBeNull();
  });
});

describe('a file that is no JWK set stops the start', () => {
  it.each([
    ['missing', undefined, 'cannot be read'],
    ['no JSON', 'keys', 'is not valid JSON'],
    ['a single key', JSON.stringify(key.jwk), 'is not a JWK set'],
    ['an empty set', '{"keys":[]}', 'is not a JWK set'],
  ])('%s', async (_what, text, words) => {
    const path = join(await emptyFolder(), 'set.json');
    if (text !== undefined) await writeFile(path, text);

    await expect(serverWith('2.24', { runaiIdp: [path] })).rejects.toThrow(words);
  });
});

describe('where the exchange does not exist', () => {
  it('2.19 names the grants that it has, and a finding names the versions that have it', async () => {
    const server = await serverWith('2.19');
    const answer = await server.grant({ grantType: GRANT, externalToken: await vouch() });

    expect(answer.status).toBe(400);
    expect(runaiRefusal(answer)).toMatch(/`grantType` must be one of `app_token`, /);
    expect(await otherVersions(server)).toContain(
      `POST requested the grant \`${GRANT}\`, which this endpoint supports only in 2.24, 3.0`,
    );
    expect(await identitiesIn(server.world.store).byName('user', EMAIL)).toBeNull();
  });

  it('2.24 has it not at POST /api/v2/token, and a finding names 3.0', async () => {
    const server = servers['2.24'];
    const answer = await byV2.ask(server, await vouch());

    byV2.refusal(answer, 400, 'unsupported_grant_type');
    expect(await otherVersions(server)).toContain(
      `POST requested the grant \`${GRANT}\`, which this endpoint supports only in 3.0`,
    );
  });

  it('the realm never has it', async () => {
    const server = servers['3.0'];
    const answer = await postForm(server, REALM_TOKEN, { grant_type: GRANT, external_token: await vouch() });

    oauthError(answer, 400, 'unsupported_grant_type');
  });
});
