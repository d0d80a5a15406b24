import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKeyPair } from 'jose';
import { describe, expect, it } from 'vitest';
import { decodeClaims } from '../../../src/lib/compact-jwt.ts';
import { GLOBEX, placeOf } from '../../support/nvcf-client.ts';
import { testServer } from '../../support/server.ts';
import { ISSUER, jwkSetOf, jwksFile, pair, SECONDS, tokenOf, trustedServer } from '../../support/trusted-issuer.ts';

const LIST = 'GET /v2/nvcf/functions';
const trusted = await trustedServer();
const { server } = trusted;
const otherPair = await generateKeyPair('ES256');
const rsa = await generateKeyPair('RS256');

describe('a token of a trusted issuer', () => {
  it('has the rights of its `scopes` for the account with its `sub` as a client', async () => {
    const { status, decision } = await trusted.call(LIST, ['list_functions']);
    const { body } = await server.call(`GET /_mock/decisions/${decision.id}`);

    expect(status).toBe(200);
    expect(body.principal).toMatchObject({ kind: 'trusted-token', id: 'admin-issuer-proxy', org: 'acme' });
  });

  it.each<[what: string, claims: object]>([
    ['`scopes` as a string', { scopes: 'list_functions' }],
    ['`scope` instead', { scopes: undefined, scope: 'list_functions' }],
    ['`scp` instead', { scopes: undefined, scp: ['list_functions'] }],
    ['no scopes', { scopes: undefined }],
  ])('has no rights with %s', async (_what, claims) => {
    const { status, decision } = await server.call(LIST, { token: await tokenOf(claims) });
    expect([status, decision.reason]).toEqual([403, 'missing_scope']);
  });

  it('is rejected with 404 for an unknown client, but only by operations that require an account', async () => {
    const unknownClient = await trusted.call(LIST, ['list_functions'], { sub: 'nobody' });
    expect([unknownClient.status, unknownClient.body.detail]).toEqual([
      404,
      "Unknown client_id 'nobody' when finding account id",
    ]);

    const allAccounts = await trusted.call(
      `GET /v2/nvcf/accounts/${GLOBEX}/authorizations/functions`,
      ['admin:authorize_clients'],
      { sub: 'nobody' },
    );
    expect(allAccounts.status).toBe(200);
  });

  it('may have scopes with the prefix `apikey:`, except for `account_setup`', async () => {
    const list = 'GET /v2/nvcf/accounts';
    expect((await trusted.call(list, ['apikey:list_accounts'])).status).toBe(200);
    expect((await trusted.call(list, ['apikey:account_setup'])).status).toBe(403);
  });

  it('has a fix that names the `scopes` claim, and `--nvcf-trusted-issuer` for the token of an administrator', async () => {
    const readFixes = async (token: string) => {
      const { decision } = await server.call(`GET /v2/nvcf/accounts/${GLOBEX}/authorizations/functions`, { token });
      return (await server.call(`GET /_mock/decisions/${decision.id}`)).body.fixes;
    };
    const admin = (await server.call('POST /v1/admin/keys')).body.value;

    expect(await readFixes(await tokenOf())).toMatchObject([{ text: expect.stringContaining('`scopes` claim') }]);
    expect(await readFixes(admin)).toMatchObject([{ text: expect.stringContaining('--nvcf-trusted-issuer') }]);
  });

  it.each<[status: number, scopes: readonly string[], claims: object]>([
    [200, ['invoke_function'], {}],
    [403, ['list_functions'], {}],
    [404, ['invoke_function'], { sub: 'nobody' }],
  ])('gets %i from the LLM gateway with the scopes %j and the claims %j', async (status, scopes, claims) => {
    const { functionId } = placeOf('echo');
    const body = { model: `${functionId}/tiny`, messages: [{ role: 'user', content: 'Hello' }] };
    expect((await trusted.call('POST /llm/v1/chat/completions', scopes, claims, body)).status).toBe(status);
  });

  it('belongs to the account in the seed with its client', async () => {
    const accounts = [{ org: 'acme' }, { org: 'globex', name: 'Globex', clientIds: ['globex-ci', 'globex-cd'] }];
    const seeded = await trustedServer({}, { seed: { extends: 'builtin', nvcf: { accounts } } });
    const { body } = await seeded.call('GET /v2/nvcf/accounts', ['list_accounts'], { sub: 'globex-cd' });
    const created = await seeded.call(
      'POST /v2/nvcf/functions',
      ['register_function'],
      { sub: 'globex-cd' },
      { name: 'made', inferenceUrl: '/', containerImage: 'nvcr.io/acme/echo:1' },
    );

    expect(body.cloudAccounts).toMatchObject([
      { adminClientIds: [], name: 'acme', lastUpdatedAt: '2026-01-15T12:00:00.000Z' },
      { adminClientIds: ['globex-ci', 'globex-cd'], name: 'Globex' },
    ]);
    expect([created.status, created.body.function.ncaId]).toEqual([200, GLOBEX]);
  });

  it.each<[reason: string, token: () => Promise<string>]>([
    ['unsupported_token', () => tokenOf({ iss: `${ISSUER}/` })],
    ['bad_signature', () => tokenOf({}, { key: otherPair.privateKey })],
    ['unknown_key_id', () => tokenOf({}, { kid: 'two', key: otherPair.privateKey })],
    ['unsupported_algorithm', () => tokenOf({}, { alg: 'RS256', key: rsa.privateKey })],
    ['not_yet_valid', () => tokenOf({ nbf: SECONDS + 61 })],
    ['malformed_token', () => tokenOf({ exp: 'soon' })],
  ])('is rejected with 401 and without a body (%#): %s', async (reason, token) => {
    const { status, body, headers, decision } = await server.call(LIST, { token: await token() });

    expect([status, body]).toEqual([401, undefined]);
    expect(headers['www-authenticate']).toMatch(/^Bearer/);
    expect(decision.reason).toBe(reason);
  });

  it('of an unknown issuer has an explanation with the accepted issuers', async () => {
    const readExplanation = async (token: string) => {
      const { headers, decision } = await server.call(LIST, { token });
      const { body } = await server.call(`GET /_mock/decisions/${decision.id}`);
      return { hint: headers['x-mock-hint'], text: JSON.stringify(body) };
    };
    const { text } = await readExplanation(await tokenOf({ iss: `${ISSUER}/` }));
    expect(text).toContain(`NGC keys and tokens of \`http://api.nvcf.svc.cluster.local\`, \`${ISSUER}\``);
    expect((await readExplanation(await tokenOf({}, { key: otherPair.privateKey }))).hint).toBeUndefined();
  });

  it('has a hint that names `nvcf.accounts` for an unknown client', async () => {
    const { headers } = await trusted.call(LIST, ['list_functions'], { sub: 'nobody' });
    expect(headers['x-mock-hint']).toContain('nvcf.accounts');
  });

  it.each<[what: string, claims: object]>([
    ['without `exp`', { exp: undefined }],
    ['for another audience', { aud: 'somebody-else' }],
  ])('is accepted %s', async (_what, claims) => {
    expect((await server.call(LIST, { token: await tokenOf(claims) })).status).toBe(200);
  });

  it('is accepted in every world', async () => {
    await server.call('POST /_mock/worlds', { body: { id: 'alice' } });
    expect((await trusted.call(`GET /w/alice${LIST.slice(4)}`, ['list_functions'])).status).toBe(200);
  });

  it('is rejected by Cloud Tasks, which accepts no trusted issuers', async () => {
    const { status, decision } = await server.call('GET /v1/nvct/tasks', { token: await tokenOf() });
    expect([status, decision.reason]).toEqual([401, 'unsupported_token']);
  });
});

describe('the JWK set of a trusted issuer', () => {
  it('may have several keys for a token without `kid`', async () => {
    const set = jwksFile(await jwkSetOf({ one: pair, two: otherPair }));
    const instance = await testServer({ nvcf: 'open-source', nvcfTrustedIssuer: [`${ISSUER}=${set}`] });
    const third = await generateKeyPair('ES256');
    const answers = [pair, otherPair, third].map(async ({ privateKey: key }) => {
      const { status, decision } = await instance.call(LIST, { token: await tokenOf({}, { kid: null, key }) });
      return [status, decision.reason];
    });

    expect(await Promise.all(answers)).toEqual([
      [200, undefined],
      [200, undefined],
      [401, 'bad_signature'],
    ]);
  });

  it('is read again after a change: tokens of a removed key are rejected', async () => {
    const instance = await trustedServer();
    expect((await instance.call(LIST, ['list_functions'])).status).toBe(200);

    writeFileSync(instance.file, JSON.stringify(await jwkSetOf({ two: otherPair })));
    expect((await instance.call(LIST, ['list_functions'])).status).toBe(401);
    writeFileSync(instance.file, 'no set');
    expect((await instance.call(LIST, ['list_functions'])).status).toBe(503);
  });

  it('is read again for an unknown `kid`', async () => {
    const instance = await trustedServer();
    const token = await tokenOf({}, { kid: 'two', key: otherPair.privateKey });
    expect((await instance.server.call(LIST, { token })).status).toBe(401);

    writeFileSync(instance.file, JSON.stringify(await jwkSetOf({ one: pair, two: otherPair })));
    expect((await instance.server.call(LIST, { token })).status).toBe(200);
    expect((await instance.call(LIST, ['list_functions'])).status).toBe(200);
  });

  it('is fetched from a URL for the first token, which is rejected with 503 if that fails', async () => {
    const set = JSON.stringify(await jwkSetOf({ one: pair }));
    let status = 503;
    const issuer = createServer((_, reply) => reply.writeHead(status).end(set)).listen(0, '127.0.0.1');
    await once(issuer, 'listening');
    const url = `http://127.0.0.1:${(issuer.address() as AddressInfo).port}/jwks`;
    const instance = await testServer({ nvcf: 'open-source', nvcfTrustedIssuer: [`${ISSUER}=${url}`] });
    const token = await tokenOf();
    const unavailable = await instance.call(LIST, { token });

    expect([unavailable.status, unavailable.body.detail]).toEqual([
      503,
      expect.stringContaining(`${url}: the response is 503`),
    ]);
    status = 200;
    expect((await instance.call(LIST, { token })).status).toBe(200);
    issuer.close();
  });

  it('is fetched once for concurrent requests, and kept if the next response is invalid', async () => {
    const good = JSON.stringify(await jwkSetOf({ one: pair }));
    let [served, reads] = [good, 0];
    const issuer = createServer((_, reply) => {
      reads += 1;
      reply.end(served);
    }).listen(0, '127.0.0.1');
    await once(issuer, 'listening');
    const url = `HTTP://127.0.0.1:${(issuer.address() as AddressInfo).port}/jwks`;
    const instance = await testServer({ nvcf: 'open-source', nvcfTrustedIssuer: [`${ISSUER}=${url}`] });
    const statuses = async (tokens: readonly string[]) =>
      (await Promise.all(tokens.map((token) => instance.call(LIST, { token })))).map(({ status }) => status);
    const token = await tokenOf();

    expect(await statuses(Array.from({ length: 5 }, () => token))).toEqual([200, 200, 200, 200, 200]);
    expect(reads).toBe(1);
    for (const invalid of [
      '{"keys":[{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"}]}',
      '[]',
      ' '.repeat(2_000_000),
    ]) {
      served = invalid;
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
    ).map(([keys, rule]): [config: object, message: RegExp] => [
      { nvcfTrustedIssuer: [`${ISSUER}=${jwksFile({ keys })}`] },
      new RegExp(`keys\\[0\\]\` ${rule}`),
    ]),
    [{ nvcfTrustedIssuer: [`${ISSUER}=/no/such/file`] }, /--nvcf-trusted-issuer.*\/no\/such\/file/],
    [{ nvcfTrustedIssuer: [`${ISSUER}=${jwksFile({ keys: [] })}`] }, /is not a JWK set/],
    [{ nvcfTrustedIssuer: [`${ISSUER}=https://a:b@c.test`] }, /without user name and password/],
    [{ nvcfTrustedIssuer: [`a=${trusted.file}`, `a=${trusted.file}`] }, /given twice/],
    [{ nvcfTrustedIssuer: [`http://api.nvcf.svc.cluster.local=${trusted.file}`] }, /--nvcf-admin-issuer/],
    [{ nvcf: 'documented', nvcfTrustedIssuer: [`a=${trusted.file}`] }, /--nvcf open-source/],
  ])('is rejected at the start if it is invalid: %j', async (config, message) => {
    await expect(testServer({ nvcf: 'open-source', ...config })).rejects.toThrow(message);
  });
});

describe("the issuer of administrators' tokens", () => {
  it('is the issuer of the option `--nvcf-admin-issuer`, in new tokens and for accepted tokens', async () => {
    const instance = await testServer({ nvcf: 'open-source', nvcfAdminIssuer: 'https://nvcf.acme.test' });
    const token = (await instance.call('POST /v1/admin/keys')).body.value;
    const defaultToken = (await server.call('POST /v1/admin/keys')).body.value;

    expect(decodeClaims(token)).toMatchObject({ iss: 'https://nvcf.acme.test', sub: 'admin-issuer-proxy' });
    expect((await instance.call(LIST, { token })).status).toBe(200);
    expect((await instance.call(LIST, { token: defaultToken })).decision.reason).toBe('unsupported_token');
  });

  it('issues tokens that select their world', async () => {
    const instance = await testServer({ nvcf: 'open-source', nvcfAdminIssuer: 'https://nvcf.acme.test' });
    await instance.call('POST /_mock/worlds', { body: { id: 'alice' } });
    const token = (await instance.call('POST /w/alice/v1/admin/keys')).body.value;

    expect((await instance.call(LIST, { token })).status).toBe(200);
  });

  it('publishes its key, so that another deployment can trust it', async () => {
    const set = (await server.call('GET /v1/admin/jwks')).body;
    const file = jwksFile(set);
    const instance = await testServer({
      nvcf: 'open-source',
      nvcfAdminIssuer: 'https://another.test',
      nvcfTrustedIssuer: [`http://api.nvcf.svc.cluster.local=${file}`],
    });
    const token = (await server.call('POST /v1/admin/keys')).body.value;

    expect(set.keys).toMatchObject([{ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' }]);
    expect(set.keys[0]).not.toHaveProperty('d');
    expect((await instance.call(LIST, { token })).status).toBe(200);
  });
});
