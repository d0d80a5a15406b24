import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generateKeyPair } from 'jose';
import { describe, expect, it } from 'vitest';
import { decodeClaims } from '../../../src/tokens/compact.ts';
import { GLOBEX } from '../../support/nvcf-client.ts';
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

    expect((await one.call(LIST, { token })).status).toBe(503);
    status = 200;
    expect((await one.call(LIST, { token })).status).toBe(200);
    issuer.close();
  });

  it.each<[config: object, message: RegExp]>([
    [{ nvcfTrustedIssuer: [`${ISSUER}=/no/such/file`] }, /--nvcf-trusted-issuer.*\/no\/such\/file/],
    [{ nvcfTrustedIssuer: [`${ISSUER}=${jwksFile({ keys: [] })}`] }, /does not hold a JWK set/],
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
