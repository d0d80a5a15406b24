/** When an edit of a key takes effect. */
import { describe, expect, it } from 'vitest';
import { END_OF_TIME } from '../../../src/lib/clock.ts';
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
});

describe('the propagation settings', () => {
  it.each([
    [{ mode: 'jitter' }, { mode: 'jitter', delay: 'PT15M' }],
    [{ delay: 'PT1H30M' }, { mode: 'off', delay: 'PT1H30M' }],
    [{ seed: 'mine' }, { mode: 'off', delay: 'PT15M', seed: 'mine' }],
    [{ delay: '1ms' }, { delay: 'PT0.001S' }],
  ])('accept %j, keep the other members and return all of them', async (settings, expected) => {
    const on = await resetServer('off');
    const { status, body } = await putSettings(on, settings);

    expect(status).toBe(200);
    expect(body).toMatchObject(expected);
    expect(await readSettings(on)).toEqual(body);
  });

  it.each<[settings: Record<string, unknown>, field: string]>([
    [{ delay: '0s' }, 'delay'],
    [{ mode: 'fixed', delay: 'soon' }, 'delay'],
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

  it('of an unknown key returns 404', async () => {
    const answer = await flush(servers.fixed, { keyId: 'nothing' });

    expect(answer.status).toBe(404);
    expect(problemDocument(answer)).toContain('GET /_mock/keys');
  });
});

describe('with `propagation` jitter', () => {
  const editRepeatedly = async (on: TestServer, key: CreatedKey, count: number) => {
    const before = (await readDelays(on, key.id)).length;
    for (let time = 0; time < count; time++) await patch(on, key.id, { scopes: ['list_functions'] });
    return (await readDelays(on, key.id)).slice(before);
  };

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
});

describe('the events of an advance of the clock', () => {
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
