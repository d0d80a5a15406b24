import { describe, expect, it } from 'vitest';
import { admin } from '../../support/cast.ts';
import { testServer } from '../../support/server.ts';

const server = await testServer();
const { call } = server;
const FAULT = { do: { drop: 'before' } };

describe('a misspelt principal is refused with the nearest name', () => {
  const near = (email: string) => `nobody is called \`${email}\`; the nearest is \`${admin.email}\`.`;

  it.each(['/_mock/requests', '/_mock/requests/har', '/_mock/decisions'])('by GET %s', async (path) => {
    const { status, body } = await call(`GET ${path}?principal=admln@acme.test`);
    expect(status).toBe(400);
    expect(body.detail).toContain(`Query parameter \`principal\`: ${near('admln@acme.test')}`);
  });

  it('in a verification and in a fault', async () => {
    const match = { principal: 'admin@acme.tset' };
    for (const [path, order] of Object.entries({ '/_mock/requests/verify': {}, '/_mock/faults': FAULT })) {
      const { status, body } = await call(`POST ${path}`, { body: { match, ...order } });
      expect(status, path).toBe(400);
      expect(body.detail).toContain(`Field \`match.principal\`: ${near('admin@acme.tset')}`);
    }
  });
});

describe('a principal is accepted', () => {
  const listed = async (name: string) =>
    (await call(`GET /_mock/requests?principal=${encodeURIComponent(name)}`)).status;

  it.each([admin.email, admin.accessKey.clientId, 'nvcf-deployer', 'ci-app'])('that exists: %s', async (name) => {
    expect(await listed(name)).toBe(200);
  });

  it('that was made since, and that is like no other and may be made later', async () => {
    const name = 'nvcf-deployed';
    expect(await listed(name)).toBe(400);
    await call('POST /_mock/keys', { body: { name, type: 'service', services: ['air'], scopes: ['air:access'] } });
    expect(await listed(name)).toBe(200);
    expect(await listed('somebody of another test')).toBe(200);
  });
});
