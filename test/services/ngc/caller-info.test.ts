import { describe, expect, it } from 'vitest';
import { castKey, ngcCast } from '../../support/ngc-cast.ts';
import { testServer } from '../../support/server.ts';

const server = await testServer();
const FORM = 'application/x-www-form-urlencoded';
const owner = castKey('owner');
const deployer = castKey('nvcf-deployer');

const requestInfo = (body: string, type = FORM) =>
  server.call('POST /v3/keys/get-caller-info', { body, headers: { 'content-type': type } });
const requestInfoOf = (key: string) => requestInfo(String(new URLSearchParams({ credentials: key })));

const SUCCESS = { statusCode: 'SUCCESS', requestId: expect.any(String), serverId: expect.any(String) };

describe('POST /v3/keys/get-caller-info', () => {
  it('returns the user of a personal key', async () => {
    const { status, body } = await requestInfoOf(owner.key);

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

  it('returns the account of a service key, and no user', async () => {
    const { status, body } = await requestInfoOf(deployer.key);

    expect(status).toBe(200);
    expect(body).toEqual({
      requestStatus: SUCCESS,
      type: 'SERVICE_KEY',
      orgName: 'acme',
      products: ['nv-cloud-functions'],
      userId: ngcCast.ncaId,
    });
  });

  it('returns the same id for every key of a user, and another id for another user', async () => {
    const order = { type: 'personal', name: 'second', services: [], user: owner.user };
    const { body: second } = await server.call('POST /_mock/keys', { body: order });
    const idOf = async (key: string) => (await requestInfoOf(key)).body.userId;

    expect(await idOf(second.key)).toBe(await idOf(owner.key));
    expect(await idOf(castKey('nvcf-user').key)).not.toBe(await idOf(owner.key));
    expect((await requestInfoOf(second.key)).body.products).toEqual([]);
  });

  it('ignores the authorization', async () => {
    const answer = await server.call('POST /v3/keys/get-caller-info', {
      token: 'garbage',
      body: `credentials=${owner.key}`,
      headers: { 'content-type': `${FORM}; charset=utf-8` },
    });

    expect(answer.status).toBe(200);
  });

  it.each([
    ['garbage', 'garbage', 'malformed_key'],
    ['a key that no mock issued', `nvapi-${'a'.repeat(64)}`, 'foreign_key'],
  ])('rejects %s', async (_what, key, reason) => {
    const { status, body, decision } = await requestInfoOf(key);

    expect(status).toBe(401);
    expect(body.requestStatus).toMatchObject({ statusCode: 'UNAUTHORIZED', statusDescription: 'Invalid API key.' });
    expect(Object.keys(body)).toEqual(['requestStatus']);
    expect(decision).toMatchObject({ effect: 'deny', reason });
  });

  it.each(['', 'credential=x', `CREDENTIALS=${owner.key}`, owner.key])(
    'returns 400 for the form %j without `credentials`',
    async (form) => {
      const { status, body } = await requestInfo(form);

      expect(status).toBe(400);
      expect(body.requestStatus).toMatchObject({
        statusCode: 'INVALID_REQUEST',
        statusDescription: expect.stringContaining('credentials'),
      });
    },
  );

  it.each([
    ['application/json', JSON.stringify({ credentials: owner.key })],
    ['multipart/form-data; boundary=x', '--x--'],
  ])('returns 415 for %s', async (type, body_) => {
    const { status, body, decision } = await requestInfo(body_, type);

    expect(status).toBe(415);
    expect(body.requestStatus.statusDescription).toContain(FORM);
    expect(decision).toBeNull();
  });
});
