import { describe, expect, it } from 'vitest';
import { asOwner, authorizationsFor, createKey, FUNCTIONS, TASKS } from '../../support/nak.ts';
import { testServer } from '../../support/server.ts';

/** A key of a server that remembers, some seconds old. */
async function world() {
  const server = await testServer({ nvcf: 'open-source', keyCache: 'documented' });
  const { body: key } = await createKey(server);
  const advance = (by: string) => server.call('POST /_mock/clock/advance', { body: { by } });
  await advance('10s');
  const list = () => server.call('GET /v2/nvcf/functions', { token: key.value });
  const introspect = async (audience = FUNCTIONS) =>
    (await server.call('POST /v1/introspect', { body: { audience_service_id: audience, key: key.value } })).status;
  const authorize = (...scopes: string[]) =>
    server.call(`PUT /v1/keys/${key.id}/authorizations`, {
      headers: asOwner(),
      body: { authorizations: authorizationsFor(scopes) },
    });
  const remove = () => server.call(`DELETE /v1/keys/${key.id}`, { headers: asOwner() });
  return { server, key, advance, list, introspect, authorize, remove };
}

describe('with `--key-cache documented`', () => {
  it('a key keeps its rights for a minute after its last evaluation, and decisions announce the change', async () => {
    const { server, advance, list, authorize } = await world();
    expect((await list()).status).toBe(200);
    await authorize('queue_details');

    const meanwhile = await list();
    expect([meanwhile.status, meanwhile.decision.pending]).toEqual([
      200,
      { version: 2, effectiveAt: '2026-01-15T12:01:10.000Z', effect: 'deny' },
    ]);
    await advance('59s');
    expect((await list()).status).toBe(200);
    await advance('1s');
    const { status, decision } = await list();
    expect([status, decision.reason]).toEqual([403, 'missing_scope']);

    await authorize('list_functions');
    const { body } = await server.call(`GET /_mock/decisions/${(await list()).decision.id}`);
    expect(body.fixes).toMatchObject([{ kind: 'propagation' }]);
    await advance('1m');
    expect((await list()).status).toBe(200);
  });

  it('a deleted key is accepted until it is forgotten; a refused one is not remembered', async () => {
    const { server, key, advance, list, remove } = await world();
    expect((await list()).status).toBe(200);
    await remove();
    expect((await list()).status).toBe(200);
    await advance('1m');
    expect((await list()).status).toBe(403);

    const { body: next } = await createKey(server);
    const status = (enabled: string) => server.call(`PATCH /_mock/keys/${next.id}`, { body: { status: enabled } });
    const call = async () => (await server.call('GET /v2/nvcf/functions', { token: next.value })).status;
    await status('disabled');
    expect(await call()).toBe(403);
    await status('active');
    expect(await call()).toBe(200);
    expect(key.id).not.toBe(next.id);
  });

  it('an introspection is remembered for each audience, a refusal as well', async () => {
    const { advance, introspect, remove } = await world();
    expect([await introspect(), await introspect(TASKS)]).toEqual([200, 400]);
    await remove();
    expect([await introspect(), await introspect(TASKS)]).toEqual([200, 400]);
    await advance('1m');
    expect([await introspect(), await introspect(TASKS)]).toEqual([404, 404]);
  });

  it('a reset forgets', async () => {
    const { server, list } = await world();
    expect((await list()).status).toBe(200);
    await server.call('POST /_mock/reset');

    expect((await list()).status).toBe(403);
  });
});

it('without it every change counts at once', async () => {
  const server = await testServer({ nvcf: 'open-source' });
  const { body: key } = await createKey(server);
  expect((await server.call('GET /v2/nvcf/functions', { token: key.value })).status).toBe(200);
  await server.call(`DELETE /v1/keys/${key.id}`, { headers: asOwner() });

  expect((await server.call('GET /v2/nvcf/functions', { token: key.value })).status).toBe(403);
});
