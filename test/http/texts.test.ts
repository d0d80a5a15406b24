/** Strings that cannot be stored as they were sent. */
import { describe, expect, it } from 'vitest';
import { admin } from '../support/cast.ts';
import { castKey } from '../support/ngc-cast.ts';
import { testServer } from '../support/server.ts';

const server = await testServer();
const runai = await server.tokenOf(admin);
const air = castKey('air-admin').key;
const nvcf = castKey('nvcf-full-access').key;
const owner = castKey('owner').key;

describe('a string that cannot be stored is rejected with the path of its field:', () => {
  const grant = { grantType: 'client_credentials', clientId: 'a' };
  const key = { type: 'service', services: ['nvcf'], scopes: ['list_functions'] };

  it.each<[request: string, token: string | undefined, named: string, body: object]>([
    ['POST /api/v1/token', undefined, 'clientSecret', { ...grant, clientSecret: 'a\0b' }],
    ['POST /api/v3/simulations/', air, 'more.0.a', { name: 'x', more: [{ 'a\ud83db': 1 }] }],
    ['POST /_mock/keys', undefined, 'name', { ...key, name: '\ude00' }],
  ])('%s', async (request, token, named, body) => {
    const { status, body: reported, decision } = await server.call(request, { ...(token && { token }), body });

    expect({ status, decision }).toEqual({ status: 400, decision: null });
    const message = JSON.stringify(reported);
    expect(message).toContain(named);
    expect(message).toContain('NUL character or an unpaired surrogate');
  });
});

describe('a NUL in a path is part of an unknown id:', () => {
  it.each<[request: string, token: string | undefined, status: number]>([
    ['GET /api/v1/access-keys/a%00b', runai, 404],
    ['GET /api/v3/simulations/a%00b/', air, 404],
    ['GET /v2/nvcf/functions/a%00b/versions', nvcf, 400],
    ['GET /v3/orgs/acme/keys/a%00b', owner, 404],
    ['GET /v3/orgs/acme%00/keys', owner, 403],
    ['GET /_mock/keys/a%00b', undefined, 404],
  ])('%s', async (request, token, status) => {
    expect((await server.call(request, token === undefined ? {} : { token })).status).toBe(status);
  });
});

describe('a NUL in a query is rejected with the name of its parameter:', () => {
  it.each<[request: string, token: string | undefined, named: string]>([
    ['GET /api/v3/simulations/?search=a%00b', air, 'search'],
    ['GET /_mock/decisions?principal=a%00b', undefined, 'principal'],
  ])('%s', async (request, token, named) => {
    const { status, body } = await server.call(request, token === undefined ? {} : { token });

    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain(`\`${named}\` contains a NUL character`);
  });

  it('but not in an undocumented parameter', async () => {
    expect((await server.call('GET /api/v3/simulations/?novel=a%00b', { token: air })).status).toBe(200);
  });
});

it('unusual valid strings are stored as they were sent', async () => {
  for (const name of ['😀', 'a\u0001b', '\ufffd', 'e\u0301', '\u202e', '\ufeffx', '\u{10ffff}']) {
    const { status, body } = await server.call('POST /api/v3/simulations/', { token: air, body: { name } });
    expect({ status, name: body.name }).toEqual({ status: 201, name });

    const stored = await server.call(`GET /api/v3/simulations/${body.id}/`, { token: air });
    expect(stored.body.name).toBe(name);
  }
});
