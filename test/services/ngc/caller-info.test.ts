import { describe, expect, it } from 'vitest';
import { castKey, ngcCast } from '../../support/ngc-cast.ts';
import { START, testServer } from '../../support/server.ts';

const server = await testServer();
const FORM = 'application/x-www-form-urlencoded';
const owner = castKey('owner');
const deployer = castKey('nvcf-deployer');

const ask = (body: string, type = FORM, on = server) =>
  on.call('POST /v3/keys/get-caller-info', { body, headers: { 'content-type': type } });
const askFor = (key: string, on = server) => ask(new URLSearchParams({ credentials: key }).toString(), FORM, on);

const SUCCESS = { statusCode: 'SUCCESS', requestId: expect.any(String), serverId: expect.any(String) };

describe('POST /v3/keys/get-caller-info', () => {
  it('tells whose a personal key is', async () => {
    const { status, body } = await askFor(owner.key);

    expect(status).toBe(200);
    expect(body).toEqual({
      requestStatus: SUCCESS,
      type: 'PERSONAL_KEY',
      orgName: 'acme',
      products: ['nv-cloud-functions', 'air'],
      userId: expect.stringMatching(/\w/),
      user: {
        id: body.userId,
        name: expect.any(String),
        email: owner.user,
        roles: [{ org: expect.objectContaining({ name: 'acme' }), orgRoles: owner.roles }],
      },
    });
  });

  it('tells the account of a service key, and no user', async () => {
    const { status, body } = await askFor(deployer.key);

    expect(status).toBe(200);
    expect(body).toEqual({
      requestStatus: SUCCESS,
      type: 'SERVICE_KEY',
      orgName: 'acme',
      products: ['nv-cloud-functions'],
      userId: ngcCast.ncaId,
    });
  });

  it('gives one id to every key of a user, and others to others', async () => {
    const order = { type: 'personal', name: 'second', services: [], user: owner.user };
    const { body: second } = await server.call('POST /_mock/keys', { body: order });
    const idOf = async (key: string) => (await askFor(key)).body.userId;

    expect(await idOf(second.key)).toBe(await idOf(owner.key));
    expect(await idOf(castKey('nvcf-user').key)).not.toBe(await idOf(owner.key));
    expect((await askFor(second.key)).body.products).toEqual([]);
  });

  it('needs no authorization, and looks at none', async () => {
    const answer = await server.call('POST /v3/keys/get-caller-info', {
      token: 'garbage',
      body: `credentials=${owner.key}`,
      headers: { 'content-type': `${FORM}; charset=utf-8` },
    });

    expect(answer.status).toBe(200);
  });

  it('of a member beside it takes no notice', async () => {
    expect((await ask(`client=cli&credentials=${owner.key}`)).status).toBe(200);
  });

  it.each([
    ['garbage', 'garbage', 'malformed_key'],
    ['nothing', '', 'malformed_key'],
    ['a key that is cut short', owner.key.slice(0, -1), 'malformed_key'],
    ['a key with the scheme before it', `Bearer ${owner.key}`, 'malformed_key'],
    ['a key that no mock minted', `nvapi-${'a'.repeat(64)}`, 'foreign_key'],
  ])('refuses %s', async (_what, key, reason) => {
    const { status, body, decision } = await askFor(key);

    expect(status).toBe(401);
    expect(body.requestStatus).toMatchObject({ statusCode: 'UNAUTHORIZED', statusDescription: 'Invalid API key.' });
    expect(Object.keys(body)).toEqual(['requestStatus']);
    expect(decision).toMatchObject({ effect: 'deny', reason });
  });

  it.each([
    ['expired', 'expired_key'],
    ['disabled', 'disabled_key'],
    ['rotated', 'unknown_key'],
    ['deleted', 'unknown_key'],
  ])('refuses a key that is %s', async (what, reason) => {
    const on = await testServer();
    const order = {
      type: 'service',
      name: 'brief',
      services: ['nvcf'],
      expiresAt: new Date(START + 1000).toISOString(),
    };
    const { body: made } = await on.call('POST /_mock/keys', { body: order });
    expect((await askFor(made.key, on)).status).toBe(200);
    if (what === 'expired') on.clock.set(START + 1000);
    if (what === 'disabled') await on.call(`PATCH /_mock/keys/${made.id}`, { body: { status: 'disabled' } });
    if (what === 'rotated') await on.call(`POST /_mock/keys/${made.id}/rotate`);
    if (what === 'deleted') await on.call(`DELETE /_mock/keys/${made.id}`);
    const { status, body, decision } = await askFor(made.key, on);

    expect(status).toBe(401);
    expect(body.requestStatus).toMatchObject({ statusCode: 'UNAUTHORIZED', statusDescription: 'Invalid API key.' });
    expect(decision.reason).toBe(reason);
  });

  it.each(['', 'credential=x', `CREDENTIALS=${owner.key}`, owner.key])(
    'refuses the form %j, which lacks the field',
    async (form) => {
      const { status, body } = await ask(form);

      expect(status).toBe(400);
      expect(body.requestStatus).toMatchObject({
        statusCode: 'INVALID_REQUEST',
        statusDescription: expect.stringContaining('credentials'),
      });
    },
  );

  it.each([
    ['application/json', JSON.stringify({ credentials: owner.key })],
    ['text/plain', `credentials=${owner.key}`],
    ['multipart/form-data; boundary=x', '--x--'],
  ])('takes no %s', async (type, text) => {
    const { status, body, decision } = await ask(text, type);

    expect(status).toBe(415);
    expect(body.requestStatus.statusDescription).toContain(FORM);
    expect(decision).toBeNull();
  });
});
