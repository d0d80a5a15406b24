/** When an edit of a key takes effect. */
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Config } from '../../../src/app/options.ts';
import { END_OF_TIME } from '../../../src/lib/clock.ts';
import { hasDriver } from '../../support/driver.ts';
import { emptyFolder } from '../../support/folder.ts';
import { castFunction, castKey } from '../../support/ngc-cast.ts';
import { problemDocument } from '../../support/refusal-shapes.ts';
import { START, type TestServer, testServer } from '../../support/server.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const DELAY = 15 * MINUTE;
/** Formats the time so many milliseconds after the start. */
const formatTime = (milliseconds: number) => new Date(START + milliseconds).toISOString();

const owner = castKey('owner');
const [echo] = castFunction('echo');
const [slow] = castFunction('slow');
const deployment = `/v2/nvcf/deployments/functions/${echo?.functionId}/versions/${echo?.versionId}`;

interface CreatedKey {
  readonly id: string;
  readonly key: string;
}

const createKey = async (
  on: TestServer,
  scopes: readonly string[],
  fields: Record<string, unknown> = {},
): Promise<CreatedKey> => {
  const body = { type: 'service', name: 'ci', services: ['nvcf'], scopes, resource: { type: 'All Functions' } };
  const answer = await on.call('POST /_mock/keys', { body: { ...body, ...fields } });
  expect(answer.status, JSON.stringify(answer.body)).toBe(201);
  return answer.body;
};
const patch = async (on: TestServer, id: string, body: unknown) => {
  const answer = await on.call(`PATCH /_mock/keys/${id}`, { body });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  return answer.body;
};
const read = async (on: TestServer, id: string) => (await on.call(`GET /_mock/keys/${id}`)).body;
const listFunctions = (on: TestServer, { key }: CreatedKey) => on.call('GET /v2/nvcf/functions', { token: key });
const isAllowed = async (on: TestServer, key: CreatedKey) => (await listFunctions(on, key)).status === 200;
const putSettings = (on: TestServer, body: unknown) => on.call('PUT /_mock/propagation', { body });
const readSettings = async (on: TestServer) => (await on.call('GET /_mock/propagation')).body;
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
/** Resets the server of a mode, and its clock, to how they were at the start. */
const resetServer = async (mode: keyof typeof servers): Promise<TestServer> => {
  const on = servers[mode];
  on.clock.set(START);
  expect((await on.call('POST /_mock/reset')).status).toBe(200);
  return on;
};
/** Returns the milliseconds from the recording of each edit until it takes effect. */
const readDelays = async (on: TestServer, id: string): Promise<number[]> =>
  (await read(on, id)).history
    .slice(1)
    .map(
      (version: { recordedAt: string; effectiveAt: string }) =>
        Date.parse(version.effectiveAt) - Date.parse(version.recordedAt),
    );

describe('with `propagation` off', () => {
  it('an edit takes effect immediately, whether it adds or removes rights', async () => {
    const on = await resetServer('off');
    const key = await createKey(on, []);
    expect(await isAllowed(on, key)).toBe(false);
    const edited = await patch(on, key.id, { scopes: ['list_functions'] });
    expect(await isAllowed(on, key)).toBe(true);
    await patch(on, key.id, { scopes: [] });

    expect(await isAllowed(on, key)).toBe(false);
    expect(edited).toMatchObject({
      policy: { version: 2, recordedAt: formatTime(0), effectiveAt: formatTime(0) },
      pending: [],
    });
  });
});

describe('with `propagation` fixed', () => {
  it.each([
    ['an added scope is rejected', [], ['list_functions']],
    ['a removed scope is accepted', ['list_functions'], []],
  ])('%s exactly until the delay has passed', async (_title, before, after) => {
    const on = await resetServer('fixed');
    const key = await createKey(on, before);
    on.clock.set(START + 7 * SECOND);
    await patch(on, key.id, { scopes: after });
    const wasAllowed = before.length > 0;

    expect(await isAllowed(on, key)).toBe(wasAllowed);
    on.clock.set(START + 7 * SECOND + DELAY - 1);
    expect(await isAllowed(on, key)).toBe(wasAllowed);
    on.clock.set(START + 7 * SECOND + DELAY);
    expect(await isAllowed(on, key)).toBe(!wasAllowed);
    on.clock.set(START + 1000 * DELAY);
    expect(await isAllowed(on, key)).toBe(!wasAllowed);
  });

  it('an edit of the resource takes effect after the delay, like an edit of scopes', async () => {
    const on = await resetServer('fixed');
    const key = await createKey(on, ['list_functions'], { resource: { type: 'Function', ids: [echo?.functionId] } });
    const readFunction = async (functionId?: string) =>
      (await on.call(`GET /v2/nvcf/functions/${functionId}/versions`, { token: key.key })).status;
    const readStatuses = async () => [await readFunction(echo?.functionId), await readFunction(slow?.functionId)];
    await patch(on, key.id, { resource: { type: 'Function', ids: [slow?.functionId] } });
    on.clock.set(START + DELAY - 1);
    expect(await readStatuses()).toEqual([200, 403]);
    on.clock.set(START + DELAY);

    expect(await readStatuses()).toEqual([403, 200]);
  });

  it('a refusal contains the time from which it will be allowed, and the key contains the pending version', async () => {
    const on = await resetServer('fixed');
    const key = await createKey(on, []);
    const edited = await patch(on, key.id, { scopes: ['list_functions'] });
    const { decision } = await listFunctions(on, key);
    const { body } = await on.call(`GET /_mock/decisions/${decision.id}`);
    const pending = { version: 2, effectiveAt: formatTime(DELAY), effect: 'allow' };

    expect(edited).toMatchObject({
      policy: { version: 1 },
      pending: [{ version: 2, recordedAt: formatTime(0), effectiveAt: formatTime(DELAY), scopes: ['list_functions'] }],
    });
    expect(edited.history).toHaveLength(2);
    expect(decision).toMatchObject({
      effect: 'deny',
      reason: 'missing_scope',
      missingAnyOf: expect.any(Array),
      pending,
    });
    expect(body).toMatchObject({ policyVersion: 1, pending });
    expect(body.explanation).toContain(formatTime(DELAY));
  });

  it('an allowed request contains the time from which it will be rejected', async () => {
    const on = await resetServer('fixed');
    const key = await createKey(on, ['list_functions']);
    await patch(on, key.id, { scopes: [] });

    expect((await listFunctions(on, key)).decision).toMatchObject({
      effect: 'allow',
      pending: { version: 2, effectiveAt: formatTime(DELAY), effect: 'deny' },
    });
  });

  it('two edits within the delay take effect one after the other', async () => {
    const on = await resetServer('fixed');
    const key = await createKey(on, ['list_functions']);
    on.clock.set(START + MINUTE);
    await patch(on, key.id, { scopes: [] });
    on.clock.set(START + 2 * MINUTE);
    await patch(on, key.id, { scopes: ['list_functions'] });
    const answers: boolean[] = [];
    for (const moment of [MINUTE + DELAY - 1, MINUTE + DELAY, 2 * MINUTE + DELAY - 1, 2 * MINUTE + DELAY]) {
      on.clock.set(START + moment);
      answers.push(await isAllowed(on, key));
    }

    expect(answers).toEqual([true, false, false, true]);
  });

  it('an edit of only the resource keeps scopes that are still pending', async () => {
    const on = await resetServer('fixed');
    const key = await createKey(on, ['list_functions']);
    await patch(on, key.id, { scopes: ['invoke_function'] });
    const { pending } = await patch(on, key.id, { resource: { type: 'Function', ids: [echo?.functionId] } });

    expect(pending.at(-1)).toMatchObject({ scopes: ['invoke_function'], resource: { type: 'Function' } });
  });

  it('the later of two edits in the same millisecond takes effect', async () => {
    const on = await resetServer('fixed');
    const key = await createKey(on, []);
    await patch(on, key.id, { scopes: ['list_functions'] });
    await patch(on, key.id, { scopes: ['invoke_function'] });
    on.clock.set(START + DELAY);

    expect(await read(on, key.id)).toMatchObject({ policy: { version: 3, scopes: ['invoke_function'] }, pending: [] });
  });

  it('a deployment is accepted exactly from 00:15:00.000 until 00:30:00.999', async () => {
    const on = await resetServer('fixed');
    const key = await createKey(on, ['deploy_function']);
    await patch(on, key.id, { scopes: ['deploy_function', 'list_functions'] });
    const body = {
      deploymentSpecifications: [{ gpu: 'L40S', instanceType: 'MOCK.GPU.L40S_1x', minInstances: 1, maxInstances: 1 }],
    };
    const send = async (method: string) => {
      const { status, decision } = await on.call(`${method} ${deployment}`, { token: key.key, body });
      return [status === 403, decision.pending];
    };
    on.clock.set(START + DELAY - 1);
    expect(await send('PUT')).toEqual([true, { version: 2, effectiveAt: formatTime(DELAY), effect: 'allow' }]);
    on.clock.set(START + DELAY);
    expect(await send('PUT')).toEqual([false, undefined]);
    on.clock.set(START + DELAY + SECOND);
    await patch(on, key.id, { scopes: [] });
    on.clock.set(START + 2 * DELAY + SECOND - 1);
    expect((await send('PUT'))[0]).toBe(false);
    on.clock.set(START + 2 * DELAY + SECOND);
    expect((await send('PUT'))[0]).toBe(true);
  });

  it('an edit through the API of NGC is delayed too', async () => {
    const on = await resetServer('fixed');
    const key = await createKey(on, ['list_functions']);
    const policies = [
      { product: 'nv-cloud-functions', scopes: [], resources: [{ id: '*', type: 'account-functions' }] },
    ];
    const { status } = await on.call(`PATCH /v3/orgs/acme/keys/${key.id}`, { token: owner.key, body: { policies } });

    expect(status).toBe(200);
    on.clock.set(START + DELAY - 1);
    expect(await isAllowed(on, key)).toBe(true);
    on.clock.set(START + DELAY);
    expect(await isAllowed(on, key)).toBe(false);
  });

  describe('there is no delay for', () => {
    it('the creation of a key', async () => {
      const on = await resetServer('fixed');

      expect(await isAllowed(on, await createKey(on, ['list_functions']))).toBe(true);
    });

    it('the deletion of a key', async () => {
      const on = await resetServer('fixed');
      const key = await createKey(on, ['list_functions']);
      await on.call(`DELETE /_mock/keys/${key.id}`);

      expect((await listFunctions(on, key)).decision.reason).toBe('unknown_key');
    });

    it('the rotation of a key', async () => {
      const on = await resetServer('fixed');
      const key = await createKey(on, ['list_functions']);
      const { body } = await on.call(`POST /_mock/keys/${key.id}/rotate`);

      expect(await isAllowed(on, key)).toBe(false);
      expect(await isAllowed(on, body)).toBe(true);
    });

    it('the expiry of a new or of an edited key', async () => {
      const on = await resetServer('fixed');
      const made = await createKey(on, ['list_functions'], { expiresAt: formatTime(MINUTE) });
      const edited = await createKey(on, ['list_functions']);
      await patch(on, edited.id, { expiresAt: formatTime(MINUTE) });
      on.clock.set(START + MINUTE);

      for (const key of [made, edited]) expect((await listFunctions(on, key)).decision.reason).toBe('expired_key');
    });

    it('an edit of services or of the status', async () => {
      const on = await resetServer('fixed');
      const key = await createKey(on, ['list_functions']);
      await patch(on, key.id, { services: [] });
      expect((await listFunctions(on, key)).decision.reason).toBe('service_not_enabled');
      await patch(on, key.id, { status: 'disabled' });

      expect((await listFunctions(on, key)).decision.reason).toBe('disabled_key');
    });

    it('an edit of the roles of a personal key', async () => {
      const on = await resetServer('fixed');
      const fields = { type: 'personal', scopes: undefined, resource: undefined, roles: [] };
      const key = await createKey(on, [], fields);
      await patch(on, key.id, { roles: ['Cloud Functions User'] });

      expect(await isAllowed(on, key)).toBe(true);
      expect(await read(on, key.id)).toMatchObject({ policy: null, pending: [], history: [] });
    });
  });
});

describe('the propagation settings', () => {
  it('are those of the options at the start', async () => {
    expect(await readSettings(await resetServer('off'))).toEqual({
      mode: 'off',
      delay: 'PT15M',
      seed: expect.any(String),
    });
    expect(await readSettings(await testServer({ propagation: 'fixed', propagationDelay: 90 * SECOND }))).toMatchObject(
      {
        mode: 'fixed',
        delay: 'PT1M30S',
      },
    );
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
  ])('accept %j, keep the other members and return all of them', async (settings, expected) => {
    const on = await resetServer('off');
    const { status, body } = await putSettings(on, settings);

    expect(status).toBe(200);
    expect(body).toMatchObject(expected);
    expect(await readSettings(on)).toEqual(body);
  });

  it.each<[settings: Record<string, unknown>, field: string]>([
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
  ])('reject %j and keep the values, and the error names the field', async (settings, field) => {
    const on = servers.off;
    const before = await readSettings(on);
    const answer = await putSettings(on, settings);

    expect(answer.status).toBe(400);
    expect(problemDocument(answer)).toContain(field);
    expect(await readSettings(on)).toEqual(before);
  });

  it('apply to later edits, not to those already pending', async () => {
    const on = await resetServer('fixed');
    const key = await createKey(on, []);
    await patch(on, key.id, { scopes: ['list_functions'] });
    await putSettings(on, { mode: 'off' });
    on.clock.set(START + DELAY - 1);
    expect(await isAllowed(on, key)).toBe(false);
    on.clock.set(START + DELAY);
    expect(await isAllowed(on, key)).toBe(true);
    await patch(on, key.id, { scopes: [] });
    expect(await isAllowed(on, key)).toBe(false);
    await putSettings(on, { mode: 'fixed', delay: '1m' });
    await patch(on, key.id, { scopes: ['list_functions'] });

    expect(await readDelays(on, key.id)).toEqual([DELAY, 0, MINUTE]);
  });

  it('accept a delay until the latest supported time, and not one millisecond more', async () => {
    const on = await resetServer('off');
    const longest = END_OF_TIME - START;

    expect((await putSettings(on, { delay: `${longest}ms` })).status).toBe(200);
    expect((await putSettings(on, { delay: `${longest + 1}ms` })).status).toBe(400);
  });

  it('with a delay beyond the latest supported time cause no 500 for an edit', async () => {
    const on = await resetServer('off');
    const key = await createKey(on, []);
    expect((await putSettings(on, { mode: 'fixed', delay: '2900000d' })).status).toBe(200);
    await advance(on, '730000d');
    const answer = await on.call(`PATCH /_mock/keys/${key.id}`, { body: { scopes: ['list_functions'] } });

    expect([200, 400]).toContain(answer.status);
    expect(await read(on, key.id)).toMatchObject({ policy: { version: 1 } });
  });

  it('in mode `off` let a new edit replace a pending one permanently', async () => {
    const on = await resetServer('fixed');
    const key = await createKey(on, []);
    await patch(on, key.id, { scopes: ['list_functions'] });
    await putSettings(on, { mode: 'off' });
    await patch(on, key.id, { scopes: ['invoke_function'] });
    on.clock.set(START + 2 * DELAY);

    expect(await isAllowed(on, key)).toBe(false);
    expect(await read(on, key.id)).toMatchObject({ policy: { version: 3 }, pending: [] });
  });
});

describe('a flush', () => {
  it('of a key makes its latest version effective immediately, and no version of another key', async () => {
    const on = await resetServer('fixed');
    const [flushedKey, otherKey] = [await createKey(on, []), await createKey(on, [])];
    for (const { id } of [flushedKey, otherKey]) await patch(on, id, { scopes: ['list_functions'] });
    on.clock.set(START + MINUTE);
    const { status, body } = await flush(on, { keyId: flushedKey.id });

    expect(status).toBe(200);
    expect(body).toEqual({ flushed: [{ keyId: flushedKey.id, version: 3 }] });
    expect([await isAllowed(on, flushedKey), await isAllowed(on, otherKey)]).toEqual([true, false]);
    expect(await read(on, flushedKey.id)).toMatchObject({
      policy: {
        version: 3,
        recordedAt: formatTime(MINUTE),
        effectiveAt: formatTime(MINUTE),
        scopes: ['list_functions'],
      },
      pending: [],
      history: [{ version: 1 }, { version: 2, effectiveAt: formatTime(DELAY) }, { version: 3 }],
    });
    on.clock.set(START + DELAY);
    expect([await isAllowed(on, flushedKey), await isAllowed(on, otherKey)]).toEqual([true, true]);
    expect((await read(on, flushedKey.id)).policy.version).toBe(3);
  });

  it.each([
    ['no body', undefined],
    ['an empty object', {}],
  ])('with %s applies to all keys', async (_title, body) => {
    const on = await resetServer('fixed');
    const keys = [await createKey(on, []), await createKey(on, []), await createKey(on, [])];
    for (const { id } of keys.slice(0, 2)) await patch(on, id, { scopes: ['list_functions'] });
    const { flushed } = (await flush(on, body)).body;

    expect(flushed).toHaveLength(2);
    for (const { id } of keys.slice(0, 2)) expect(flushed).toContainEqual({ keyId: id, version: 3 });
    expect(await Promise.all(keys.map((key) => isAllowed(on, key)))).toEqual([true, true, false]);
    expect((await flush(on, body)).body).toEqual({ flushed: [] });
  });

  it('without pending versions returns an empty list, for service and personal keys', async () => {
    const on = await resetServer('fixed');

    expect((await flush(on)).body).toEqual({ flushed: [] });
    for (const name of ['nvcf-deployer', 'owner']) {
      expect(await flush(on, { keyId: castKey(name).id })).toMatchObject({ status: 200, body: { flushed: [] } });
    }
  });

  it('of an unknown key returns 404', async () => {
    const answer = await flush(servers.fixed, { keyId: 'nothing' });

    expect(answer.status).toBe(404);
    expect(problemDocument(answer)).toContain('GET /_mock/keys');
  });

  it.each([{ keyId: 5 }, { keyId: null }, [], 'x'])('with the body %j is rejected', async (body) => {
    const answer = await flush(servers.fixed, typeof body === 'string' ? JSON.stringify(body) : body);

    expect(answer.status).toBe(400);
  });
});

describe('with `propagation` jitter', () => {
  const editRepeatedly = async (on: TestServer, key: CreatedKey, count: number) => {
    const before = (await readDelays(on, key.id)).length;
    for (let time = 0; time < count; time++) await patch(on, key.id, { scopes: ['list_functions'] });
    return (await readDelays(on, key.id)).slice(before);
  };

  it('the delays differ and are at most the configured one', async () => {
    const on = await resetServer('jitter');
    const delays = await editRepeatedly(on, await createKey(on, []), 20);

    expect(Math.min(...delays)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...delays)).toBeLessThanOrEqual(DELAY);
    expect(Math.max(...delays)).toBeGreaterThan(DELAY / 2);
    expect(Math.min(...delays)).toBeLessThan(DELAY / 2);
    expect(new Set(delays).size).toBeGreaterThan(15);
  });

  it('the delays include 0 and the configured one', async () => {
    const on = await resetServer('brief');

    expect(new Set(await editRepeatedly(on, await createKey(on, []), 20))).toEqual(new Set([0, 1, 2]));
  });

  it('the delays depend on the seed, not on the key', async () => {
    const [first, second, third] = [await resetServer('jitter'), await resetServer('off'), await resetServer('fixed')];
    for (const on of [first, second]) await putSettings(on, { mode: 'jitter', seed: 'mine' });
    await putSettings(third, { mode: 'jitter', seed: 'yours' });
    const delays = await editRepeatedly(first, await createKey(first, []), 10);

    expect(await editRepeatedly(second, await createKey(second, ['invoke_function']), 10)).toEqual(delays);
    expect(await editRepeatedly(third, await createKey(third, []), 10)).not.toEqual(delays);
  });

  it('all keys share a sequence of delays, which restarts when a seed is set', async () => {
    const on = await resetServer('jitter');
    const [first, second] = [await createKey(on, []), await createKey(on, [])];
    await putSettings(on, { seed: 'mine' });
    const sequence = [...(await editRepeatedly(on, first, 3)), ...(await editRepeatedly(on, second, 3))];
    await putSettings(on, { seed: 'mine' });
    const restarted = await editRepeatedly(on, first, 6);
    await putSettings(on, { mode: 'jitter', delay: '15m' });
    const later = await editRepeatedly(on, first, 6);

    expect(restarted).toEqual(sequence);
    expect(later).not.toEqual(sequence);
  });

  it('a rejected edit takes no delay from the sequence', async () => {
    const on = await resetServer('jitter');
    const key = await createKey(on, []);
    await putSettings(on, { seed: 'mine' });
    const sequence = await editRepeatedly(on, key, 3);
    await putSettings(on, { seed: 'mine' });
    expect((await on.call(`PATCH /_mock/keys/${key.id}`, { body: { scopes: ['fly'] } })).status).toBe(400);
    await patch(on, key.id, { name: 'renamed' });

    expect(await editRepeatedly(on, key, 3)).toEqual(sequence);
  });

  it('a reset restores the settings of the start and restarts the sequence of delays', async () => {
    const on = await resetServer('brief');
    const started = await readSettings(on);
    const sequence = await editRepeatedly(on, await createKey(on, []), 10);
    await putSettings(on, { mode: 'fixed', delay: '1h', seed: 'mine' });
    await on.call('POST /_mock/reset');

    expect(started).toMatchObject({ mode: 'jitter', delay: 'PT0.002S' });
    expect(await readSettings(on)).toEqual(started);
    expect(await editRepeatedly(on, await createKey(on, []), 10)).toEqual(sequence);
  });

  it('the highest effective version applies, even if an earlier version takes effect later', async () => {
    const on = await resetServer('jitter');
    const key = await createKey(on, []);
    for (let time = 0; time < 12; time++) await patch(on, key.id, { scopes: time % 2 === 0 ? ['list_functions'] : [] });
    const { history } = await read(on, key.id);
    let before = 0;
    for (const moment of [...history]
      .map((version: { effectiveAt: string }) => Date.parse(version.effectiveAt))
      .sort()) {
      on.clock.set(moment);
      const effective = history.filter((version: { effectiveAt: string }) => Date.parse(version.effectiveAt) <= moment);
      const { policy } = await read(on, key.id);
      expect(policy).toEqual(effective.at(-1));
      expect(await isAllowed(on, key)).toBe(policy.scopes.length > 0);
      expect(policy.version).toBeGreaterThanOrEqual(before);
      before = policy.version;
    }
    expect((await read(on, key.id)).pending).toEqual([]);
  });
});

describe.runIf(hasDriver)('a restart', () => {
  const restart = async (first: TestServer, config: Partial<Config>) => {
    const now = first.clock.now();
    await first.close();
    const second = await testServer(config);
    second.clock.set(now);
    return second;
  };
  const createDataPath = async () => join(await emptyFolder(), 'mock.db');

  it('within the delay changes no answer', async () => {
    const config = { data: await createDataPath(), propagation: 'fixed' } as const;
    const first = await testServer(config);
    const [gains, loses] = [await createKey(first, []), await createKey(first, ['list_functions'])];
    await patch(first, gains.id, { scopes: ['list_functions'] });
    await patch(first, loses.id, { scopes: [] });
    first.clock.set(START + DELAY - 1);
    const readAnswers = async (on: TestServer) => ({
      keys: [await read(on, gains.id), await read(on, loses.id)],
      allowed: [await isAllowed(on, gains), await isAllowed(on, loses)],
      pending: (await listFunctions(on, gains)).decision.pending,
    });
    const before = await readAnswers(first);
    const second = await restart(first, config);

    expect(before.allowed).toEqual([false, true]);
    expect(await readAnswers(second)).toEqual(before);
    second.clock.set(START + DELAY);
    expect([await isAllowed(second, gains), await isAllowed(second, loses)]).toEqual([true, false]);
  });

  it('keeps changed settings and the position in the sequence of delays', async () => {
    const config = { data: await createDataPath() };
    const first = await testServer(config);
    const reference = await testServer();
    const keys = [await createKey(first, []), await createKey(reference, [])] as const;
    for (const on of [first, reference]) await putSettings(on, { mode: 'jitter', delay: '30m', seed: 'mine' });
    const edit = async (on: TestServer, { id }: CreatedKey) => {
      for (let time = 0; time < 3; time++) await patch(on, id, { scopes: ['list_functions'] });
    };
    await edit(first, keys[0]);
    const second = await restart(first, config);
    await edit(second, keys[0]);
    for (let time = 0; time < 2; time++) await edit(reference, keys[1]);

    expect(await readSettings(second)).toEqual({ mode: 'jitter', delay: 'PT30M', seed: 'mine' });
    expect(second.posture).toContain('propagation=jitter');
    expect(await readDelays(second, keys[0].id)).toEqual(await readDelays(reference, keys[1].id));
  });

  it('with another `--propagation` applies it, and keeps the recorded times', async () => {
    const data = await createDataPath();
    const first = await testServer({ data });
    const key = await createKey(first, []);
    await putSettings(first, { mode: 'jitter', delay: '30m', seed: 'mine' });
    await putSettings(first, { mode: 'fixed' });
    await patch(first, key.id, { scopes: ['list_functions'] });
    const second = await restart(first, { data, propagation: 'fixed', propagationDelay: MINUTE });

    expect(await readSettings(second)).toMatchObject({ mode: 'fixed', delay: 'PT1M' });
    expect((await readSettings(second)).seed).not.toBe('mine');
    await patch(second, key.id, { scopes: [] });
    expect(await readDelays(second, key.id)).toEqual([30 * MINUTE, MINUTE]);
    const third = await restart(second, { data, propagation: 'off', propagationDelay: MINUTE });
    expect(await readSettings(third)).toMatchObject({ mode: 'off', delay: 'PT1M' });
    await putSettings(third, { mode: 'fixed' });
    const fourth = await restart(third, { data, propagation: 'off', propagationDelay: MINUTE });
    expect(await readSettings(fourth)).toMatchObject({ mode: 'fixed' });
  });

  it('after a reset has the settings of the options at the start', async () => {
    const config = { data: await createDataPath(), propagation: 'fixed' } as const;
    const first = await testServer(config);
    await putSettings(first, { mode: 'jitter', delay: '30m' });
    await first.call('POST /_mock/reset');
    const second = await restart(first, config);

    expect(await readSettings(second)).toMatchObject({ mode: 'fixed', delay: 'PT15M' });
  });

  it('keeps a clock that was advanced within the delay', async () => {
    const config = { data: await createDataPath(), propagation: 'fixed' } as const;
    const first = await testServer(config);
    const key = await createKey(first, []);
    await patch(first, key.id, { scopes: ['list_functions'] });
    await advance(first, '14m59s');
    expect(await isAllowed(first, key)).toBe(false);
    await first.close();
    const second = await testServer(config);
    expect(await isAllowed(second, key)).toBe(false);
    await advance(second, '1s');

    expect(await isAllowed(second, key)).toBe(true);
  });
});

describe('the events of an advance of the clock', () => {
  it('are versions that took effect and keys that expired, earliest first', async () => {
    const on = await resetServer('fixed');
    const brief = await createKey(on, [], { expiresAt: formatTime(5 * MINUTE) });
    const long = await createKey(on, [], { expiresAt: formatTime(20 * MINUTE) });
    const edited = await createKey(on, []);
    await patch(on, edited.id, { scopes: ['list_functions'] });
    await on.call('POST /_mock/clock/advance', { body: { by: '1m' } });
    await patch(on, edited.id, { scopes: [] });
    const { events } = await advance(on, '1h');

    expect(events).toEqual([
      { at: formatTime(5 * MINUTE), kind: 'key.expired', keyId: brief.id },
      { at: formatTime(DELAY), kind: 'policy.effective', keyId: edited.id, version: 2 },
      { at: formatTime(MINUTE + DELAY), kind: 'policy.effective', keyId: edited.id, version: 3 },
      { at: formatTime(20 * MINUTE), kind: 'key.expired', keyId: long.id },
    ]);
  });

  it('are returned once, by the advance that reaches their time', async () => {
    const on = await resetServer('fixed');
    const { id } = await createKey(on, []);
    await patch(on, id, { scopes: ['list_functions'] });

    expect((await advance(on, '14m59s')).events).toEqual([]);
    expect((await advance(on, '1s')).events).toEqual([
      { at: formatTime(DELAY), kind: 'policy.effective', keyId: id, version: 2 },
    ]);
    expect((await advance(on, '1h')).events).toEqual([]);
  });

  it('exclude versions that were replaced, flushed or deleted before they took effect', async () => {
    const on = await resetServer('fixed');
    const keys = [await createKey(on, []), await createKey(on, []), await createKey(on, [])] as const;
    for (const { id } of keys) await patch(on, id, { scopes: ['list_functions'] });
    const [overtaken, flushed, deleted] = keys;
    await flush(on, { keyId: flushed.id });
    await on.call(`DELETE /_mock/keys/${deleted.id}`);
    await putSettings(on, { delay: '1m' });
    await patch(on, overtaken.id, { scopes: [] });

    expect((await advance(on, '1h')).events).toEqual([
      { at: formatTime(MINUTE), kind: 'policy.effective', keyId: overtaken.id, version: 3 },
    ]);
  });
});
