/** The responses of a process that may have lost its worlds. */
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/decisions/problem.ts';
import { createNoWorldsProblem } from '../../src/store/waiting.ts';
import { castKey } from '../support/ngc-cast.ts';
import { type TestServer, testServer } from '../support/server.ts';

const LOST = createNoWorldsProblem({ status: 'waiting', why: 'The database does not answer.' });
const AIR = castKey('air-admin').key;

/** A server that loses its worlds at this check: it checks when a request arrives, and before the response. */
async function startLosingServer(check: number): Promise<TestServer> {
  const server = await testServer();
  let checks = 0;
  const fault = (): Problem | null => {
    checks += 1;
    return checks >= check ? LOST : null;
  };
  Object.assign(server.worlds, { fault });
  return server;
}

describe('a process that may have lost its worlds', () => {
  it('rejects a request in the error format of the vendor, with `Retry-After`', async () => {
    const server = await startLosingServer(1);
    const { status, body, headers } = await server.call('GET /api/v3/simulations/', { token: AIR });
    expect(status).toBe(503);
    expect(JSON.stringify(body)).toContain('The database does not answer.');
    expect(headers['retry-after']).toBe('1');
  });

  it('returns 503, not 404, for unknown worlds and paths', async () => {
    const server = await startLosingServer(1);
    expect((await server.call('GET /w/nobody/api/v3/simulations/')).status).toBe(503);
    expect((await server.call('GET /no/such/path')).status).toBe(503);
    expect((await server.call('GET /docs')).status).toBe(503);
  });

  it('reports its health', async () => {
    const server = await startLosingServer(1);
    expect((await server.call('GET /_mock/health')).status).toBe(200);
    expect((await server.call('GET /_mock/metrics')).status).toBe(503);
    expect((await server.call('GET /_mock/info')).status).toBe(503);
  });

  it('stores nothing of a rejected request', async () => {
    const server = await startLosingServer(1);
    const response = await server.call('POST /api/v3/simulations/', { token: AIR, body: { name: 'refused' } });
    expect(response.status).toBe(503);
    Object.assign(server.worlds, { fault: () => null });
    const { body } = await server.call('GET /api/v3/simulations/', { token: AIR });
    expect(JSON.stringify(body)).not.toContain('refused');
  });
});

describe('a process that loses the worlds during a request', () => {
  it('does not return data that it has read', async () => {
    const server = await startLosingServer(2);
    const { status, body, decision } = await server.call('GET /api/v3/simulations/', { token: AIR });
    expect(status).toBe(503);
    expect(JSON.stringify(body)).toContain('The database does not answer.');
    expect(decision?.reason).not.toBe('outcome_unknown');
  });

  it('does not reject a credential by data that it has read', async () => {
    const server = await startLosingServer(2);
    expect((await server.call('GET /api/v3/simulations/', { token: 'nobody' })).status).toBe(503);
  });

  it('reports that a change may have been stored', async () => {
    const server = await startLosingServer(2);
    const { status, body, decision } = await server.call('POST /api/v3/simulations/', {
      token: AIR,
      body: { name: 'unknown' },
    });
    expect(status).toBe(503);
    expect(JSON.stringify(body)).toContain('may or may not be stored');
    expect(decision.reason).toBe('outcome_unknown');
  });
});
