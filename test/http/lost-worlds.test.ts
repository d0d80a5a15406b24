/** The answers of a process that may have lost its worlds. */
import { describe, expect, it } from 'vitest';
import type { Problem } from '../../src/decisions/problem.ts';
import { createNoWorldsProblem } from '../../src/store/waiting.ts';
import { castKey } from '../support/ngc-cast.ts';
import { type TestServer, testServer } from '../support/server.ts';

const LOST = createNoWorldsProblem({ status: 'waiting', why: 'The database does not answer.' });
const AIR = castKey('air-admin').key;

/** The process has lost the worlds from the given look on: it looks when a request arrives, and before its answer. */
async function losingAt(look: number): Promise<TestServer> {
  const server = await testServer();
  let looks = 0;
  const fault = (): Problem | null => {
    looks += 1;
    return looks >= look ? LOST : null;
  };
  Object.assign(server.worlds, { fault });
  return server;
}

describe('a process that may have lost its worlds', () => {
  it('refuses a request as the vendor would, and says when to try again', async () => {
    const server = await losingAt(1);
    const { status, body, headers } = await server.call('GET /api/v3/simulations/', { token: AIR });
    expect(status).toBe(503);
    expect(JSON.stringify(body)).toContain('The database does not answer.');
    expect(headers['retry-after']).toBe('1');
  });

  it('knows of no world, and does not say that there is none', async () => {
    const server = await losingAt(1);
    expect((await server.call('GET /w/nobody/api/v3/simulations/')).status).toBe(503);
    expect((await server.call('GET /no/such/path')).status).toBe(503);
    expect((await server.call('GET /docs')).status).toBe(503);
  });

  it('says that it is alive', async () => {
    const server = await losingAt(1);
    expect((await server.call('GET /_mock/health')).status).toBe(200);
    expect((await server.call('GET /_mock/metrics')).status).toBe(503);
    expect((await server.call('GET /_mock/info')).status).toBe(503);
  });

  it('stores nothing of a refused request', async () => {
    const server = await losingAt(1);
    const made = await server.call('POST /api/v3/simulations/', { token: AIR, body: { name: 'refused' } });
    expect(made.status).toBe(503);
    Object.assign(server.worlds, { fault: () => null });
    const { body } = await server.call('GET /api/v3/simulations/', { token: AIR });
    expect(JSON.stringify(body)).not.toContain('refused');
  });
});

describe('a process that loses the worlds during a request', () => {
  it('does not tell what it has read', async () => {
    const server = await losingAt(2);
    const { status, body, decision } = await server.call('GET /api/v3/simulations/', { token: AIR });
    expect(status).toBe(503);
    expect(JSON.stringify(body)).toContain('The database does not answer.');
    expect(decision?.reason).not.toBe('outcome_unknown');
  });

  it('does not refuse by what it has read', async () => {
    const server = await losingAt(2);
    expect((await server.call('GET /api/v3/simulations/', { token: 'nobody' })).status).toBe(503);
  });

  it('says of a change that it may have been made', async () => {
    const server = await losingAt(2);
    const { status, body, decision } = await server.call('POST /api/v3/simulations/', {
      token: AIR,
      body: { name: 'unknown' },
    });
    expect(status).toBe(503);
    expect(JSON.stringify(body)).toContain('may or may not be stored');
    expect(decision.reason).toBe('outcome_unknown');
  });
});
