import { describe, expect, it } from 'vitest';
import { admin } from '../../support/cast.ts';
import { testServer } from '../../support/server.ts';

const server = await testServer();
const { call } = server;
const FAULT = { do: { drop: 'before' } };

describe('a principal is rejected', () => {
  const CALLS = [
    ['GET /_mock/requests', 'Query parameter `principal`'],
    ['GET /_mock/requests/har', 'Query parameter `principal`'],
    ['GET /_mock/decisions', 'Query parameter `principal`'],
    ['POST /_mock/faults', 'Field `match.principal`'],
    ['POST /_mock/requests/verify', 'Field `match.principal`'],
  ] as const;
  const sendPrincipal = (line: string, principal: string) =>
    line.startsWith('GET')
      ? call(`${line}?principal=${encodeURIComponent(principal)}`)
      : call(line, { body: { match: { principal }, ...(line.endsWith('faults') && FAULT) } });

  it.each(CALLS)('if only its case differs, by %s', async (line, member) => {
    const { status, body } = await sendPrincipal(line, 'ADMIN@ACME.TEST');
    const unknown = `${member} is \`ADMIN@ACME.TEST\`, which is not a known principal.`;
    const suggestion = `Did you mean \`${admin.email}\`? If it is new, create it first.`;
    expect([status, body.detail]).toEqual([400, `${unknown} ${suggestion}`]);
  });

  it.each(CALLS)('if it is empty, by %s', async (line, member) => {
    const { status, body } = await sendPrincipal(line, '');
    expect(status).toBe(400);
    expect(body.detail).toMatch(
      new RegExp(`^${member} is empty; expected an id, name, client id or e-mail address, such as \`[^\`]+\`\\.$`),
    );
  });
});

describe('a principal is accepted', () => {
  const filterBy = async (name: string) =>
    (await call(`GET /_mock/requests?principal=${encodeURIComponent(name)}`)).status;

  it.each([admin.email, admin.accessKey.clientId, 'nvcf-deployer', 'ci-app'])('if it exists: %s', async (name) => {
    expect(await filterBy(name)).toBe(200);
  });

  it('if it is new, or unknown but unlike every known principal', async () => {
    const name = 'nvcf-deployed';
    expect(await filterBy(name)).toBe(400);
    await call('POST /_mock/keys', { body: { name, type: 'service', services: ['air'], scopes: ['air:access'] } });
    expect(await filterBy(name)).toBe(200);
    expect(await filterBy('unlike all others')).toBe(200);
  });
});
