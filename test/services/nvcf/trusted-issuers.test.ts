import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKeyPair } from 'jose';
import { describe, expect, it } from 'vitest';
import { decodeClaims } from '../../../src/tokens/compact.ts';
import { GLOBEX, placeOf } from '../../support/nvcf-client.ts';
import { testServer } from '../../support/server.ts';
import { ISSUER, jwkSetOf, jwksFile, pair, SECONDS, tokenOf, trustedServer } from '../../support/trusted-issuer.ts';

const LIST = 'GET /v2/nvcf/functions';
const trusted = await trustedServer();
const { server } = trusted;
const other = await generateKeyPair('ES256');
const rsa = await generateKeyPair('RS256');

describe('a token of a trusted issuer', () => {
  it('is accepted with the rights of its `scopes`, for the account that has its `sub` as a client', async () => {
    const { status, decision } = await trusted.call(LIST, ['list_functions']);
    const { body } = await server.call(`GET /_mock/decisions/${decision.id}`);

    expect(status).toBe(200);
    expect(body.principal).toMatchObject({ kind: 'trusted-token', id: 'admin-issuer-proxy', org: 'acme' });
  });

  it.each<[what: string, claims: object]>([
    ['no list', { scopes: 'list_functions' }],
    ['`scope` instead', { scopes: undefined, scope: 'list_functions' }],
    ['`scp` instead', { scopes: undefined, scp: ['list_functions'] }],
    ['none at all', { scopes: undefined }],
  ])('has no right with %s', async (_what, claims) => {
    const { status, decision } = await server.call(LIST, { token: await tokenOf(claims) });
    expect([status, decision.reason]).toEqual([403, 'missing_scope']);
  });

  it('is 404 if no account has its client, but only where an account is needed', async () => {
    const lost = await trusted.call(LIST, ['list_functions'], { sub: 'nobody' });
    expect([lost.status, lost.body.detail]).toEqual([404, "Unknown client_id 'nobody' when finding account id"]);

    const crossing = await trusted.call(
      `GET /v2/nvcf/accounts/${GLOBEX}/authorizations/functions`,
      ['admin:authorize_clients'],
      { sub: 'nobody' },
    );
    expect(crossing.status).toBe(200);
  });

  it('may have a scope with the mark of keys, but not to set up accounts', async () => {
    const list = 'GET /v2/nvcf/accounts';
    expect((await trusted.call(list, ['apikey:list_accounts'])).status).toBe(200);
    expect((await trusted.call(list, ['apikey:account_setup'])).status).toBe(403);
  });

  it('is told which scope its issuer has to give, and an administrator what gives another one', async () => {
    const fixesOf = async (token: string) => {
      const { decision } = await server.call(`GET /v2/nvcf/accounts/${GLOBEX}/authorizations/functions`, { token });
      return (await server.call(`GET /_mock/decisions/${decision.id}`)).body.fixes;
    };
    const admin = (await server.call('POST /v1/admin/keys')).body.value;

    expect(await fixesOf(await tokenOf())).toMatchObject([{ text: expect.stringContaining('`scopes` claim') }]);
    expect(await fixesOf(admin)).toMatchObject([{ text: expect.stringContaining('--nvcf-trusted-issuer') }]);
  });

  it.each<[status: number, scopes: readonly string[], claims: object]>([
    [200, ['invoke_function'], {}],
    [403, ['list_functions'], {}],
    [404, ['invoke_function'], { sub: 'nobody' }],
  ])('is %i at the LLM gateway with %j and %j', async (status, scopes, claims) => {
    const { functionId } = placeOf('echo');
    const body = { model: `${functionId}/tiny`, messages: [{ role: 'user', content: 'Hello' }] };
    expect((await trusted.call('POST /llm/v1/chat/completions', scopes, claims, body)).status).toBe(status);
  });

  it('is for the account of the seed that has its client', async () => {
    const accounts = [{ org: 'acme' }, { org: 'globex', name: 'Globex', clientIds: ['globex-ci', 'globex-cd'] }];
    const seeded = await trustedServer({}, { seed: { extends: 'builtin', nvcf: { accounts } } });
    const { body } = await seeded.call('GET /v2/nvcf/accounts', ['list_accounts'], { sub: 'globex-cd' });
    const made = await seeded.call(
      'POST /v2/nvcf/functions',
      ['register_function'],
      { sub: 'globex-cd' },
      { name: 'made', inferenceUrl: '/', containerImage: 'nvcr.io/acme/echo:1' },
    );

    expect(body.cloudAccounts).toMatchObject([
      { adminClientIds: [], name: 'acme', lastUpdatedAt: '2026-01-15T12:00:00.000Z' },
      { adminClientIds: ['globex-ci', 'globex-cd'], name: 'Globex' },
    ]);
    expect([made.status, made.body.function.ncaId]).toEqual([200, GLOBEX]);
  });

  it.each<[reason: string, token: () => Promise<string>]>([
    ['unsupported_token', () => tokenOf({ iss: `${ISSUER}/` })],
    ['unsupported_token', () => tokenOf({ iss: undefined })],
    ['unsupported_token', () => tokenOf({ iss: [ISSUER] })],
    ['bad_signature', () => tokenOf({}, { key: other.privateKey })],
    ['unknown_key_id', () => tokenOf({}, { kid: 'two', key: other.privateKey })],
    ['unsupported_algorithm', () => tokenOf({}, { alg: 'RS256', key: rsa.privateKey })],
    ['expired_token', () => tokenOf({ exp: SECONDS - 60 })],
    ['not_yet_valid', () => tokenOf({ nbf: SECONDS + 61 })],
    ['malformed_token', () => tokenOf({ sub: undefined })],
    ['malformed_token', () => tokenOf({ exp: 'soon' })],
  ])('is refused with 401 and without a body: %s', async (reason, token) => {
    const { status, body, headers, decision } = await server.call(LIST, { token: await token() });

    expect([status, body]).toEqual([401, undefined]);
    expect(headers['www-authenticate']).toMatch(/^Bearer/);
    expect(decision.reason).toBe(reason);
  });

  it('of another issuer is told which ones are accepted, and one that is trusted nothing of other hosts', async () => {
    const explain = async (token: string) => {
      const { headers, decision } = await server.call(LIST, { token });
      const { body } = await server.call(`GET /_mock/decisions/${decision.id}`);
      return { hint: headers['x-mock-hint'], text: JSON.stringify(body) };
    };
    const { text } = await explain(await tokenOf({ iss: `${ISSUER}/` }));
    expect(text).toContain(`NGC keys and tokens of \`http://api.nvcf.svc.cluster.local\`, \`${ISSUER}\``);
    expect((await explain(await tokenOf({}, { key: other.privateKey }))).hint).toBeUndefined();
  });

  it('whose client has no account is told where it can be added', async () => {
    const { headers } = await trusted.call(LIST, ['list_functions'], { sub: 'nobody' });
    expect(headers['x-mock-hint']).toContain('nvcf.accounts');
  });

  it.each<[what: string, claims: object]>([
    ['that expired less than a minute ago', { exp: SECONDS - 59 }],
    ['that is valid in less than a minute', { nbf: SECONDS + 60 }],
    ['without an end', { exp: undefined }],
    ['for another audience', { aud: 'somebody-else' }],
  ])('is accepted: one %s', async (_what, claims) => {
    expect((await server.call(LIST, { token: await tokenOf(claims) })).status).toBe(200);
  });

  it('is accepted in every world, because it names none', async () => {
    await server.call('POST /_mock/worlds', { body: { id: 'alice' } });
    expect((await trusted.call(`GET /w/alice${LIST.slice(4)}`, ['list_functions'])).status).toBe(200);
  });

  it('is a token like any other to Cloud Tasks, which trusts no further issuer', async () => {
    const { status, decision } = await server.call('GET /v1/nvct/tasks', { token: await tokenOf() });
    expect([status, decision.reason]).toEqual([401, 'unsupported_token']);
  });
});

describe('the JWK set of a trusted issuer', () => {
  it('may have several keys for a token that names none', async () => {
    const set = jwksFile(await jwkSetOf({ one: pair, two: other }));
    const one = await testServer({ nvcf: 'open-source', nvcfTrustedIssuer: [`${ISSUER}=${set}`] });
    const third = await generateKeyPair('ES256');
    const answers = [pair, other, third].map(async ({ privateKey: key }) => {
      const { status, decision } = await one.call(LIST, { token: await tokenOf({}, { kid: null, key }) });
      return [status, decision.reason];
    });

    expect(await Promise.all(answers)).toEqual([
      [200, undefined],
      [200, undefined],
      [401, 'bad_signature'],
    ]);
  });

  it('counts as it is now: a key that was removed is no longer accepted', async () => {
    const one = await trustedServer();
    expect((await one.call(LIST, ['list_functions'])).status).toBe(200);

    writeFileSync(one.file, JSON.stringify(await jwkSetOf({ two: other })));
    expect((await one.call(LIST, ['list_functions'])).status).toBe(401);
    writeFileSync(one.file, 'no set');
    expect((await one.call(LIST, ['list_functions'])).status).toBe(503);
  });

  it('is read again for a key that it lacks', async () => {
    const one = await trustedServer();
    const token = await tokenOf({}, { kid: 'two', key: other.privateKey });
    expect((await one.server.call(LIST, { token })).status).toBe(401);

    writeFileSync(one.file, JSON.stringify(await jwkSetOf({ one: pair, two: other })));
    expect((await one.server.call(LIST, { token })).status).toBe(200);
    expect((await one.call(LIST, ['list_functions'])).status).toBe(200);
  });

  it('may be at a URL, which is fetched for the first token, and may be away for a while', async () => {
    const set = JSON.stringify(await jwkSetOf({ one: pair }));
    let status = 503;
    const issuer = createServer((_, reply) => reply.writeHead(status).end(set)).listen(0, '127.0.0.1');
    await once(issuer, 'listening');
    const url = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/jwks`;
    const one = await testServer({ nvcf: 'open-source', nvcfTrustedIssuer: [`${ISSUER}=${url}`] });
    const token = await tokenOf();
    const away = await one.call(LIST, { token });

    expect([away.status, away.body.detail]).toEqual([503, expect.stringContaining(`${url}: the response is 503`)]);
    status = 200;
    expect((await one.call(LIST, { token })).status).toBe(200);
    issuer.close();
  });

  it('is read once for requests that need it at the same time, and kept if the next one cannot be used', async () => {
    const good = JSON.stringify(await jwkSetOf({ one: pair }));
    let [served, reads] = [good, 0];
    const issuer = createServer((_, reply) => {
      reads += 1;
      reply.end(served);
    }).listen(0, '127.0.0.1');
    await once(issuer, 'listening');
    const url = `HTTP://127.0.0.1:${(issuer.address() as AddressInfo).port}/jwks`;
    const one = await testServer({ nvcf: 'open-source', nvcfTrustedIssuer: [`${ISSUER}=${url}`] });
    const statuses = async (tokens: readonly string[]) =>
      (await Promise.all(tokens.map((token) => one.call(LIST, { token })))).map(({ status }) => status);
    const token = await tokenOf();

    expect(await statuses(Array.from({ length: 5 }, () => token))).toEqual([200, 200, 200, 200, 200]);
    expect(reads).toBe(1);
    for (const wrong of ['{"keys":[{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"}]}', '[]', ' '.repeat(2_000_000)]) {
      served = wrong;
      expect(await statuses([await tokenOf({}, { kid: 'two' }), token])).toEqual([503, 200]);
    }
    expect(reads).toBe(4);
    issuer.close();
  });

  it.each<[config: object, message: RegExp]>([
    ...(
      [
        [[1], 'is not an object'],
        [[{ kty: 'EC', crv: 'P-256' }], 'is not a valid key'],
        [[{ kty: 'oct', k: 'AAAA' }], 'is not a public key'],
        [[{ kty: 'XX' }], 'has a key type that cannot sign tokens'],
      ] as const
    ).map(([keys, said]): [config: object, message: RegExp] => [
      { nvcfTrustedIssuer: [`${ISSUER}=${jwksFile({ keys })}`] },
      new RegExp(`keys\\[0\\]\` ${said}`),
    ]),
    [{ nvcfTrustedIssuer: [`${ISSUER}=/no/such/file`] }, /--nvcf-trusted-issuer.*\/no\/such\/file/],
    [{ nvcfTrustedIssuer: [`${ISSUER}=${jwksFile({ keys: [] })}`] }, /is not a JWK set/],
    [{ nvcfTrustedIssuer: [`${ISSUER}=https://a:b@c.test`] }, /without user name and password/],
    [{ nvcfTrustedIssuer: [`a=${trusted.file}`, `a=${trusted.file}`] }, /given twice/],
    [{ nvcfTrustedIssuer: [`http://api.nvcf.svc.cluster.local=${trusted.file}`] }, /--nvcf-admin-issuer/],
    [{ nvcf: 'documented', nvcfTrustedIssuer: [`a=${trusted.file}`] }, /--nvcf open-source/],
  ])('stops the start with a sentence if it cannot be used: %j', async (config, message) => {
    await expect(testServer({ nvcf: 'open-source', ...config })).rejects.toThrow(message);
  });
});

describe("the issuer of administrators' tokens", () => {
  it('is the one of the option, in tokens and in what is accepted', async () => {
    const one = await testServer({ nvcf: 'open-source', nvcfAdminIssuer: 'https://nvcf.acme.test' });
    const token = (await one.call('POST /v1/admin/keys')).body.value;
    const former = (await server.call('POST /v1/admin/keys')).body.value;

    expect(decodeClaims(token)).toMatchObject({ iss: 'https://nvcf.acme.test', sub: 'admin-issuer-proxy' });
    expect((await one.call(LIST, { token })).status).toBe(200);
    expect((await one.call(LIST, { token: former })).decision.reason).toBe('unsupported_token');
  });

  it('has a token that leads to its world, whatever its name', async () => {
    const one = await testServer({ nvcf: 'open-source', nvcfAdminIssuer: 'https://nvcf.acme.test' });
    await one.call('POST /_mock/worlds', { body: { id: 'alice' } });
    const token = (await one.call('POST /w/alice/v1/admin/keys')).body.value;

    expect((await one.call(LIST, { token })).status).toBe(200);
  });

  it('publishes its key, with which another deployment may trust it', async () => {
    const set = (await server.call('GET /v1/admin/jwks')).body;
    const file = jwksFile(set);
    const one = await testServer({
      nvcf: 'open-source',
      nvcfAdminIssuer: 'https://another.test',
      nvcfTrustedIssuer: [`http://api.nvcf.svc.cluster.local=${file}`],
    });
    const token = (await server.call('POST /v1/admin/keys')).body.value;

    expect(set.keys).toMatchObject([{ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' }]);
    expect(set.keys[0]).not.toHaveProperty('d');
    expect((await one.call(LIST, { token })).status).toBe(200);
  });
});
