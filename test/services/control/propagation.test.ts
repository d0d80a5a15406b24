/** When an edit of a key begins to count. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../../src/config/options.ts';
import { hasDriver } from '../../support/driver.ts';
import { emptyFolder } from '../../support/folder.ts';
import { castFunction, castKey } from '../../support/ngc-cast.ts';
import { problemDocument } from '../../support/refusal-shapes.ts';
import { START, type TestServer, testServer } from '../../support/server.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DELAY = 15 * MINUTE;
const at = (after: number) => new Date(START + after).toISOString();

const owner = castKey('owner');
const [echo] = castFunction('echo');
const [slow] = castFunction('slow');
const deployment = `/v2/nvcf/deployments/functions/${echo?.functionId}/versions/${echo?.versionId}`;

interface Made {
  readonly id: string;
  readonly key: string;
}

const make = async (on: TestServer, scopes: readonly string[], given: Record<string, unknown> = {}): Promise<Made> => {
  const order = { type: 'service', name: 'ci', services: ['nvcf'], scopes, resource: { type: 'All Functions' } };
  const { status, body } = await on.call('POST /_mock/keys', { body: { ...order, ...given } });
  expect(status, JSON.stringify(body)).toBe(201);
  return body;
};
const patch = async (on: TestServer, id: string, body: unknown) => {
  const answer = await on.call(`PATCH /_mock/keys/${id}`, { body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
};
const read = async (on: TestServer, id: string) => (await on.call(`GET /_mock/keys/${id}`)).body;
const list = (on: TestServer, { key }: Made) => on.call('GET /v2/nvcf/functions', { token: key });
const may = async (on: TestServer, made: Made) => (await list(on, made)).status === 200;
const put = (on: TestServer, body: unknown) => on.call('PUT /_mock/propagation', { body });
const toggle = async (on: TestServer) => (await on.call('GET /_mock/propagation')).body;
const flush = (on: TestServer, body?: unknown) =>
  on.call('POST /_mock/propagation/flush', body === undefined ? {} : { body });
const advance = async (on: TestServer, by: string) =>
  (await on.call('POST /_mock/clock/advance', { body: { by } })).body;
const servers = {
  off: await testServer(),
  fixed: await testServer({ propagation: 'fixed' }),
  jitter: await testServer({ propagation: 'jitter' }),
  brief: await testServer({ propagation: 'jitter', propagationDelay: 2 }),
};
/** The server of that mode, as at its start. */
const asStarted = async (mode: keyof typeof servers): Promise<TestServer> => {
  const on = servers[mode];
  on.clock.set(START);
  expect((await on.call('POST /_mock/reset')).status).toBe(200);
  return on;
};
/** Milliseconds from recording to counting, for each edit. */
const delaysOf = async (on: TestServer, id: string): Promise<number[]> =>
  (await read(on, id)).history
    .slice(1)
    .map(
      (one: { recordedAt: string; effectiveAt: string }) => Date.parse(one.effectiveAt) - Date.parse(one.recordedAt),
    );

describe('with propagation off', () => {
  it('an edit counts at once, in both directions', async () => {
    const on = await asStarted('off');
    const key = await make(on, []);
    expect(await may(on, key)).toBe(false);
    const edited = await patch(on, key.id, { scopes: ['list_functions'] });
    expect(await may(on, key)).toBe(true);
    await patch(on, key.id, { scopes: [] });

    expect(await may(on, key)).toBe(false);
    expect(edited).toMatchObject({ policy: { version: 2, recordedAt: at(0), effectiveAt: at(0) }, pending: [] });
  });
});

describe('with propagation fixed', () => {
  it.each([
    ['an added scope is refused', [], ['list_functions']],
    ['a removed scope is accepted', ['list_functions'], []],
  ])('%s until the delay is over, and not a millisecond longer', async (_what, before, after) => {
    const on = await asStarted('fixed');
    const key = await make(on, before);
    on.clock.set(START + 7 * SECOND);
    await patch(on, key.id, { scopes: after });
    const was = before.length > 0;

    expect(await may(on, key)).toBe(was);
    on.clock.set(START + 7 * SECOND + DELAY - 1);
    expect(await may(on, key)).toBe(was);
    on.clock.set(START + 7 * SECOND + DELAY);
    expect(await may(on, key)).toBe(!was);
    on.clock.set(START + 1000 * DELAY);
    expect(await may(on, key)).toBe(!was);
  });

  it('a bound function changes as late as a scope', async () => {
    const on = await asStarted('fixed');
    const key = await make(on, ['list_functions'], { resource: { type: 'Function', ids: [echo?.functionId] } });
    const readFunction = async (functionId?: string) =>
      (await on.call(`GET /v2/nvcf/functions/${functionId}/versions`, { token: key.key })).status;
    const statuses = async () => [await readFunction(echo?.functionId), await readFunction(slow?.functionId)];
    await patch(on, key.id, { resource: { type: 'Function', ids: [slow?.functionId] } });
    on.clock.set(START + DELAY - 1);
    expect(await statuses()).toEqual([200, 403]);
    on.clock.set(START + DELAY);

    expect(await statuses()).toEqual([403, 200]);
  });

  it('a refusal says from when it will be allowed, and the key shows what is pending', async () => {
    const on = await asStarted('fixed');
    const key = await make(on, []);
    const edited = await patch(on, key.id, { scopes: ['list_functions'] });
    const { decision } = await list(on, key);
    const { body } = await on.call(`GET /_mock/decisions/${decision.id}`);
    const pending = { version: 2, effectiveAt: at(DELAY), effect: 'allow' };

    expect(edited).toMatchObject({
      policy: { version: 1 },
      pending: [{ version: 2, recordedAt: at(0), effectiveAt: at(DELAY), scopes: ['list_functions'] }],
    });
    expect(edited.history).toHaveLength(2);
    expect(decision).toMatchObject({
      effect: 'deny',
      reason: 'missing_scope',
      missingAnyOf: expect.any(Array),
      pending,
    });
    expect(body).toMatchObject({ policyVersion: 1, pending });
    expect(body.explanation).toContain(at(DELAY));
  });

  it('an acceptance says from when it will be refused', async () => {
    const on = await asStarted('fixed');
    const key = await make(on, ['list_functions']);
    await patch(on, key.id, { scopes: [] });

    expect((await list(on, key)).decision).toMatchObject({
      effect: 'allow',
      pending: { version: 2, effectiveAt: at(DELAY), effect: 'deny' },
    });
  });

  it('two edits in the window count one after the other', async () => {
    const on = await asStarted('fixed');
    const key = await make(on, ['list_functions']);
    on.clock.set(START + MINUTE);
    await patch(on, key.id, { scopes: [] });
    on.clock.set(START + 2 * MINUTE);
    await patch(on, key.id, { scopes: ['list_functions'] });
    const answers: boolean[] = [];
    for (const moment of [MINUTE + DELAY - 1, MINUTE + DELAY, 2 * MINUTE + DELAY - 1, 2 * MINUTE + DELAY]) {
      on.clock.set(START + moment);
      answers.push(await may(on, key));
    }

    expect(answers).toEqual([true, false, false, true]);
  });

  it('an edit of a part goes on from what was edited last, although that does not count yet', async () => {
    const on = await asStarted('fixed');
    const key = await make(on, ['list_functions']);
    await patch(on, key.id, { scopes: ['invoke_function'] });
    const { pending } = await patch(on, key.id, { resource: { type: 'Function', ids: [echo?.functionId] } });

    expect(pending.at(-1)).toMatchObject({ scopes: ['invoke_function'], resource: { type: 'Function' } });
  });

  it('of two edits in the same millisecond the later one wins', async () => {
    const on = await asStarted('fixed');
    const key = await make(on, []);
    await patch(on, key.id, { scopes: ['list_functions'] });
    await patch(on, key.id, { scopes: ['invoke_function'] });
    on.clock.set(START + DELAY);

    expect(await read(on, key.id)).toMatchObject({ policy: { version: 3, scopes: ['invoke_function'] }, pending: [] });
  });

  it('the walk of the deployment: POST refused at 00:14:59.999, PUT accepted until 00:30:00.999', async () => {
    const on = await asStarted('fixed');
    const key = await make(on, ['deploy_function']);
    await patch(on, key.id, { scopes: ['deploy_function', 'list_functions'] });
    const body = {
      deploymentSpecifications: [{ gpu: 'L40S', instanceType: 'MOCK.GPU.L40S_1x', minInstances: 1, maxInstances: 1 }],
    };
    const send = async (method: string) => {
      const { status, decision } = await on.call(`${method} ${deployment}`, { token: key.key, body });
      return [status === 403, decision.pending];
    };
    on.clock.set(START + DELAY - 1);
    expect(await send('PUT')).toEqual([true, { version: 2, effectiveAt: at(DELAY), effect: 'allow' }]);
    on.clock.set(START + DELAY);
    expect(await send('PUT')).toEqual([false, undefined]);
    on.clock.set(START + DELAY + SECOND);
    await patch(on, key.id, { scopes: [] });
    on.clock.set(START + 2 * DELAY + SECOND - 1);
    expect((await send('PUT'))[0]).toBe(false);
    on.clock.set(START + 2 * DELAY + SECOND);
    expect((await send('PUT'))[0]).toBe(true);
  });

  it('delays edits by the paths of the vendor, too', async () => {
    const on = await asStarted('fixed');
    const key = await make(on, ['list_functions']);
    const policies = [
      { product: 'nv-cloud-functions', scopes: [], resources: [{ id: '*', type: 'account-functions' }] },
    ];
    const { status } = await on.call(`PATCH /v3/orgs/acme/keys/${key.id}`, { token: owner.key, body: { policies } });

    expect(status).toBe(200);
    on.clock.set(START + DELAY - 1);
    expect(await may(on, key)).toBe(true);
    on.clock.set(START + DELAY);
    expect(await may(on, key)).toBe(false);
  });

  describe('does not delay', () => {
    it('a new key', async () => {
      const on = await asStarted('fixed');

      expect(await may(on, await make(on, ['list_functions']))).toBe(true);
    });

    it('a deletion', async () => {
      const on = await asStarted('fixed');
      const key = await make(on, ['list_functions']);
      await on.call(`DELETE /_mock/keys/${key.id}`);

      expect((await list(on, key)).decision.reason).toBe('unknown_key');
    });

    it('a rotation', async () => {
      const on = await asStarted('fixed');
      const key = await make(on, ['list_functions']);
      const { body } = await on.call(`POST /_mock/keys/${key.id}/rotate`);

      expect(await may(on, key)).toBe(false);
      expect(await may(on, body)).toBe(true);
    });

    it('expiry, neither as made nor as edited', async () => {
      const on = await asStarted('fixed');
      const made = await make(on, ['list_functions'], { expiresAt: at(MINUTE) });
      const edited = await make(on, ['list_functions']);
      await patch(on, edited.id, { expiresAt: at(MINUTE) });
      on.clock.set(START + MINUTE);

      for (const key of [made, edited]) expect((await list(on, key)).decision.reason).toBe('expired_key');
    });

    it('services and status', async () => {
      const on = await asStarted('fixed');
      const key = await make(on, ['list_functions']);
      await patch(on, key.id, { services: [] });
      expect((await list(on, key)).decision.reason).toBe('service_not_enabled');
      await patch(on, key.id, { status: 'disabled' });

      expect((await list(on, key)).decision.reason).toBe('disabled_key');
    });

    it('the roles of personal keys', async () => {
      const on = await asStarted('fixed');
      const order = { type: 'personal', scopes: undefined, resource: undefined, roles: [] };
      const key = await make(on, [], order);
      await patch(on, key.id, { roles: ['Cloud Functions User'] });

      expect(await may(on, key)).toBe(true);
      expect(await read(on, key.id)).toMatchObject({ policy: null, pending: [], history: [] });
    });
  });
});

describe('the toggle', () => {
  it('tells what the server was started with', async () => {
    expect(await toggle(await asStarted('off'))).toEqual({ mode: 'off', delay: 'PT15M', seed: expect.any(String) });
    expect(await toggle(await testServer({ propagation: 'fixed', propagationDelay: 90 * SECOND }))).toMatchObject({
      mode: 'fixed',
      delay: 'PT1M30S',
    });
  });

  it.each([
    [
      { mode: 'fixed', delay: '5m' },
      { mode: 'fixed', delay: 'PT5M' },
    ],
    [{ mode: 'jitter' }, { mode: 'jitter', delay: 'PT15M' }],
    [{ delay: 'PT1H30M' }, { mode: 'off', delay: 'PT1H30M' }],
    [{ seed: 'mine' }, { mode: 'off', delay: 'PT15M', seed: 'mine' }],
    [{ delay: '1ms' }, { delay: 'PT0.001S' }],
    [{}, { mode: 'off', delay: 'PT15M' }],
  ])('takes %j, leaves the rest, and answers the whole', async (given, expected) => {
    const on = await asStarted('off');
    const { status, body } = await put(on, given);

    expect(status).toBe(200);
    expect(body).toMatchObject(expected);
    expect(await toggle(on)).toEqual(body);
  });

  it.each<[given: Record<string, unknown>, field: string]>([
    [{ mode: 'sometimes' }, 'mode'],
    [{ mode: null }, 'mode'],
    [{ mode: 5 }, 'mode'],
    [{ delay: '15' }, 'delay'],
    [{ delay: 15 }, 'delay'],
    [{ delay: '-15m' }, 'delay'],
    [{ delay: '0s' }, 'delay'],
    [{ delay: '' }, 'delay'],
    [{ delay: 'soon' }, 'delay'],
    [{ delay: null }, 'delay'],
    [{ delay: '3650000d' }, 'delay'],
    [{ seed: '' }, 'seed'],
    [{ seed: 5 }, 'seed'],
    [{ seed: 's'.repeat(256) }, 'seed'],
    [{ mode: 'fixed', delay: 'soon' }, 'delay'],
    [{ mode: 'jitter', seed: 5 }, 'seed'],
  ])('refuses %j, names the field, and stays as it was', async (given, field) => {
    const on = servers.off;
    const before = await toggle(on);
    const answer = await put(on, given);

    expect(answer.status).toBe(400);
    expect(problemDocument(answer)).toContain(field);
    expect(await toggle(on)).toEqual(before);
  });

  it('changed in the window leaves the times that are recorded, and later edits follow it', async () => {
    const on = await asStarted('fixed');
    const key = await make(on, []);
    await patch(on, key.id, { scopes: ['list_functions'] });
    await put(on, { mode: 'off' });
    on.clock.set(START + DELAY - 1);
    expect(await may(on, key)).toBe(false);
    on.clock.set(START + DELAY);
    expect(await may(on, key)).toBe(true);
    await patch(on, key.id, { scopes: [] });
    expect(await may(on, key)).toBe(false);
    await put(on, { mode: 'fixed', delay: '1m' });
    await patch(on, key.id, { scopes: ['list_functions'] });

    expect(await delaysOf(on, key.id)).toEqual([DELAY, 0, MINUTE]);
  });

  it('that leads beyond the end of time, because the clock was moved since, fails no edit', async () => {
    const on = await asStarted('off');
    const key = await make(on, []);
    expect((await put(on, { mode: 'fixed', delay: '2900000d' })).status).toBe(200);
    await advance(on, '730000d');
    const answer = await on.call(`PATCH /_mock/keys/${key.id}`, { body: { scopes: ['list_functions'] } });

    expect([200, 400]).toContain(answer.status);
    expect(await read(on, key.id)).toMatchObject({ policy: { version: 1 } });
  });

  it('set to off lets an edit overtake what is pending for good', async () => {
    const on = await asStarted('fixed');
    const key = await make(on, []);
    await patch(on, key.id, { scopes: ['list_functions'] });
    await put(on, { mode: 'off' });
    await patch(on, key.id, { scopes: ['invoke_function'] });
    on.clock.set(START + 2 * DELAY);

    expect(await may(on, key)).toBe(false);
    expect(await read(on, key.id)).toMatchObject({ policy: { version: 3 }, pending: [] });
  });
});

describe('a flush', () => {
  it('of one key lets what was edited last count now, for good, and for no other key', async () => {
    const on = await asStarted('fixed');
    const [one, other] = [await make(on, []), await make(on, [])];
    for (const { id } of [one, other]) await patch(on, id, { scopes: ['list_functions'] });
    on.clock.set(START + MINUTE);
    const { status, body } = await flush(on, { keyId: one.id });

    expect(status).toBe(200);
    expect(body).toEqual({ flushed: [{ keyId: one.id, version: 3 }] });
    expect([await may(on, one), await may(on, other)]).toEqual([true, false]);
    expect(await read(on, one.id)).toMatchObject({
      policy: { version: 3, recordedAt: at(MINUTE), effectiveAt: at(MINUTE), scopes: ['list_functions'] },
      pending: [],
      history: [{ version: 1 }, { version: 2, effectiveAt: at(DELAY) }, { version: 3 }],
    });
    on.clock.set(START + DELAY);
    expect([await may(on, one), await may(on, other)]).toEqual([true, true]);
    expect((await read(on, one.id)).policy.version).toBe(3);
  });

  it.each([
    ['no body', undefined],
    ['an empty object', {}],
  ])('with %s is of all keys', async (_what, body) => {
    const on = await asStarted('fixed');
    const keys = [await make(on, []), await make(on, []), await make(on, [])];
    for (const { id } of keys.slice(0, 2)) await patch(on, id, { scopes: ['list_functions'] });
    const { flushed } = (await flush(on, body)).body;

    expect(flushed).toHaveLength(2);
    for (const { id } of keys.slice(0, 2)) expect(flushed).toContainEqual({ keyId: id, version: 3 });
    expect(await Promise.all(keys.map((key) => may(on, key)))).toEqual([true, true, false]);
    expect((await flush(on, body)).body).toEqual({ flushed: [] });
  });

  it('with nothing pending is an empty list, for service and personal keys', async () => {
    const on = await asStarted('fixed');

    expect((await flush(on)).body).toEqual({ flushed: [] });
    for (const name of ['nvcf-deployer', 'owner']) {
      expect(await flush(on, { keyId: castKey(name).id })).toMatchObject({ status: 200, body: { flushed: [] } });
    }
  });

  it('of a key that is not there is 404', async () => {
    const answer = await flush(servers.fixed, { keyId: 'nothing' });

    expect(answer.status).toBe(404);
    expect(problemDocument(answer)).toContain('GET /_mock/keys');
  });

  it.each([{ keyId: 5 }, { keyId: null }, [], 'x'])('with %j is refused', async (body) => {
    const answer = await flush(servers.fixed, typeof body === 'string' ? JSON.stringify(body) : body);

    expect(answer.status).toBe(400);
  });
});

describe('with propagation jitter', () => {
  const edits = async (on: TestServer, key: Made, count: number) => {
    const before = (await delaysOf(on, key.id)).length;
    for (let time = 0; time < count; time++) await patch(on, key.id, { scopes: ['list_functions'] });
    return (await delaysOf(on, key.id)).slice(before);
  };

  it('every delay is within the bounds, and they differ', async () => {
    const on = await asStarted('jitter');
    const delays = await edits(on, await make(on, []), 20);

    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThanOrEqual(DELAY);
    expect(Math.max(...delays)).toBeGreaterThan(DELAY / 2);
    expect(Math.min(...delays)).toBeLessThan(DELAY / 2);
    expect(new Set(delays).size).toBeGreaterThan(15);
  });

  it('reaches both ends', async () => {
    const on = await asStarted('brief');

    expect(new Set(await edits(on, await make(on, []), 20))).toEqual(new Set([0, 1, 2]));
  });

  it('is the same for the same seed, whatever the key, and another for another', async () => {
    const [one, two, three] = [await asStarted('jitter'), await asStarted('off'), await asStarted('fixed')];
    for (const on of [one, two]) await put(on, { mode: 'jitter', seed: 'mine' });
    await put(three, { mode: 'jitter', seed: 'yours' });
    const first = await edits(one, await make(one, []), 10);

    expect(await edits(two, await make(two, ['invoke_function']), 10)).toEqual(first);
    expect(await edits(three, await make(three, []), 10)).not.toEqual(first);
  });

  it('goes on over all keys, and a seed that is put begins anew, also the same one', async () => {
    const on = await asStarted('jitter');
    const [one, other] = [await make(on, []), await make(on, [])];
    await put(on, { seed: 'mine' });
    const sequence = [...(await edits(on, one, 3)), ...(await edits(on, other, 3))];
    await put(on, { seed: 'mine' });
    const again = await edits(on, one, 6);
    await put(on, { mode: 'jitter', delay: '15m' });
    const later = await edits(on, one, 6);

    expect(again).toEqual(sequence);
    expect(later).not.toEqual(sequence);
  });

  it('a refused edit does not draw', async () => {
    const on = await asStarted('jitter');
    const key = await make(on, []);
    await put(on, { seed: 'mine' });
    const sequence = await edits(on, key, 3);
    await put(on, { seed: 'mine' });
    expect((await on.call(`PATCH /_mock/keys/${key.id}`, { body: { scopes: ['fly'] } })).status).toBe(400);
    await patch(on, key.id, { name: 'renamed' });

    expect(await edits(on, key, 3)).toEqual(sequence);
  });

  it('a reset returns to what the server was started with, and restarts the sequence', async () => {
    const on = await asStarted('brief');
    const started = await toggle(on);
    const sequence = await edits(on, await make(on, []), 10);
    await put(on, { mode: 'fixed', delay: '1h', seed: 'mine' });
    await on.call('POST /_mock/reset');

    expect(started).toMatchObject({ mode: 'jitter', delay: 'PT0.002S' });
    expect(await toggle(on)).toEqual(started);
    expect(await edits(on, await make(on, []), 10)).toEqual(sequence);
  });

  it('the highest version that has begun counts, although an earlier one begins later', async () => {
    const on = await asStarted('jitter');
    const key = await make(on, []);
    for (let time = 0; time < 12; time++) await patch(on, key.id, { scopes: time % 2 === 0 ? ['list_functions'] : [] });
    const { history } = await read(on, key.id);
    let before = 0;
    for (const moment of [...history].map((one: { effectiveAt: string }) => Date.parse(one.effectiveAt)).sort()) {
      on.clock.set(moment);
      const begun = history.filter((one: { effectiveAt: string }) => Date.parse(one.effectiveAt) <= moment);
      const { policy } = await read(on, key.id);
      expect(policy).toEqual(begun.at(-1));
      expect(await may(on, key)).toBe(policy.scopes.length > 0);
      expect(policy.version).toBeGreaterThanOrEqual(before);
      before = policy.version;
    }
    expect((await read(on, key.id)).pending).toEqual([]);
  });
});

describe.runIf(hasDriver)('a restart', () => {
  const restarted = async (first: TestServer, config: Partial<Config>) => {
    const now = first.clock.now();
    await first.close();
    const second = await testServer(config);
    second.clock.set(now);
    return second;
  };
  const dataFile = async () => join(await emptyFolder(), 'mock.db');

  it('in the window changes no answer', async () => {
    const config = { data: await dataFile(), propagation: 'fixed' } as const;
    const first = await testServer(config);
    const [gains, loses] = [await make(first, []), await make(first, ['list_functions'])];
    await patch(first, gains.id, { scopes: ['list_functions'] });
    await patch(first, loses.id, { scopes: [] });
    first.clock.set(START + DELAY - 1);
    const answers = async (on: TestServer) => ({
      keys: [await read(on, gains.id), await read(on, loses.id)],
      may: [await may(on, gains), await may(on, loses)],
      pending: (await list(on, gains)).decision.pending,
    });
    const before = await answers(first);
    const second = await restarted(first, config);

    expect(before.may).toEqual([false, true]);
    expect(await answers(second)).toEqual(before);
    second.clock.set(START + DELAY);
    expect([await may(second, gains), await may(second, loses)]).toEqual([true, false]);
  });

  it('keeps a toggle that was put, and the place in the sequence', async () => {
    const config = { data: await dataFile() };
    const first = await testServer(config);
    const reference = await testServer();
    const keys = [await make(first, []), await make(reference, [])] as const;
    for (const on of [first, reference]) await put(on, { mode: 'jitter', delay: '30m', seed: 'mine' });
    const edit = async (on: TestServer, { id }: Made) => {
      for (let time = 0; time < 3; time++) await patch(on, id, { scopes: ['list_functions'] });
    };
    await edit(first, keys[0]);
    const second = await restarted(first, config);
    await edit(second, keys[0]);
    for (let time = 0; time < 2; time++) await edit(reference, keys[1]);

    expect(await toggle(second)).toEqual({ mode: 'jitter', delay: 'PT30M', seed: 'mine' });
    expect(second.posture).toContain('propagation=jitter');
    expect(await delaysOf(second, keys[0].id)).toEqual(await delaysOf(reference, keys[1].id));
  });

  it('with another --propagation than before takes the new one, and leaves the times that are recorded', async () => {
    const data = await dataFile();
    const first = await testServer({ data });
    const key = await make(first, []);
    await put(first, { mode: 'jitter', delay: '30m', seed: 'mine' });
    await put(first, { mode: 'fixed' });
    await patch(first, key.id, { scopes: ['list_functions'] });
    const second = await restarted(first, { data, propagation: 'fixed', propagationDelay: MINUTE });

    expect(await toggle(second)).toMatchObject({ mode: 'fixed', delay: 'PT1M' });
    expect((await toggle(second)).seed).not.toBe('mine');
    await patch(second, key.id, { scopes: [] });
    expect(await delaysOf(second, key.id)).toEqual([30 * MINUTE, MINUTE]);
    const third = await restarted(second, { data, propagation: 'off', propagationDelay: MINUTE });
    expect(await toggle(third)).toMatchObject({ mode: 'off', delay: 'PT1M' });
    await put(third, { mode: 'fixed' });
    const fourth = await restarted(third, { data, propagation: 'off', propagationDelay: MINUTE });
    expect(await toggle(fourth)).toMatchObject({ mode: 'fixed' });
  });

  it('after a reset starts from what the server was started with', async () => {
    const config = { data: await dataFile(), propagation: 'fixed' } as const;
    const first = await testServer(config);
    await put(first, { mode: 'jitter', delay: '30m' });
    await first.call('POST /_mock/reset');
    const second = await restarted(first, config);

    expect(await toggle(second)).toMatchObject({ mode: 'fixed', delay: 'PT15M' });
  });

  it('keeps a clock that was moved into the window', async () => {
    const config = { data: await dataFile(), propagation: 'fixed' } as const;
    const first = await testServer(config);
    const key = await make(first, []);
    await patch(first, key.id, { scopes: ['list_functions'] });
    await advance(first, '14m59s');
    expect(await may(first, key)).toBe(false);
    await first.close();
    const second = await testServer(config);
    expect(await may(second, key)).toBe(false);
    await advance(second, '1s');

    expect(await may(second, key)).toBe(true);
  });
});

describe('what a move of the clock tells', () => {
  it('are versions that came into force and keys that expired, earliest first', async () => {
    const on = await asStarted('fixed');
    const brief = await make(on, [], { expiresAt: at(5 * MINUTE) });
    const long = await make(on, [], { expiresAt: at(20 * MINUTE) });
    const edited = await make(on, []);
    await patch(on, edited.id, { scopes: ['list_functions'] });
    await on.call('POST /_mock/clock/advance', { body: { by: '1m' } });
    await patch(on, edited.id, { scopes: [] });
    const { events } = await advance(on, '1h');

    expect(events).toEqual([
      { at: at(5 * MINUTE), kind: 'key.expired', keyId: brief.id },
      { at: at(DELAY), kind: 'policy.effective', keyId: edited.id, version: 2 },
      { at: at(MINUTE + DELAY), kind: 'policy.effective', keyId: edited.id, version: 3 },
      { at: at(20 * MINUTE), kind: 'key.expired', keyId: long.id },
    ]);
  });

  it('are told once, with the moment that was reached', async () => {
    const on = await asStarted('fixed');
    const { id } = await make(on, []);
    await patch(on, id, { scopes: ['list_functions'] });

    expect((await advance(on, '14m59s')).events).toEqual([]);
    expect((await advance(on, '1s')).events).toEqual([
      { at: at(DELAY), kind: 'policy.effective', keyId: id, version: 2 },
    ]);
    expect((await advance(on, '1h')).events).toEqual([]);
  });

  it('are not of versions that were overtaken, flushed or deleted before they counted', async () => {
    const on = await asStarted('fixed');
    const keys = [await make(on, []), await make(on, []), await make(on, [])] as const;
    for (const { id } of keys) await patch(on, id, { scopes: ['list_functions'] });
    const [overtaken, flushed, deleted] = keys;
    await flush(on, { keyId: flushed.id });
    await on.call(`DELETE /_mock/keys/${deleted.id}`);
    await put(on, { delay: '1m' });
    await patch(on, overtaken.id, { scopes: [] });

    expect((await advance(on, '1h')).events).toEqual([
      { at: at(MINUTE), kind: 'policy.effective', keyId: overtaken.id, version: 3 },
    ]);
  });
});
