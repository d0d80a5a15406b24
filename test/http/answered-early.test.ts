/** Hooks that respond in place of the operation: the operation must not run. */
import { beforeEach, expect, it, vi } from 'vitest';
import { admin } from '../support/cast.ts';
import { type Request, testServer } from '../support/server.ts';

const server = await testServer();
const token = await server.tokenOf(admin);
const KEYS = '/api/v1/access-keys';
const CREATE = `POST ${KEYS}`;
const JSON_TYPE = { 'content-type': 'application/json' };
const body = { name: 'unwanted' };

const listKeys = async () => (await server.call(`GET ${KEYS}`, { token })).body.accessKeys;

beforeEach(() => server.call('POST /_mock/reset'));

it.each<[label: string, status: number, request: Request]>([
  ['without a credential', 401, { body }],
  ['with a foreign origin', 403, { token, body, headers: { origin: 'https://evil.example' } }],
  [
    'with an unsupported content type',
    415,
    { token, body: 'name=unwanted', headers: { 'content-type': 'text/plain' } },
  ],
  ['with invalid JSON', 400, { token, body: '{"name":', headers: JSON_TYPE }],
  ['with an invalid body', 400, { token, body: { name: 5 } }],
  ['with an invalid host', 400, { token, body, headers: { host: 'a b' } }],
])('a request %s is rejected with %i and creates nothing', async (_what, status, request) => {
  const before = await listKeys();

  expect((await server.call(CREATE, request)).status).toBe(status);
  expect(await listKeys()).toEqual(before);
});

it('a request with a failing response is not decided again', async () => {
  const fault = { match: { operation: 'create_access_key1' }, do: { delay: '1ms' } };
  const { id } = (await server.call('POST /_mock/faults', { body: fault })).body;
  const record = vi.spyOn(server.world.activityLog, 'recordRequest').mockImplementationOnce(() => {
    throw new Error('the journal is broken');
  });

  // Calls throw if they are answered with 500.
  await expect(server.call(CREATE, { token, body })).rejects.toThrow('Internal error of the mock');
  record.mockRestore();
  expect((await server.call(`GET /_mock/faults/${id}`)).body).toMatchObject({ seen: 1, fired: 1 });
});
