import { createRemoteJWKSet, customFetch, jwtVerify } from 'jose';
import { expect, it } from 'vitest';
import { callsBelow } from './sockets.ts';
import { tokenOf as tokenIn } from './worlds.ts';

/** One way to reach a running mock. */
export interface Door {
  /** The base of its paths. */
  readonly url: string;
  fetch(input: string, init?: RequestInit): Promise<Response>;
}

interface Credentials {
  readonly clientId: string;
  readonly clientSecret: string;
}

const RULES = '/api/v1/authorization/access-rules';

/** Registers tests that must pass however the mock is reached. Each test starts with a reset. */
export function behavesLikeTheMock(open: () => Promise<Door>): void {
  const calls = async () => {
    const door = await open();
    const call = callsBelow(door.url, (url, init) => door.fetch(String(url), init as RequestInit));
    await call('POST /_mock/reset', { body: {} });
    const { body: cast } = await call('GET /_mock/cast');
    const tokenOf = (credentials: Credentials) => tokenIn(call, credentials);
    return { door, call, cast, tokenOf };
  };

  it('mints tokens that an independent library verifies by discovery and JWKS', async () => {
    const { door, cast, tokenOf } = await calls();
    const token = await tokenOf(cast.runai.users[0].accessKey);
    const issuer = `${door.url}/auth/realms/${cast.runai.tenant.realm}`;
    const { jwks_uri: keys } = (await (await door.fetch(`${issuer}/.well-known/openid-configuration`)).json()) as {
      jwks_uri: string;
    };
    const set = createRemoteJWKSet(new URL(keys), {
      [customFetch]: (url, init) => door.fetch(url, init as RequestInit),
    });
    const { payload } = await jwtVerify(token, set, { issuer, requiredClaims: ['exp'] });

    expect(payload['email']).toBe(cast.runai.users[0].email);
  });

  it('rejects a wrong secret, and explains the rejection in the decision', async () => {
    const { call, cast } = await calls();
    const { clientId } = cast.runai.users[0].accessKey;
    const { status, decision } = await call('POST /api/v1/token', {
      body: { grantType: 'client_credentials', clientId, clientSecret: 'wrong' },
    });

    expect([status, decision.reason]).toEqual([400, 'wrong_secret']);
  });

  it('grants rights by access rules, and the fix of a refusal resolves it', async () => {
    const { call, cast, tokenOf } = await calls();
    const admin = await tokenOf(cast.runai.users[0].accessKey);
    const { body: made } = await call('POST /api/v1/service-accounts', { token: admin, body: { name: 'door' } });
    const token = await tokenOf(made);
    const refused = await call('GET /api/v1/users', { token });
    const { body: decision } = await call(`GET /_mock/decisions/${refused.decision.id}`);
    const { method, path, body } = decision.fixes[0].request;
    const mended = await call(`${method} ${path}`, { token: admin, body });
    const allowed = await call('GET /api/v1/users', { token });

    expect([refused.status, path, mended.status, allowed.status]).toEqual([403, RULES, 201, 200]);
  });

  it('decides Air by scopes, and Cloud Functions by scopes and resource types', async () => {
    const { call } = await calls();
    const keyFor = async (order: object) =>
      (await call('POST /_mock/keys', { body: { type: 'service', name: 'door', ...order } })).body.key as string;
    const air = await keyFor({ services: ['air'], scopes: ['air:access', 'air:simulation_read'] });
    const nvcf = await keyFor({ services: ['nvcf'], scopes: ['List Functions'], resource: { type: 'All Clusters' } });
    const read = await call('GET /api/v3/simulations/', { token: air });
    const write = await call('POST /api/v3/simulations/', { token: air, body: { name: 'lab' } });
    const list = await call('GET /v2/nvcf/functions', { token: nvcf });

    expect([read.status, write.status, list.status]).toEqual([200, 403, 403]);
    expect([write.decision.reason, list.decision.reason]).toEqual(['missing_scope', 'incompatible_resource_type']);
  });

  it('advances its clock: tokens expire, and pending edits take effect', async () => {
    const { call, cast, tokenOf } = await calls();
    await call('PUT /_mock/propagation', { body: { mode: 'fixed' } });
    const { body: key } = await call('POST /_mock/keys', {
      body: { type: 'service', name: 'late', services: ['air'], scopes: ['air:access'] },
    });
    await call(`PATCH /_mock/keys/${key.id}`, { body: { scopes: ['air:access', 'air:simulation_read'] } });
    const token = await tokenOf(cast.runai.users[0].accessKey);
    const before = await call('GET /api/v3/simulations/', { token: key.key });
    await call('POST /_mock/clock/advance', { body: { by: '1h' } });
    const after = await call('GET /api/v3/simulations/', { token: key.key });
    const expired = await call('GET /api/v1/users', { token });

    expect([before.status, before.decision.pending.effect]).toEqual([403, 'allow']);
    expect([after.status, expired.status, expired.decision.reason]).toEqual([200, 401, 'expired_token']);
  });

  it('deletes all changes on a reset', async () => {
    const { call } = await calls();
    const { body: key } = await call('POST /_mock/keys', {
      body: { type: 'service', name: 'gone', services: ['air'], scopes: ['air:access'] },
    });
    await call('POST /_mock/reset', { body: {} });
    const gone = await call(`GET /_mock/keys/${key.id}`);
    const { body } = await call('GET /_mock/decisions');

    expect([gone.status, body.decisions]).toEqual([404, []]);
  });

  it('responds to unknown paths in the error format of their API', async () => {
    const { call } = await calls();
    const statuses = ['/api/v1/nothing', '/api/v3/nothing/', '/v2/nvcf/nothing', '/nothing'].map(async (path) => {
      const { status, body } = await call(`GET ${path}`);
      return [status, Object.keys(body)[0]];
    });

    expect(await Promise.all(statuses)).toEqual([
      [404, 'code'],
      [404, 'detail'],
      [404, 'type'],
      [404, 'type'],
    ]);
  });
}
