import { describe, expect, it } from 'vitest';
import { admin } from '../../support/cast.ts';
import { testServer } from '../../support/server.ts';

const server = await testServer();
const { call } = server;
const FAULT = { do: { drop: 'before' } };

describe('a misspelt principal is refused with the nearest name', () => {
  const near = (email: string) => `is \`${email}\`, which is not a known principal. Did you mean \`${admin.email}\`?`;

  it.each(['/_mock/requests', '/_mock/requests/har', '/_mock/decisions'])('by GET %s', async (path) => {
    const { status, body } = await call(`GET ${path}?principal=admln@acme.test`);
    expect(status).toBe(400);
    expect(body.detail).toContain(`Query parameter \`principal\` ${near('admln@acme.test')}`);
  });

  it('in a verification and in a fault', async () => {
    const match = { principal: 'admin@acme.tset' };
    for (const [path, order] of Object.entries({ '/_mock/requests/verify': {}, '/_mock/faults': FAULT })) {
      const { status, body } = await call(`POST ${path}`, { body: { match, ...order } });
      expect(status, path).toBe(400);
      expect(body.detail).toContain(`Field \`match.principal\` ${near('admin@acme.tset')}`);
    }
  });
});

describe('a principal is refused', () => {
  const EVERYWHERE = [
    ['GET /_mock/requests', 'Query parameter `principal`'],
    ['GET /_mock/decisions', 'Query parameter `principal`'],
    ['POST /_mock/faults', 'Field `match.principal`'],
    ['POST /_mock/requests/verify', 'Field `match.principal`'],
  ] as const;
  const asked = (line: string, principal: string) =>
    line.startsWith('GET')
      ? call(`${line}?principal=${encodeURIComponent(principal)}`)
      : call(line, { body: { match: { principal }, ...(line.endsWith('faults') && FAULT) } });

  it.each(EVERYWHERE)('that is misspelt only in case, by %s', async (line, member) => {
    const { status, body } = await asked(line, 'ADMIN@ACME.TEST');
    expect([status, body.detail]).toEqual([
      400,
      `${member} is \`ADMIN@ACME.TEST\`, which is not a known principal. Did you mean \`${admin.email}\`? If it is new, create it first.`,
    ]);
  });

  it.each(EVERYWHERE)('that is empty, by %s', async (line, member) => {
    const { status, body } = await asked(line, '');
    expect(status).toBe(400);
    expect(body.detail).toMatch(
      new RegExp(`^${member} is empty; expected an id, name, client id or e-mail address, such as \`[^\`]+\`\\.$`),
    );
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
