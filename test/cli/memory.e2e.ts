import { describe, expect } from 'vitest';
import { it } from '../support/command.ts';
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
