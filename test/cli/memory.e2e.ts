import { writeFile } from 'node:fs/promises';
import { get, type IncomingMessage } from 'node:http';
import { describe, expect } from 'vitest';
import { it, type Server } from '../support/command.ts';
import { castKey } from '../support/ngc-cast.ts';

const SMALL_HEAP = { env: { NODE_OPTIONS: '--max-old-space-size=96' } };

describe('a server with a heap of 96 MB', () => {
  it('survives 400 refusals about an object of 1 MB', async ({ command }) => {
    const server = await command.start([], SMALL_HEAP);
    const body = {
      name: 'large',
      inferenceUrl: '/echo',
      containerImage: 'nvcr.io/acme/echo:1',
      description: 'x'.repeat(200),
      containerEnvironment: Array.from({ length: 900 }, (_, at) => ({ key: `KEY_${at}`, value: 'x'.repeat(1000) })),
    };
    const made = await server.call('POST /v2/nvcf/functions', { token: castKey('nvcf-full-access').key, body });
    expect(made.status).toBe(200);
    const { id, versionId } = made.body.function;
    const path = `/v2/nvcf/deployments/functions/${id}/versions/${versionId}`;
    for (let number = 0; number < 400; number++) {
      const { status } = await server.call(`GET ${path}`, { token: castKey('nvcf-registrar').key });
      expect(status).toBe(403);
    }
    const { decisions } = (await server.call('GET /_mock/decisions?effect=deny&limit=500')).body;
    expect(decisions).toHaveLength(400);
    expect(decisions.at(-1).fixes).not.toEqual([]);
  });

  it('survives 4000 different searches', async ({ command }) => {
    const server = await command.start([], SMALL_HEAP);
    const token = castKey('air-user').key;
    const search = async (at: number) => {
      const text = `${at}-${'x'.repeat(240)}`;
      expect((await server.call(`GET /api/v3/simulations/?search=${text}`, { token })).status).toBe(200);
    };
    for (let from = 0; from < 4000; from += 50) {
      await Promise.all(Array.from({ length: 50 }, (_, at) => search(from + at)));
    }
    expect((await server.call('GET /_mock/health')).status).toBe(200);
  });
});

describe('a server with a heap of 128 MB and a full state', () => {
  const HEAP = { env: { NODE_OPTIONS: '--max-old-space-size=128' } };
  const LONG = 'x'.repeat(65_000);
  const token = castKey('air-admin').key;
  const fillWithSimulations = ({ call }: Pick<Server, 'call'>) =>
    fill((at) =>
      call('POST /api/v3/simulations/', { token, body: { name: `s${at}`, metadata: LONG, documentation: LONG } }),
    );

  it.for([1, 4, 12])('answers %i clients that each list 1000 large simulations', async (clients, { command }) => {
    const server = await command.start([], HEAP);
    await fillWithSimulations(server);
    const list = async () => (await server.call('GET /api/v3/simulations/?limit=1000', { token })).status;
    const statuses = await Promise.all(Array.from({ length: clients * 3 }, list));

    expect(new Set(statuses)).toEqual(new Set([200]));
  });

  it('refuses a list that is too large, and says how to shorten it', async ({ command }) => {
    const server = await command.start([], HEAP);
    const owner = castKey('nvcf-full-access').key;
    const environment = Array.from({ length: 900 }, (_, at) => ({ key: `KEY_${at}`, value: 'x'.repeat(1000) }));
    const body = { inferenceUrl: '/echo', containerImage: 'nvcr.io/acme/echo:1', containerEnvironment: environment };
    await fill((at) => server.call('POST /v2/nvcf/functions', { token: owner, body: { ...body, name: `f${at}` } }));
    const listed = await server.call('GET /v2/nvcf/functions', { token: owner });
    const { status } = await server.call('GET /v2/nvcf/functions?visibility=public', { token: owner });

    expect(listed.status).toBe(507);
    expect(JSON.stringify(listed.body)).toMatch(/MB, and a response has at most 8 MB\. Select fewer with `visibility`/);
    expect(status).toBe(200);
  });

  it('answers 503 with `Retry-After` while others leave their large responses unread', async ({ command }) => {
    const server = await command.start([], HEAP);
    await fillWithSimulations(server);
    const path = '/api/v3/simulations/?limit=1000';
    const read = () =>
      new Promise<IncomingMessage>((resolve) => {
        get(`${server.url}${path}`, { headers: { authorization: `Bearer ${token}` } }, resolve);
      });
    const unread = await Promise.all([read(), read()]);
    const refused = await server.call(`GET ${path}`, { token });

    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    for (const response of unread) response.destroy();
    expect((await server.call(`GET ${path}`, { token })).status).toBe(200);
  });

  it('starts again with the data file of its state, and refuses to with a smaller heap', async ({ command }) => {
    const args = ['--data', 'mock.db'];
    const server = await command.start(args, HEAP);
    await fillWithSimulations(server);
    const { count } = (await server.call('GET /api/v3/simulations/?limit=1', { token })).body;
    await server.stop();
    const again = await command.start(args, HEAP);
    expect((await again.call('GET /api/v3/simulations/?limit=1', { token })).body.count).toBe(count);
    await again.stop();
    const smaller = { env: { NODE_OPTIONS: '--max-old-space-size=80' } };
    const { code, stderr } = await command.run(['--port', '0', ...args], smaller);

    expect([code, stderr]).toEqual([2, expect.stringMatching(/^nv-auth-mock: --data mock\.db has worlds .*--max-old/)]);
  });

  it('does not start with a seed that its heap cannot take', async ({ command, folder }) => {
    const users = Array.from({ length: 300_000 }, (_, at) => ({
      email: `user-${at}@example.com`,
      password: LONG.slice(0, 40),
    }));
    await writeFile(`${folder}/seed.json`, JSON.stringify({ runai: { users } }));
    const { code, stderr } = await command.run(['--port', '0', '--seed', 'seed.json'], HEAP);

    expect([code, stderr]).toEqual([
      2,
      expect.stringMatching(/seed\.json is larger than [\d.]+ MB\. .*--max-old-space-size/),
    ]);
  });
});

/** Creates objects until the state is full, or no more are allowed. */
async function fill(create: (at: number) => Promise<{ readonly status: number }>): Promise<void> {
  let at = 0;
  while ((await create(at)).status < 400) at += 1;
  expect(at).toBeGreaterThan(10);
}
