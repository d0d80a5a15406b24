import { describe, expect, it } from 'vitest';
import { asOwner, createKey } from '../../support/nak.ts';
import { testServer } from '../../support/server.ts';

const EVENTS = 'nvidia-cloud-events-ncp-service-id-ckozoh6f';
const PATHS = ['events', 'stats'].map((name) => `GET /v3/ledger/namespace/acme/${name}`);

const server = await testServer({ nvcf: 'open-source' });
const keyWith = async (...scopes: string[]) => {
  const authorizations = { policies: [{ aud: EVENTS, product: 'nv-cloud-events', scopes, resources: [] }] };
  return (await createKey(server, { authorizations }, asOwner(scopes.join(' ') || 'nobody', EVENTS))).body
    .value as string;
};

describe('the event ledger', () => {
  it.each(['fnds:getEvents', 'read', 'nvcf:getCluster'])(
    'answers a key with %s that there are no events',
    async (scope) => {
      const token = await keyWith(scope);
      const answers = await Promise.all(PATHS.map((path) => server.call(path, { token })));

      expect(answers.map(({ status, body }) => [status, body])).toEqual([
        [200, { events: [] }],
        [200, { total: 0 }],
      ]);
    },
  );

  it.each(PATHS)('refuses keys without any of them: %s', async (path) => {
    const { status, decision } = await server.call(path, { token: await keyWith() });

    expect([status, decision.reason]).toEqual([403, 'missing_scope']);
  });

  it('refuses keys of Cloud Functions as keys that are not good', async () => {
    const { body: key } = await createKey(server);
    const { status, body, decision } = await server.call(PATHS[0] as string, { token: key.value });

    expect([status, body, decision.reason]).toEqual([401, 'Unauthorized', 'service_not_enabled']);
  });

  it.each(['', `nvapi-${'a'.repeat(64)}`, 'x.y.z'])('refuses the credential %j with a plain 401', async (token) => {
    const { status, body, headers } = await server.call(PATHS[0] as string, token === '' ? {} : { token });

    expect([status, headers['content-type'], body]).toEqual([401, 'text/plain', 'Unauthorized']);
  });

  it('takes keys of the control API', async () => {
    const { body } = await server.call('POST /_mock/keys', {
      body: { type: 'service', name: 'events', services: ['ledger'], scopes: ['Get Events'] },
    });

    expect((await server.call(PATHS[1] as string, { token: body.key })).status).toBe(200);
  });

  it('is there under `--nvcf open-source` alone', async () => {
    expect((await (await testServer()).call(PATHS[0] as string)).status).toBe(404);
  });
});
