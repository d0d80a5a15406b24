/** What every client meets. In place of your client, the tests call the mock. */

import { expect, test } from 'nv-auth-mock/vitest';

test('it waits for the token endpoint', async ({ mock }) => {
  await mock.faults.add({ match: { operation: 'grant_token' }, for: '30s', do: { status: 503, retryAfter: 'end' } });
  await expect(mock.getToken()).rejects.toThrow('Service Unavailable');
  await mock.clock.advance('30s');
  await mock.getToken();

  await expect(mock).toHaveReceived({ operation: 'grant_token', status: 503, times: 1 });
});

test('it asks once for a slow token', async ({ mock }) => {
  await mock.faults.add({ match: { operation: 'grant_token' }, for: '30s', do: { delay: '200ms' } });
  await mock.getToken();

  await expect(mock).toHaveReceived({ operation: 'grant_token', times: 1 });
});

test('it slows down', async ({ mock }) => {
  const authorization = `Bearer ${await mock.getToken()}`;
  const list = () => fetch(`${mock.url}/api/v1/users`, { headers: { authorization } });
  await mock.faults.add({
    match: { service: 'runai' },
    for: '30s',
    do: { status: 429, retryAfter: 'end', offDocument: true },
  });
  expect((await list()).headers.get('retry-after')).toBe('30');
  await mock.clock.advance('30s');
  await list();

  await expect(mock).toHaveReceived({ operation: 'get_users', status: 429, times: 1 });
});

test('it renews an expired token', async ({ mock }) => {
  const list = (token: string) => fetch(`${mock.url}/api/v1/users`, { headers: { authorization: `Bearer ${token}` } });
  const token = await mock.getToken();
  await mock.clock.advance('2h');
  await list(token);
  await list(await mock.getToken());

  await expect(mock).toHaveReceived({ reason: 'expired_token', times: 1 });
  await expect(mock).toHaveReceived({ operation: 'grant_token', times: 2 });
});

test('it reads the JWKS again', async ({ mock }) => {
  const jwks = async () =>
    JSON.stringify(await (await fetch(`${mock.url}/auth/realms/acme/protocol/openid-connect/certs`)).json());
  const { kid, previous } = await mock.tokens.rotateSigningKey({ overlap: '10m' });
  expect(await jwks()).toContain(kid);
  await mock.clock.advance('10m');

  expect(await jwks()).not.toContain(previous.kid);
});

test('it replaces a revoked token', async ({ mock }) => {
  const list = (token: string) => fetch(`${mock.url}/api/v1/users`, { headers: { authorization: `Bearer ${token}` } });
  const token = await mock.getToken('admin@acme.test');
  await mock.tokens.revoke('admin@acme.test');
  await list(token);
  await list(await mock.getToken('admin@acme.test'));

  await expect(mock).toHaveReceived({ reason: 'revoked_token', times: 1 });
  await expect(mock).toHaveReceived({ operation: 'get_users', status: 200, times: 1 });
});

test('it reads its secret again', async ({ mock }) => {
  const { id, clientId, clientSecret: before } = mock.cast.runai.users[0]?.accessKey ?? {};
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${await mock.getToken()}` };
  const grant = (clientSecret?: string) => {
    const body = JSON.stringify({ grantType: 'client_credentials', clientId, clientSecret });
    return fetch(`${mock.url}/api/v1/token`, { method: 'POST', headers, body });
  };
  const changed = await fetch(`${mock.url}/api/v1/access-keys/${id}/secret`, { method: 'POST', headers });
  const { clientSecret } = (await changed.json()) as { clientSecret: string };
  await grant(before);
  await grant(clientSecret);

  await expect(mock).toHaveReceived({ operation: 'grant_token', reason: 'wrong_secret', times: 1 });
  await expect(mock).toHaveReceived({ operation: 'grant_token', status: 200, times: 2 });
});

test('it goes on with the new key', async ({ mock }) => {
  const list = (key: string) => fetch(`${mock.url}/v2/nvcf/functions`, { headers: { authorization: `Bearer ${key}` } });
  const { id = '' } = (await mock.keys.list()).find(({ name }) => name === 'nvcf-deployer') ?? {};
  const { key } = await mock.keys.rotate(id);
  await list(mock.key('nvcf-deployer'));
  await list(key);

  await expect(mock).toHaveReceived({ operation: 'listFunctions', reason: 'unknown_key', times: 1 });
  await expect(mock).toHaveReceived({ operation: 'listFunctions', status: 200, times: 1 });
});

test('it stops with an expired key', async ({ mock }) => {
  const list = (key: string) => fetch(`${mock.url}/v2/nvcf/functions`, { headers: { authorization: `Bearer ${key}` } });
  const { id = '' } = (await mock.keys.list()).find(({ name }) => name === 'nvcf-deployer') ?? {};
  const { now } = await mock.clock.now();
  await mock.keys.edit(id, { expiresAt: new Date(Date.parse(now) + 60_000).toISOString() });
  await mock.clock.advance('1m');
  await list(mock.key('nvcf-deployer'));

  await expect(mock).toHaveReceived({ reason: 'expired_key', times: 1 });
});

test('it gives up when the scope is gone', async ({ mock }) => {
  const list = (key: string) => fetch(`${mock.url}/v2/nvcf/functions`, { headers: { authorization: `Bearer ${key}` } });
  const { id = '' } = (await mock.keys.list()).find(({ name }) => name === 'nvcf-deployer') ?? {};
  const key = mock.key('nvcf-deployer');
  await mock.propagation.set({ mode: 'fixed', delay: '15m' });
  await mock.keys.edit(id, { scopes: ['deploy_function'] });
  expect((await list(key)).status).toBe(200);
  await mock.clock.advance('15m');
  expect(await list(key)).toBeRefused('missing_scope');

  await expect(mock).toHaveReceived({ operation: 'listFunctions', status: 403, times: 1 });
});

test('it gives up without the role', async ({ mock }) => {
  const headers = { authorization: `Bearer ${mock.key('air-admin')}` };
  const { id = '' } = (await mock.keys.list()).find(({ name }) => name === 'air-admin') ?? {};
  await mock.keys.edit(id, { roles: [] });
  await fetch(`${mock.url}/api/v3/simulations/`, { headers });

  await expect(mock).toHaveReceived({ service: 'air', status: 403, times: 1 });
});

test('it does not repeat a call to a deleted function', async ({ mock }) => {
  const headers = { authorization: `Bearer ${mock.key('nvcf-full-access')}` };
  const echo = mock.cast.nvcf.functions.find(({ name }) => name === 'echo');
  const url = `${mock.url}/v2/nvcf/functions/${echo?.['functionId']}/versions/${echo?.['versionId']}`;
  await fetch(url, { method: 'DELETE', headers });
  await fetch(url, { headers });

  await expect(mock).toHaveReceived({ method: 'GET', status: 404, times: 1 });
});

test('it chooses another model', async ({ mock }) => {
  const [{ id: model } = { id: '' }] = mock.cast.catalogue.models;
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${mock.key('catalogue-user')}` };
  const body = { status: 404, title: 'Not Found', detail: "Function 'f': Not found for account 'a'" };
  await mock.faults.add({
    match: { operation: 'createChatCompletion', body: { model } },
    do: { answer: { status: 404, body }, offDocument: true },
  });
  const chat = JSON.stringify({ model, messages: [{ role: 'user', content: 'hello' }] });
  await fetch(`${mock.url}/integrate/v1/chat/completions`, { method: 'POST', headers, body: chat });
  await fetch(`${mock.url}/integrate/v1/models`, { headers });

  await expect(mock).toHaveReceived({ operation: 'createChatCompletion', body: { model }, times: 1 });
  await expect(mock).toHaveReceived({ operation: 'listModels', times: 1 });
});
