/** The hosts of the vendors serve only their own services. */

import { describe, expect, it } from 'vitest';
import { runaiManifest } from '../../src/services/runai/manifest.ts';
import { castKey } from '../support/ngc-cast.ts';
import { testServer } from '../support/server.ts';
import { makeWorld } from '../support/worlds.ts';

const server = await testServer({ alias: ['mine.run.ai'] });
const token = castKey('owner').key;
const at = (host: string) => ({ token, headers: { host } });
const hintAt = async (host: string, request: string) => {
  const { status, headers, body } = await server.call(request, at(host));
  return { status, hint: headers['x-mock-hint'], body, type: headers['content-type'] };
};

describe("a vendor's host", () => {
  it.each<[host: string, request: string, status: number]>([
    ['acme.run.ai', 'GET /api/v1/users', 401],
    ['api.nvcf.nvidia.com', 'GET /v2/nvcf/functions', 200],
    ['api.nvcf.nvidia.com', 'GET /v2/orgs/acme/nvcf/functions', 200],
    ['api.ngc.nvidia.com', 'GET /v2/nvcf/functions', 200],
    ['api.stg.ngc.nvidia.com:443', 'GET /v2/orgs/acme/nvcf/functions', 200],
    ['API.NGC.nvidia.com', 'GET /v2/users/me', 200],
    ['api.nvct.nvidia.com', 'GET /v1/nvct/tasks', 403],
    ['api.air-ngc.nvidia.com', 'GET /api/v3/simulations/', 200],
    ['integrate.api.nvidia.com', 'GET /v1/models', 200],
    ['integrate.api.nvidia.com', 'DELETE /v1/models', 405],
    ['acme.run.ai', 'GET /_mock/health', 200],
  ])('%s serves its own services and the mock: %s', async (host, request, status) => {
    expect((await server.call(request, at(host))).status).toBe(status);
  });

  it.each<[host: string, request: string, hint: string]>([
    [
      'acme.run.ai',
      'GET /v2/nvcf/functions',
      'The host `acme.run.ai` serves only NVIDIA Run:ai. `GET /v2/nvcf/functions` is at `api.nvcf.nvidia.com`.',
    ],
    ['acme.run.ai.:443', 'POST /v2/nvcf/functions', '`POST /v2/nvcf/functions` is at `api.nvcf.nvidia.com`.'],
    ['api.nvcf.nvidia.com', 'GET /api/v1/users', '`GET /api/v1/users` is at `*.run.ai`.'],
    ['api.nvcf.nvidia.com', 'GET /v1/nvct/tasks', '`GET /v1/nvct/tasks` is at `api.nvct.nvidia.com`.'],
    ['api.nvcf.nvidia.com', 'GET /integrate/v1/models', '`GET /v1/models` is at `integrate.api.nvidia.com`.'],
    ['api.ngc.nvidia.com', 'GET /api/v3/simulations', '`GET /api/v3/simulations/` is at `api.air-ngc.nvidia.com`.'],
    ['authn.nvidia.com', 'GET /v2/nvcf/functions', 'serves only NVIDIA NGC keys. `GET /v2/nvcf/functions` is at'],
    ['api.ngc.nvidia.com', 'GET /api/v1/users', 'serves only NVIDIA NGC keys and NVIDIA Cloud Functions.'],
    ['api-keys.nvcf.nvidia.com', 'GET /v2/nvcf/functions', 'serves nothing of this server. `GET'],
  ])('%s refuses %s', async (host, request, expected) => {
    const { status, hint } = await hintAt(host, request);

    expect([status, hint]).toEqual([404, expect.stringContaining(expected)]);
  });

  it('refuses in the form of its own service', async () => {
    const [runai, nvcf, ngc, catalogue] = await Promise.all([
      hintAt('acme.run.ai', 'GET /v2/nvcf/functions'),
      hintAt('api.nvcf.nvidia.com', 'GET /nowhere'),
      hintAt('api.ngc.nvidia.com', 'GET /api/v1/users'),
      hintAt('integrate.api.nvidia.com', 'GET /v2/nvcf/functions'),
    ]);

    expect(runai?.body).toEqual({ code: 404, message: runai?.hint });
    expect(nvcf?.type).toContain('application/problem+json');
    expect(ngc?.body).toHaveProperty('requestStatus');
    expect(catalogue?.body).toBe('404 page not found\n');
  });

  it.each(['integrate.api.nvidia.com', 'integrate.localhost'])('%s shows no prefix that was not sent', async (host) => {
    await server.call('POST /_mock/reset');
    const { hint } = await hintAt(host, 'GET /v2/nvcf/functions?a=1');
    const near = await hintAt(host, 'POST /v1/chat/completion');
    const { requests } = (await server.call('GET /_mock/requests')).body;

    expect(hint).toContain('`GET /v2/nvcf/functions` is at ');
    expect(near.hint).toContain('`POST /v1/chat/completions`');
    expect(requests.map(({ path }: { path: string }) => path)).toEqual(['/v1/chat/completion', '/v2/nvcf/functions']);
    expect(requests.map(({ url }: { url: string }) => url)).toEqual([
      `http://${host}/v1/chat/completion`,
      `http://${host}/v2/nvcf/functions?a=1`,
    ]);
    expect(JSON.stringify([hint, near, requests])).not.toMatch(/[^/]\/integrate/);
  });

  it('names its own operation before that of another host with another method', async () => {
    expect((await hintAt('acme.run.ai', 'POST /token')).hint).toContain('`POST /api/v1/token`');
    expect((await hintAt('acme.run.ai', 'GET /token')).hint).toContain('`GET /token` is at `api.ngc.nvidia.com`');
    expect((await hintAt('acme.run.ai', 'PATCH /v2/nvcf/functions')).hint).toContain('is at `api.nvcf.nvidia.com`');
  });

  it('has similar paths of its own services only', async () => {
    expect((await hintAt('acme.run.ai', 'GET /v2/nvcf/function')).hint).toBeUndefined();
    expect((await hintAt('acme.run.ai', 'GET /api/v1/user')).hint).toContain('`GET /api/v1/users`');
  });
});

it.each(['localhost', 'default.localhost', '127.0.0.1', '10.1.2.3', 'unknown.test', 'mine.run.ai'])(
  '%s serves everything',
  async (host) => {
    const statuses = ['GET /v2/nvcf/functions', 'GET /api/v1/users', 'GET /integrate/v1/models'].map(
      async (request) => (await server.call(request, at(host))).status,
    );

    expect(await Promise.all(statuses)).toEqual([200, 401, 200]);
  },
);

describe('the host of a tenant of Run:ai', () => {
  const askFor = (host: string) =>
    server.call('GET /auth/realms/acme/.well-known/openid-configuration', { headers: { host } });

  it('serves its own tenant, as does the common host', async () => {
    for (const host of ['acme.run.ai', 'ACME.run.ai:8443', 'app.run.ai', 'mine.run.ai'])
      expect((await askFor(host)).status).toBe(200);
  });

  it('refuses every call for another tenant, with the tenant that exists', async () => {
    const expected = {
      code: 404,
      message: expect.stringContaining('no tenant `globex` here: the tenant of this world is `acme`, at `acme.run.ai`'),
    };
    const headers = { host: 'globex.run.ai' };
    const calls = [
      server.call('POST /api/v1/token', { headers, body: {} }),
      server.call('GET /api/v1/users', { headers, token }),
    ];

    for (const { status, body } of await Promise.all(calls)) expect([status, body]).toEqual([404, expected]);
    expect((await askFor('globex.run.ai')).status).toBe(404);
  });

  it('is the host of the tenant in the world of the request', async () => {
    const seed = { runai: { tenant: { id: 7, name: 'globex', realm: 'globex' } } };
    const { id } = await makeWorld(server, { seed });
    const headers = { host: 'globex.run.ai', 'x-mock-world': id };

    expect((await server.call('GET /api/v1/users', { headers })).status).toBe(401);
    expect((await server.call('GET /api/v1/users', { headers: { ...headers, host: 'acme.run.ai' } })).status).toBe(404);
  });

  it('begins with the realm if the name of the tenant is no label', async () => {
    const tenant = { id: 7, name: 'Globex Corp', realm: 'globex' };
    const { call } = await makeWorld(server, { seed: { runai: { tenant } } });
    const { status, body } = await call('GET /api/v1/users', { headers: { host: 'acme.run.ai' } });

    expect((await call('GET /api/v1/users', { headers: { host: 'globex.run.ai' } })).status).toBe(401);
    expect([status, body.message]).toEqual([404, expect.stringContaining('is `Globex Corp`, at `globex.run.ai`')]);
    expect(runaiManifest.hostsOfCast({ tenant })).toEqual(['app.run.ai', 'globex.run.ai']);
  });

  it('is any host in a world without a tenant', async () => {
    const { call } = await makeWorld(server, { seed: 'none' });

    expect((await call('GET /api/v1/users', { headers: { host: 'acme.run.ai' } })).status).toBe(401);
  });
});
