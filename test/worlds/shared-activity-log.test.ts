import { describe, expect, it } from 'vitest';
import { configOf } from '../../src/config/config.ts';
import { loadServices } from '../../src/services/index.ts';
import { read, serializeActivity } from '../../src/worlds/shared-activity-log.ts';
import { testServer } from '../support/server.ts';

describe('what happened in a world, as it is stored for other processes', async () => {
  const server = await testServer();
  const rulesets = (await loadServices()).map((service) => service.ruleset(configOf({}).config));

  it('is read as it was written: requests, decisions with their evidence, and uses', async () => {
    for (const path of ['/v2/nvcf/functions', '/api/v3/simulations/', '/api/v1/access-keys']) {
      await server.call(`GET ${path}`, { token: 'nvapi-nobody' });
    }
    const { keys } = (await server.call('GET /_mock/cast')).body.ngc;
    for (const { key } of keys) {
      await server.call('GET /v2/nvcf/functions', { token: key });
      await server.call('DELETE /v2/nvcf/deployments/functions/a/versions/b', { token: key });
    }
    const { journal, decisions, uses } = server.world.activityLog;
    const all = [
      ...journal
        .newestFirst()
        .map(({ id: _, number: __, secrets: ___, ...draft }) => ({ kind: 'request', draft }) as const),
      ...decisions.list({}).map(({ decision }) => ({ kind: 'decision', decision }) as const),
      ...uses
        .list()
        .flatMap(({ principal, uses: each }) =>
          each.map((use) => ({ kind: 'use', use: { principal, ...use } }) as const),
        ),
    ];
    expect(decisions.list({ effect: 'deny' }).some(({ decision }) => decision.input !== undefined)).toBe(true);
    expect(all.length).toBeGreaterThan(30);
    for (const activity of all) expect(read(serializeActivity(activity), rulesets)).toEqual(activity);
  });

  it('is read by a process without that law as far as it goes', () => {
    const text = serializeActivity({
      kind: 'event',
      event: 'clock',
      data: { accessRequest: { ruleset: { service: 'toys' }, rule: { id: 'play' } } },
    });
    expect(read(text, rulesets)).toEqual({ kind: 'event', event: 'clock', data: {} });
  });
});
