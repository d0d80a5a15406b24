/** Who is let in by an access token. */
import { CompactSign, decodeJwt, exportJWK, generateKeyPair } from 'jose';
import { beforeEach, describe, expect, it } from 'vitest';
import type { DenyReason } from '../../../src/decisions/reasons.ts';
import { createLineLog } from '../../../src/diagnostics/log.ts';
import { createSeededRandom } from '../../../src/platform/random.ts';
import { ALL_REASONS } from '../../../src/services/index.ts';
import type { Identity } from '../../../src/services/runai/collections/identities.ts';
import { seed } from '../../../src/services/runai/seed.ts';
import { admin, adminBot, application, cast, researcher } from '../../support/cast.ts';
import { type CastKey, ngcCast } from '../../support/ngc-cast.ts';
import { fullStore, recordsIn } from '../../support/nouns.ts';
import { runaiRefusal } from '../../support/refusal-shapes.ts';
import { START, type TestServer, testServer } from '../../support/server.ts';
import { forge, goodClaims, publicPem, shippedKey } from '../../support/tokens.ts';
import { requestBytes, send } from '../../support/wire.ts';

const SECOND = 1000;
const HOUR = 3_600_000;
const ISSUER_PATH = `/auth/realms/${cast.tenant.realm}`;

const log: string[] = [];
const server = await testServer(
  {},
  { log: (clock) => createLineLog('debug', false, clock, (line) => void log.push(line)) },
);
const { port } = await server.listen('127.0.0.1', 0);
const other = await testServer();
/** Another server, as it began. */
const afresh = async () => {
  other.clock.set(START);
  await other.call('POST /_mock/reset');
  return other;
};

/** Lists access keys with this `Authorization` header. */
const list = (authorization: string | undefined, host = 'localhost:6625', on: TestServer = server) =>
  on.call('GET /api/v1/access-keys', { headers: { host, ...(authorization !== undefined && { authorization }) } });
const listWith = (token: string, host?: string, on?: TestServer) => list(`Bearer ${token}`, host, on);

const mintedAt = async (host: string, on: TestServer = server): Promise<string> => {
  const { clientId, clientSecret } = researcher.accessKey;
  const { body } = await on.call('POST /api/v1/token', {
    headers: { host },
    body: { grantType: 'client_credentials', clientId, clientSecret },
  });
  return body.accessToken;
};

const findings = async (on: TestServer = server) => (await on.call('GET /_mock/findings')).body.findings;

/** The parts of a credential that nobody else may read. */
const secretsIn = (authorization: string) => authorization.split(/[ ."]/).filter((part) => part.length > 12);

/** Fills the world of a server with the cast, changed. */
const populate = async (on: TestServer, change: (identities: readonly Identity[]) => Identity[]) => {
  const { rows, settings = {} } = await seed.createRows(cast, START, createSeededRandom('authentication'), {
    runai: cast,
  });
  const records = recordsIn(rows);
  const identities = change(records.identities);
  const accessKeys = records.accessKeys.filter(({ owner }) => identities.some(({ id }) => id === owner));
  await fullStore(on.world.store).world.load(await on.world.seed(), { ...records, identities, accessKeys, settings });
};

const good = await forge();
const [goodHeader = '', goodPayload = '', goodSignature = ''] = good.split('.');
const bearer = async (...parts: Parameters<typeof forge>) => `Bearer ${await forge(...parts)}`;
const base64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');
const signed = (payload: string) =>
  new CompactSign(Buffer.from(payload))
    .setProtectedHeader({ alg: 'RS256', kid: shippedKey.kid })
    .sign(shippedKey.privateKey);
const otherRsa = await generateKeyPair('RS256');
const otherEc = await generateKeyPair('ES256');
const pemAsSecret = new TextEncoder().encode(publicPem);
const inSeconds = START / SECOND;

const unsigned = `${base64({ alg: 'none', typ: 'JWT', kid: shippedKey.kid })}.${goodPayload}.`;
const changedPayload = `${goodHeader}.${base64({ ...goodClaims, sub: admin.id })}.${goodSignature}`;
const changedSignature = `${goodHeader}.${goodPayload}.${goodSignature.replace(/.{4}$/, (end) => (end === 'AAAA' ? 'BBBB' : 'AAAA'))}`;

/** The last character, with other bits of those that no byte is read from. */
const withSpareBits = (part: string) => {
  const digits = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  const last = digits[digits.indexOf(part.at(-1) ?? '') ^ 1] ?? '';
  const other = `${part.slice(0, -1)}${last}`;
  expect(Buffer.from(other, 'base64url')).toEqual(Buffer.from(part, 'base64url'));
  return other;
};
/** A good token whose payload ends in such bits, too. */
const spare = (await Promise.all(['', 'x'].map((jti) => forge({ jti })))).find(
  (token) => (token.split('.')[1] ?? '').length % 4 !== 0,
) as string;
const [, sparePayload = '', spareSignature = ''] = spare.split('.');
const [ngcKey] = ngcCast.keys as [CastKey];

const refused: [what: string, authorization: string | undefined, reason: DenyReason][] = [
  ['no header', undefined, 'no_token'],
  ['Basic credentials', `Basic ${Buffer.from('ci-bot:a-secret-of-it').toString('base64')}`, 'wrong_scheme'],
  ['`Bearer` alone', 'Bearer', 'wrong_scheme'],
  ['a token without a scheme', good, 'wrong_scheme'],
  ['another scheme with a good token', `JWT ${good}`, 'wrong_scheme'],
  ['`Bearer` joined to its token', `Bearer${good}`, 'wrong_scheme'],
  ['garbage', 'Bearer complete-and-utter-garbage', 'malformed_token'],
  ['garbage with two dots', 'Bearer garbage-header.garbage-payload.garbage-signature', 'malformed_token'],
  ['nothing but dots', 'Bearer ...', 'malformed_token'],
  ['two tokens', `Bearer ${good} ${good}`, 'malformed_token'],
  ['a token in quotes', `Bearer "${good}"`, 'malformed_token'],
  ['a token cut short by its signature', `Bearer ${goodHeader}.${goodPayload}`, 'malformed_token'],
  ['a payload that is no JSON', `Bearer ${await signed('no JSON at all')}`, 'malformed_token'],
  ['a payload that is a JSON array', `Bearer ${await signed('[1,2,3,4,5,6]')}`, 'malformed_token'],
  ['an expired token', await bearer({ exp: inSeconds - 1 }), 'expired_token'],
  ['a token that expires now', await bearer({ exp: inSeconds }), 'expired_token'],
  ['an `exp` before the beginning of time', await bearer({ exp: -1e300 }), 'expired_token'],
  ['an `nbf` in the future', await bearer({ nbf: inSeconds + 6 }), 'not_yet_valid'],
  ['an `nbf` after the end of time', await bearer({ nbf: 1e300 }), 'not_yet_valid'],
  ['an `iat` in the future', await bearer({ iat: inSeconds + 6 }), 'not_yet_valid'],
  ['an `iat` after the end of time', await bearer({ iat: 1e300, exp: 1e301 }), 'not_yet_valid'],
  ['the algorithm `none`', `Bearer ${unsigned}`, 'unsupported_algorithm'],
  ['the algorithm `none` over a good signature', `Bearer ${unsigned}${goodSignature}`, 'unsupported_algorithm'],
  ['HS256 with the public key as its secret', await bearer({}, { alg: 'HS256' }, pemAsSecret), 'unsupported_algorithm'],
  ['ES256 by another key', await bearer({}, { alg: 'ES256' }, otherEc.privateKey), 'unsupported_algorithm'],
  ['PS256 by another key', `Bearer ${base64({ alg: 'PS256' })}.${goodPayload}.AAAA`, 'unsupported_algorithm'],
  ['padding after its signature', `Bearer ${good}==`, 'malformed_token'],
  ['padding after its payload', `Bearer ${goodHeader}.${goodPayload}==.${goodSignature}`, 'malformed_token'],
  ['padding after its header', `Bearer ${goodHeader}=.${goodPayload}.${goodSignature}`, 'malformed_token'],
  [
    'a blank in its signature',
    `Bearer ${goodHeader}.${goodPayload}.${goodSignature.slice(0, 9)} ${goodSignature.slice(9)}`,
    'malformed_token',
  ],
  [
    'a signature in plain base64',
    `Bearer ${goodHeader}.${goodPayload}.${Buffer.from(goodSignature, 'base64url').toString('base64').replace(/=+$/, '')}`,
    'malformed_token',
  ],
  [
    'other spare bits in its signature',
    `Bearer ${goodHeader}.${goodPayload}.${withSpareBits(goodSignature)}`,
    'malformed_token',
  ],
  [
    'other spare bits in its payload',
    `Bearer ${goodHeader}.${withSpareBits(sparePayload)}.${spareSignature}`,
    'malformed_token',
  ],
  ['an NGC key', `Bearer ${ngcKey.key}`, 'ngc_key_as_token'],
  ['a text that only begins like an NGC key', 'Bearer nvapi-short', 'ngc_key_as_token'],
  ['the tenant of somebody else', await bearer({ tenant_id: 1002 }), 'wrong_tenant'],
  ['a tenant in words', await bearer({ tenant_id: '1001' }), 'wrong_tenant'],
  ['no tenant, in so many words', await bearer({ tenant_id: null }), 'wrong_tenant'],
  ['several tenants', await bearer({ tenant_id: [1001] }), 'wrong_tenant'],
  ['an unknown `kid`', await bearer({}, { kid: 'another-key' }), 'unknown_key_id'],
  ['no `kid`', await bearer({}, { kid: undefined as never }), 'unknown_key_id'],
  ['another RSA key under our `kid`', await bearer({}, {}, otherRsa.privateKey), 'bad_signature'],
  [
    'another RSA key that it brings along',
    await bearer({}, { jwk: await exportJWK(otherRsa.publicKey) }, otherRsa.privateKey),
    'bad_signature',
  ],
  ['a changed payload', `Bearer ${changedPayload}`, 'bad_signature'],
  ['a changed signature', `Bearer ${changedSignature}`, 'bad_signature'],
  ['no signature', `Bearer ${goodHeader}.${goodPayload}.`, 'bad_signature'],
  ['an issuer of another host', await bearer({ iss: `http://evil.test${ISSUER_PATH}` }), 'wrong_issuer'],
  [
    'an issuer whose host begins like ours',
    await bearer({ iss: `http://localhost.evil.test${ISSUER_PATH}` }),
    'wrong_issuer',
  ],
  [
    'an issuer that has our host for a user name',
    await bearer({ iss: `http://localhost@evil.test${ISSUER_PATH}` }),
    'wrong_issuer',
  ],
  ['an issuer of another realm', await bearer({ iss: 'http://localhost:6625/auth/realms/other' }), 'wrong_issuer'],
  ['an issuer at an address of another machine', await bearer({ iss: `http://8.8.8.8${ISSUER_PATH}` }), 'wrong_issuer'],
  ['an issuer at such an address of IPv6', await bearer({ iss: `http://[2001:db8::1]${ISSUER_PATH}` }), 'wrong_issuer'],
  [
    'an issuer with a path that ends right',
    await bearer({ iss: `http://localhost/x//localhost${ISSUER_PATH}` }),
    'wrong_issuer',
  ],
  ['an issuer that is the path of ours only', await bearer({ iss: ISSUER_PATH }), 'wrong_issuer'],
  ['an issuer that is no URL', await bearer({ iss: 'acme' }), 'wrong_issuer'],
  ['an issuer with a slash at its end', await bearer({ iss: `${goodClaims.iss}/` }), 'wrong_issuer'],
  ['an issuer with a query', await bearer({ iss: `${goodClaims.iss}?realm=acme` }), 'wrong_issuer'],
  ['an issuer of another scheme', await bearer({ iss: `ftp://localhost:6625${ISSUER_PATH}` }), 'wrong_issuer'],
  ['an unknown subject', await bearer({ sub: 'f0000000-0000-4000-8000-000000000000' }), 'unknown_subject'],
  ['an empty subject', await bearer({ sub: '' }), 'unknown_subject'],
  ...(await Promise.all(
    ['iss', 'sub', 'azp', 'iat', 'exp'].map(
      async (claim): Promise<[string, string, DenyReason]> => [
        `a token without \`${claim}\``,
        await bearer({ [claim]: undefined }),
        'malformed_token',
      ],
    ),
  )),
  ...(await Promise.all(
    (
      [
        ['iss', 7],
        ['iss', [goodClaims.iss]],
        ['sub', 7],
        ['sub', null],
        ['sub', { id: researcher.id }],
        ['azp', 7],
        ['azp', null],
        ['iat', '1'],
        ['iat', null],
        ['exp', String(inSeconds + 3600)],
        ['exp', null],
        ['exp', true],
        ['nbf', '1'],
      ] as const
    ).map(
      async ([claim, value]): Promise<[string, string, DenyReason]> => [
        `\`${claim}\` as ${JSON.stringify(value)}`,
        await bearer({ [claim]: value }),
        'malformed_token',
      ],
    ),
  )),
];

describe('GET /api/v1/access-keys refuses', () => {
  it.each(refused)('%s', async (_what, authorization, reason) => {
    const answer = await list(authorization);
    const { body: decision } = await server.call(`GET /_mock/decisions/${answer.decision.id}`);

    expect(answer.status).toBe(401);
    runaiRefusal(answer);
    expect(Object.keys(answer.body)).toEqual(['code', 'message']);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    const { certainty, source } = ALL_REASONS[reason];
    const basis = certainty === 'documented' ? {} : { certainty };
    expect(answer.decision).toEqual({ id: expect.any(String), effect: 'deny', reason, ...basis });
    expect(decision.source).toBe(certainty === 'documented' ? undefined : source);
    expect(decision).toMatchObject({
      id: answer.decision.id,
      operation: 'get_access_keys',
      request: { method: 'GET', path: '/api/v1/access-keys' },
      effect: 'deny',
      principal: null,
      rule: null,
      reason,
    });
    expect(decision.fixes.filter(({ kind }: { kind: string }) => kind !== 'hint')).toHaveLength(1);
    expect(decision.explanation).toMatch(/^get_access_keys was refused: \w/);
    const reported = JSON.stringify([answer.body, answer.headers, decision, await findings()]) + log.join('');
    for (const secret of secretsIn(authorization ?? '')) expect(reported).not.toContain(secret);
    expect((await listWith(good)).status).toBe(200);
  });

  it('an NGC key, and says that it is one and what is wanted', async () => {
    const { decision } = await listWith(ngcKey.key);
    const { body } = await server.call(`GET /_mock/decisions/${decision.id}`);

    expect(body.explanation).toContain('is an NGC key');
    expect(body.fixes[0].text).toContain('POST /api/v1/token');
  });

  it.each(['/api/v3/simulations/', '/v2/nvcf/functions', '/v3/orgs/acme/keys'])(
    'nothing, but its own tokens are told for what they are at GET %s',
    async (path) => {
      const { decision } = await server.call(`GET ${path}`, { token: good });
      const { body } = await server.call(`GET /_mock/decisions/${decision.id}`);

      expect(body).toMatchObject({ reason: 'unsupported_token', detail: expect.stringContaining('a Run:ai token') });
      expect(body.explanation).toContain('nvapi-');
    },
  );

  it('two `Authorization` headers, even of one good token', async () => {
    const twice = [`Authorization: Bearer ${good}`, `Authorization: Bearer ${good}`];
    const answer = await send(port, requestBytes('GET /api/v1/access-keys', ['Host: localhost', ...twice]));
    const { body: decision } = await server.call(`GET /_mock/decisions/${answer.decision.id}`);

    expect(answer.status).toBe(401);
    runaiRefusal(answer);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(answer.decision.reason).toBe('multiple_authorization');
    expect(decision.reason).toBe('multiple_authorization');
    expect(JSON.stringify([answer.head, answer.body, decision])).not.toContain(goodSignature);
    expect((await listWith(good)).status).toBe(200);
  });

  it('a good token and Basic credentials beside it', async () => {
    const both = [`Authorization: Bearer ${good}`, 'Authorization: Basic Y2ktYm90OnNlY3JldA=='];
    const answer = await send(port, requestBytes('GET /api/v1/access-keys', ['Host: localhost', ...both]));

    expect(answer.status).toBe(401);
    expect(answer.decision.reason).toBe('multiple_authorization');
  });

  it('a token that is not in the `Authorization` header', async () => {
    const answer = await server.call(`GET /api/v1/access-keys?access_token=${good}`, {
      headers: { cookie: `access_token=${good}`, 'x-access-token': good },
    });

    expect(answer.status).toBe(401);
    expect(answer.decision.reason).toBe('no_token');
    expect(JSON.stringify([answer.body, answer.headers, await findings()]) + log.join('')).not.toContain(goodSignature);
  });

  it('first for the header, then the signature, the issuer, the world, the tenant, the time, the subject', async () => {
    const ours = { sid: 's', tenant_id: 7, exp: inSeconds, sub: 'nobody' };
    const wrong = { ...ours, sid: 's.elsewhere', iss: 'http://evil.test' };
    const reasons = [];
    for (const authorization of [
      `Basic ${good}`,
      await bearer(wrong, {}, otherRsa.privateKey),
      await bearer(wrong),
      await bearer({ ...ours, sid: 's.elsewhere' }),
      await bearer(ours),
      await bearer({ exp: inSeconds, sub: 'nobody' }),
      await bearer({ sub: 'nobody' }),
    ]) {
      reasons.push((await list(authorization)).decision.reason);
    }

    expect(reasons).toEqual([
      'wrong_scheme',
      'bad_signature',
      'wrong_issuer',
      'world_gone',
      'wrong_tenant',
      'expired_token',
      'unknown_subject',
    ]);
  });
});

describe('GET /api/v1/access-keys accepts', async () => {
  it.each([
    ['`bearer` in lower case', `bearer ${good}`],
    ['`BEARER` in upper case', `BEARER ${good}`],
    ['more than one space', `Bearer   ${good}`],
    ['an `exp` far beyond what a date can show', await bearer({ exp: 1e300 })],
    ['an `nbf` that is now', await bearer({ nbf: inSeconds })],
    ['an `nbf` five seconds from now, as a clock that was set back sees it', await bearer({ nbf: inSeconds + 5 })],
    ['an `iat` five seconds from now', await bearer({ iat: inSeconds + 5 })],
    ['claims and header members it does not know', await bearer({ scope: 'x' }, { x5t: 'y' })],
  ])('%s', async (_what, authorization) => {
    const answer = await list(authorization);

    expect(answer.status).toBe(200);
    expect(answer.decision).toEqual({ id: expect.any(String), effect: 'allow' });
  });

  it('whoever has a token: a user, an application, a service account', async () => {
    const statuses = await Promise.all(
      [admin.id, application.id, adminBot.id].map(async (sub) => (await listWith(await forge({ sub }))).status),
    );

    expect(statuses).toEqual([200, 200, 200]);
  });
});

describe('the end of a token', () => {
  it('comes with its `exp`, to the millisecond', async () => {
    const aging = await afresh();
    const token = await forge();
    aging.clock.set(START + HOUR - 1);
    const before = await listWith(token, undefined, aging);
    aging.clock.set(START + HOUR);
    const fresh = await listWith(await forge({ jti: 'never seen before' }), undefined, aging);

    expect(before.status).toBe(200);
    expect(fresh.status).toBe(401);
    expect(fresh.decision.reason).toBe('expired_token');
  });

  it('comes for a remembered token the moment the clock passes its `exp`', async () => {
    const aging = await afresh();
    const token = await aging.tokenOf(researcher);
    const statuses = [];
    for (const at of [START, START + HOUR - 1, START + HOUR, START + HOUR + 1]) {
      aging.clock.set(at);
      statuses.push((await listWith(token, undefined, aging)).status);
    }

    expect(statuses).toEqual([200, 200, 401, 401]);
  });

  it('is the same whether the token is remembered or not, for an `exp` with a fraction', async () => {
    const aging = await afresh();
    const exp = inSeconds + 1.5;
    const remembered = await forge({ exp });
    await listWith(remembered, undefined, aging);
    aging.clock.set(START + 1499);
    const before = [remembered, await forge({ exp, jti: 'a' })].map((token) => listWith(token, undefined, aging));
    const stillGood = (await Promise.all(before)).map(({ status }) => status);
    aging.clock.set(START + 1500);
    const after = [remembered, await forge({ exp, jti: 'b' })].map((token) => listWith(token, undefined, aging));
    const over = (await Promise.all(after)).map(({ status }) => status);

    expect(stillGood).toEqual([200, 200]);
    expect(over).toEqual([401, 401]);
  });

  it('comes at once when the clock of the switchboard is moved', async () => {
    const aging = await afresh();
    const token = await aging.tokenOf(researcher);
    await listWith(token, undefined, aging);
    await aging.call('POST /_mock/clock/advance', { body: { by: '1h' } });

    expect((await listWith(token, undefined, aging)).decision.reason).toBe('expired_token');
  });

  it('leaves known whom it was issued to, in the decision and in the journal', async () => {
    const aging = await afresh();
    const token = await aging.tokenOf(researcher);
    await aging.call('POST /_mock/clock/advance', { body: { by: '1h' } });
    const answer = await listWith(token, undefined, aging);
    const { body: decision } = await aging.call(`GET /_mock/decisions/${answer.decision.id}`);
    const { body: journal } = await aging.call('GET /_mock/requests?limit=1');

    expect(decision).toMatchObject({ reason: 'expired_token', principal: null, claimed: { id: researcher.id } });
    expect(decision.explanation).toContain(`it was issued to user \`${researcher.email}\``);
    expect(journal.requests[0].principal).toMatchObject({ kind: 'user', id: researcher.id });
  });
});

describe('the owner of a token', () => {
  const disabled = (id: string) => (identities: readonly Identity[]) =>
    identities.map((identity) => (identity.id === id ? { ...identity, enabled: false } : identity));

  it.each([
    ['user', researcher.id],
    ['application', application.id],
    ['service account', adminBot.id],
  ])('is refused while it is disabled, if it is a %s', async (_kind, id) => {
    const changing = await afresh();
    const token = await forge({ sub: id });
    const before = await listWith(token, undefined, changing);
    await populate(changing, disabled(id));
    const answer = await listWith(token, undefined, changing);
    const { body: decision } = await changing.call(`GET /_mock/decisions/${answer.decision.id}`);
    const another = await listWith(await forge({ sub: admin.id }), undefined, changing);

    expect(before.status).toBe(200);
    expect(answer.status).toBe(401);
    runaiRefusal(answer);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
    expect(answer.decision.reason).toBe('disabled');
    expect(decision).toMatchObject({ reason: 'disabled', principal: null, claimed: { id } });
    expect(another.status).toBe(200);
  });

  it('is refused once it is gone, although the token was accepted before', async () => {
    const changing = await afresh();
    const token = await changing.tokenOf(researcher);
    const before = await listWith(token, undefined, changing);
    await populate(changing, (identities) => identities.filter(({ id }) => id !== researcher.id));

    expect(before.status).toBe(200);
    expect((await listWith(token, undefined, changing)).decision.reason).toBe('unknown_subject');
  });
});

describe('a token of another name of this server', async () => {
  const named = await testServer({ alias: ['mock-alias', '10.9.9.9'] });
  beforeEach(async () => {
    await named.call('POST /_mock/reset');
  });

  it.each([
    ['127.0.0.1:6625', 'localhost:6625'],
    ['localhost:6625', '127.0.0.1:6625'],
    ['localhost:6625', 'localhost:7777'],
    ['[::1]:6625', 'localhost:6625'],
    ['127.9.9.9', 'localhost:6625'],
    ['localhost:6625', '10.1.2.3:81'],
    ['10.9.9.9:6625', 'localhost:6625'],
    ['mock-alias:6625', 'localhost:6625'],
    ['localhost:6625', 'mock-alias'],
  ])('minted under %s is accepted under %s, and that is a finding', async (mintedUnder, usedUnder) => {
    const token = await mintedAt(mintedUnder, named);
    const answer = await listWith(token, usedUnder, named);
    const found = await findings(named);

    expect(decodeJwt(token).iss).toBe(`http://${mintedUnder}${ISSUER_PATH}`);
    expect(answer.status).toBe(200);
    expect(found).toEqual([expect.objectContaining({ kind: 'issuer_differs', count: 1 })]);
    expect(found[0].message).toContain(`http://${mintedUnder}${ISSUER_PATH}`);
    expect(found[0].message).toContain(`http://${usedUnder}`);
    for (const part of secretsIn(token)) expect(JSON.stringify(found)).not.toContain(part);
  });

  it('is a finding that counts, however often it is used', async () => {
    const token = await mintedAt('127.0.0.1:6625', named);
    for (let use = 0; use < 3; use++) await listWith(token, 'localhost:6625', named);

    expect(await findings(named)).toEqual([expect.objectContaining({ kind: 'issuer_differs', count: 3 })]);
  });

  it('is no finding where it is used under its own, in whatever case', async () => {
    const token = await mintedAt('localhost:6625', named);

    expect((await listWith(token, 'LocalHost:6625', named)).status).toBe(200);
    expect(await findings(named)).toEqual([]);
  });

  it.each([
    ['mock:80', 'mock', {}, 'http://mock'],
    ['mock', 'mock:80', {}, 'http://mock'],
    ['mock:443', 'mock', { tls: true }, 'https://mock'],
  ])('minted under %s is no finding under %s, which is the same origin', async (one, other, given, origin) => {
    const reached = await testServer({ alias: ['mock'], ...given });
    const token = await mintedAt(one, reached);

    expect(decodeJwt(token).iss).toBe(`${origin}${ISSUER_PATH}`);
    expect((await listWith(token, other, reached)).status).toBe(200);
    expect(await findings(reached)).toEqual([]);
  });

  it('has one issuer under all of them with --public-url', async () => {
    const published = await testServer({ publicUrl: 'https://mock.acme.test' });
    const token = await mintedAt('localhost:6625', published);
    const statuses = await Promise.all(
      ['localhost:6625', '127.0.0.1:1', 'mock.acme.test', 'unknown.test'].map(
        async (host) => (await listWith(token, host, published)).status,
      ),
    );

    expect(decodeJwt(token).iss).toBe(`https://mock.acme.test${ISSUER_PATH}`);
    expect(statuses).toEqual([200, 200, 200, 200]);
    expect(await findings(published)).toEqual([]);
  });

  it('minted before --public-url was set is accepted with it, and that is a finding', async () => {
    const published = await testServer({ publicUrl: 'https://mock.acme.test' });

    expect((await listWith(await forge(), 'localhost:6625', published)).status).toBe(200);
    expect(await findings(published)).toEqual([expect.objectContaining({ kind: 'issuer_differs' })]);
  });

  it('minted for the name of a public URL is refused where that name is unknown', async () => {
    const token = await forge({ iss: `https://mock.acme.test${ISSUER_PATH}` });

    expect((await listWith(token, 'localhost:6625', named)).decision.reason).toBe('wrong_issuer');
  });
});

describe('under an unknown host name', () => {
  it('a token of a known one is refused, and the decision says what was expected', async () => {
    const answer = await listWith(good, 'proxy.test:8080');
    const { body: decision } = await server.call(`GET /_mock/decisions/${answer.decision.id}`);

    expect(answer.status).toBe(401);
    expect(answer.decision.reason).toBe('wrong_issuer');
    expect(decision.explanation).toContain(goodClaims.iss);
    expect(decision.explanation).toContain(`http://proxy.test:8080${ISSUER_PATH}`);
    expect(JSON.stringify(answer.body)).not.toContain('proxy.test');
  });

  it('one minted there names that host and works there', async () => {
    const token = await mintedAt('proxy.test:8080');
    const answer = await listWith(token, 'proxy.test:8080');

    expect(decodeJwt(token).iss).toBe(`http://proxy.test:8080${ISSUER_PATH}`);
    expect(answer.status).toBe(200);
    expect(answer.decision.effect).toBe('allow');
  });

  it('one minted there works nowhere else', async () => {
    const token = await mintedAt('proxy.test:8080');
    const reasons = await Promise.all(
      ['localhost:6625', 'proxy.test', 'other.test:8080'].map(
        async (host) => (await listWith(token, host)).decision.reason,
      ),
    );

    expect(reasons).toEqual(['wrong_issuer', 'wrong_issuer', 'wrong_issuer']);
  });
});

describe('after a reset, a token of before', () => {
  it('still counts', async () => {
    const again = await afresh();
    const token = await again.tokenOf(researcher);
    await again.call('POST /_mock/reset');

    expect((await listWith(token, undefined, again)).status).toBe(200);
  });

  it('still counts when the access key that got it is gone with the reset', async () => {
    const again = await afresh();
    const created = await again.call('POST /api/v1/access-keys', {
      token: await forge(),
      body: { name: 'short-lived' },
    });
    const { clientId, clientSecret } = created.body;
    const credentials = { grantType: 'client_credentials', clientId, clientSecret };
    const { body } = await again.grant(credentials);
    await again.call('POST /_mock/reset');

    expect((await again.grant(credentials)).decision.reason).toBe('unknown_client');
    expect((await listWith(body.accessToken, undefined, again)).status).toBe(200);
  });

  it('does not count while its `iat` is in the future', async () => {
    const again = await afresh();
    await again.call('POST /_mock/clock/advance', { body: { by: '10m' } });
    const token = await again.tokenOf(researcher);
    const before = await listWith(token, undefined, again);
    await again.call('POST /_mock/reset');
    const after = await listWith(token, undefined, again);
    await again.call('POST /_mock/clock/advance', { body: { by: '10m' } });
    const later = await listWith(token, undefined, again);

    expect(before.status).toBe(200);
    expect(after.status).toBe(401);
    expect(after.decision.reason).toBe('not_yet_valid');
    expect(later.status).toBe(200);
  });

  it('does not count when its subject is gone with the reset', async () => {
    const again = await afresh();
    const guest = 'f0000000-0000-4000-8000-00000000000f';
    await populate(again, (identities) => [
      ...identities,
      { ...(identities[0] as Identity), id: guest, name: 'guest@acme.test' },
    ]);
    const token = await forge({ sub: guest });
    const before = await listWith(token, undefined, again);
    await again.call('POST /_mock/reset');

    expect(before.status).toBe(200);
    expect((await listWith(token, undefined, again)).decision.reason).toBe('unknown_subject');
  });
});

it('a remembered token is from the future, once the clock stands before its time', async () => {
  const mock = await testServer();
  const token = await mock.tokenOf(researcher);
  const before = await mock.call('GET /api/v1/access-keys', { token });
  mock.clock.set(START - 5 * SECOND);
  const setBack = await mock.call('GET /api/v1/access-keys', { token });
  mock.clock.set(START - 6 * SECOND);
  const after = await mock.call('GET /api/v1/access-keys', { token });

  expect([before.status, setBack.status]).toEqual([200, 200]);
  expect(after.decision).toMatchObject({ reason: 'not_yet_valid' });
});
