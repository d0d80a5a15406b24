import { describe, expect, it } from 'vitest';
import { researcher } from '../support/cast.ts';
import { START, testServer } from '../support/server.ts';

const HOUR = 3_600_000;

/** A server whose default world is an hour ahead; the world `other` has the real time. */
async function startMovedServer() {
  const server = await testServer({ world: ['other'] });
  await server.call('POST /_mock/clock/advance', { body: { by: '1h' } });
  return server;
}

function readDate({ headers }: { readonly headers: Readonly<Record<string, unknown>> }): number {
  return Date.parse(String(headers['date']));
}

describe('the Date of a response', () => {
  it.each([
    ['of an operation', 200, 'POST /api/v1/token', researcher.accessKey],
    ['of the control API', 200, 'GET /_mock/clock', undefined],
    ['that rejects a caller', 401, 'GET /api/v1/users', undefined],
    ['that rejects a body', 400, 'POST /api/v1/token', { grantType: 'none' }],
    ['of a path without an operation', 404, 'GET /api/v1/nothing', undefined],
    ['of an unsupported method', 405, 'DELETE /api/v1/token', undefined],
    ['of a path outside all services', 404, 'GET /nothing', undefined],
  ])('%s is the time of a world with a moved clock', async (_what, status, request, input) => {
    const server = await startMovedServer();
    const body = input === researcher.accessKey ? { grantType: 'client_credentials', ...input } : input;
    const answer = await server.call(request, body === undefined ? {} : { body });

    expect(answer.status).toBe(status);
    expect(answer.headers['date']).toBe(new Date(START + HOUR).toUTCString());
  });

  it('is the time to which its request moves the clock', async () => {
    const server = await testServer();
    const answer = await server.call('POST /_mock/clock/advance', { body: { by: '2h' } });

    expect(readDate(answer)).toBe(START + 2 * HOUR);
  });

  it('is recorded in the journal as it was sent', async () => {
    const server = await startMovedServer();
    await server.call('GET /api/v1/users');
    const { body } = await server.call('GET /_mock/requests');
    const { response } = (await server.call(`GET /_mock/requests/${body.requests[0].id}`)).body;

    expect(JSON.stringify(response)).toContain(new Date(START + HOUR).toUTCString());
  });

  it('stands still with a frozen clock', async () => {
    const server = await testServer();
    await server.call('POST /_mock/clock/freeze');
    server.clock.set(START + 5 * HOUR);

    expect(readDate(await server.call('GET /api/v1/users'))).toBe(START);
  });

  it('is the time of the machine if the clock was not moved, and after a reset', async () => {
    const server = await startMovedServer();
    const isNow = (date: number) => Math.abs(date - Date.now()) < 60_000;

    expect(isNow(readDate(await server.call('GET /w/other/api/v1/users')))).toBe(true);
    await server.call('POST /_mock/reset');
    expect(isNow(readDate(await server.call('GET /api/v1/users')))).toBe(true);
  });

  it('is the time of the world if a fault gives the response', async () => {
    const server = await startMovedServer();
    await server.call('POST /_mock/faults', {
      body: { match: { operation: 'get_users' }, do: { answer: { status: 503 }, offDocument: true } },
    });
    const answer = await server.call('GET /api/v1/users');

    expect([answer.status, readDate(answer)]).toEqual([503, START + HOUR]);
  });
});
