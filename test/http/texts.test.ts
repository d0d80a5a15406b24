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

const POLICY = {
  product: 'nv-cloud-functions',
  scopes: ['list_functions'],
  resources: [{ id: '*', type: 'account-functions' }],
};
const SERVICE_KEY = { type: 'service', services: ['nvcf'], scopes: ['list_functions'] };
const DEFINITION = { name: 'made', inferenceUrl: '/made', containerImage: 'nvcr.io/acme/made:1' };

/** A NUL, and surrogates without their pair. */
const UNSTORABLE = [
  ['a NUL', 'a\0b'],
  ['an unpaired high surrogate', 'a\ud83db'],
  ['an unpaired low surrogate', '\ude00'],
] as const;

interface Case {
  readonly request: string;
  readonly token?: string;
  readonly body?: (text: string) => unknown;
  /** The field that the error names. */
  readonly named: string;
}

describe.each(UNSTORABLE)('%s is rejected with the path of its field:', (_what, text) => {
  it.each<Case>([
    {
      request: 'POST /api/v1/token',
      body: (more) => ({ grantType: 'client_credentials', clientId: 'a', clientSecret: more }),
      named: 'clientSecret',
    },
    { request: 'POST /api/v3/simulations/', token: air, body: (name) => ({ name }), named: 'name' },
    {
      request: 'POST /api/v3/simulations/',
      token: air,
      body: (name) => ({ name: 'x', more: [{ [name]: 1 }] }),
      named: 'more.0.a',
    },
    {
      request: 'POST /v2/nvcf/functions',
      token: nvcf,
      body: (description) => ({ ...DEFINITION, description }),
      named: 'description',
    },
    {
      request: 'POST /v3/orgs/acme/keys/type/SERVICE_KEY',
      token: owner,
      body: (name) => ({ name, policies: [POLICY] }),
      named: 'name',
    },
    { request: 'POST /_mock/keys', body: (name) => ({ ...SERVICE_KEY, name }), named: 'name' },
  ])('$request, `$named`', async ({ request, token, body, named }) => {
    const parts = { ...(token !== undefined && { token }), body: body?.(text) };

    const { status, body: reported, decision } = await server.call(request, parts);

    expect({ status, decision }).toEqual({ status: 400, decision: null });
    const message = JSON.stringify(reported);
    expect(message).toContain(named === 'more.0.a' && !text.startsWith('a') ? 'more.0.?' : named);
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
    ['GET /api/v3/simulations/?search=%00', air, 'search'],
    ['GET /api/v3/simulations/?name=a%00b', air, 'name'],
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
