/** Hooks that answer a request in place of its operation: the operation must not be carried out. */
import { beforeEach, expect, it, vi } from 'vitest';
import { admin } from '../support/cast.ts';
import { type Request, testServer } from '../support/server.ts';

const server = await testServer();
const token = await server.tokenOf(admin);
const KEYS = '/api/v1/access-keys';
const CREATE = `POST ${KEYS}`;
const JSON_TYPE = { 'content-type': 'application/json' };
const body = { name: 'unwanted' };

const keys = async () => (await server.call(`GET ${KEYS}`, { token })).body.accessKeys;

beforeEach(() => server.call('POST /_mock/reset'));

it.each<[what: string, status: number, request: Request]>([
  ['without a credential', 401, { body }],
  ['of a foreign page', 403, { token, body, headers: { origin: 'https://evil.example' } }],
  ['with a body of another type', 415, { token, body: 'name=unwanted', headers: { 'content-type': 'text/plain' } }],
  ['with a body that is no JSON', 400, { token, body: '{"name":', headers: JSON_TYPE }],
  ['with a body that is not valid', 400, { token, body: { name: 5 } }],
  ['with two hosts', 400, { token, body, headers: { host: 'a b' } }],
])('a request %s is answered with %i, and creates nothing', async (_what, status, request) => {
  const before = await keys();

  expect((await server.call(CREATE, request)).status).toBe(status);
  expect(await keys()).toEqual(before);
});

it('a request whose answer fails is not decided again', async () => {
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
