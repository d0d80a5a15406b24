/** The data that a process has after a takeover. */
import { setTimeout } from 'node:timers/promises';
import { expect } from 'vitest';
import { researcher } from '../support/cast.ts';
import { describePostgres } from '../support/postgres.ts';
import { type Instance, it, type Pair } from '../support/standby.ts';
import { AIR, listNames } from './simulations.ts';

/** Uses are written within a second. */
const USES_WRITTEN_MS = 1500;

const ACCESS_KEYS = 'GET /api/v1/access-keys';

/** Ends the active process, and waits until the other one has the worlds. */
async function takeOver({ active, standby }: Pair, signal: 'SIGKILL' | 'SIGTERM'): Promise<Instance> {
  await (signal === 'SIGKILL' ? active.crash() : active.stop());
  await standby.ready;
  return standby;
}

const withoutAhead = ({ ahead: _, ...rest }: Record<string, unknown>) => rest;

describePostgres.each(['SIGKILL', 'SIGTERM'] as const)('after %s of the active process', (signal) => {
  it('faults fire for the rest of their `times`', async ({ pair }) => {
    const { active } = pair;
    const list = (at: Instance) => at.call('GET /api/v3/simulations/', { token: AIR }).then(({ status }) => status);
    const order = { match: { operation: 'simulations_list' }, times: 3, do: { status: 503, offDocument: true } };
    const { body: fault } = await active.call('POST /_mock/faults', { body: order });
    expect(await list(active)).toBe(503);
    const next = await takeOver(pair, signal);

    expect((await next.call(`GET /_mock/faults/${fault.id}`)).body).toMatchObject({ seen: 1, fired: 1 });
    expect([await list(next), await list(next), await list(next)]).toEqual([503, 503, 200]);
  });

  it('a moved clock continues, and a frozen clock stays frozen', async ({ pair }) => {
    const { active } = pair;
    await active.call('POST /_mock/worlds', { body: { id: 'frozen' } });
    await active.call('POST /_mock/clock/advance', { body: { by: '2h' } });
    await active.call('POST /w/frozen/_mock/clock/advance', { body: { by: '3h' } });
    await active.call('POST /w/frozen/_mock/clock/freeze');
    const readClocks = async ({ call }: Instance) => [
      (await call('GET /_mock/clock')).body,
      (await call('GET /w/frozen/_mock/clock')).body,
    ];
    const [moved, frozen] = await readClocks(active);
    const next = await takeOver(pair, signal);

    const [movedNext, frozenNext] = await readClocks(next);
    expect([moved.ahead, movedNext.ahead]).toEqual(['PT2H', 'PT2H']);
    expect(Date.parse(movedNext.now)).toBeGreaterThanOrEqual(Date.parse(moved.now));
    expect(withoutAhead(frozenNext)).toEqual(withoutAhead(frozen));
    expect(frozen.frozen).toBe(true);
  });

  it('the mode is kept, and a token from before a key rotation is accepted', async ({ pair }) => {
    const { active } = pair;
    const token = await active.tokenOf(researcher.accessKey);
    await active.call('POST /_mock/drills/rotate-signing-key', { body: {} });
    const rotated = await active.tokenOf(researcher.accessKey);
    await active.call('PUT /_mock/mode', { body: { mode: 'observe' } });
    const readKeys = async ({ call }: Instance) => (await call('GET /_mock/tokens/zoo/keys')).body;
    const keys = await readKeys(active);
    const next = await takeOver(pair, signal);

    expect((await next.call('GET /_mock/mode')).body.mode).toBe('observe');
    expect(await readKeys(next)).toEqual(keys);
    await next.call('PUT /_mock/mode', { body: { mode: 'enforce' } });
    for (const accepted of [token, rotated, await next.tokenOf(researcher.accessKey)]) {
      expect((await next.call(ACCESS_KEYS, { token: accepted })).status).toBe(200);
    }
  });

  it('worlds keep their labels, times to live and credentials', async ({ pair }) => {
    const { active } = pair;
    await active.call('POST /_mock/worlds', { body: { id: 'alice', label: 'of alice', ttl: '3h' } });
    await active.call('POST /_mock/worlds', { body: { id: 'bob', ttl: 'never' } });
    await active.call('POST /_mock/worlds', { body: { id: 'gone' } });
    await active.call('DELETE /_mock/worlds/gone');
    const readCast = async ({ call }: Instance) => (await call('GET /w/alice/_mock/cast')).body;
    const cast = await readCast(active);
    const next = await takeOver(pair, signal);

    const { worlds } = (await next.call('GET /_mock/worlds')).body;
    expect(worlds).toMatchObject([
      { id: 'default' },
      { id: 'alice', label: 'of alice', ttl: 'PT3H' },
      { id: 'bob', label: null, ttl: 'never' },
    ]);
    expect(await readCast(next)).toEqual(cast);
    const { key: token } = cast.ngc.keys.find(({ name }: { readonly name: string }) => name === 'air-admin');
    expect((await next.call('GET /w/alice/api/v3/simulations/', { token })).status).toBe(200);
  });

  it('snapshots are listed and can be restored', async ({ pair }) => {
    const { active } = pair;
    const create = async (name: string) =>
      expect((await active.call('POST /api/v3/simulations/', { token: AIR, body: { name } })).status).toBe(201);
    await create('before');
    const names = await listNames(active);
    const { body: snapshot } = await active.call('POST /_mock/snapshots', { body: { name: 'first' } });
    await create('after');
    const next = await takeOver(pair, signal);

    expect((await next.call('GET /_mock/snapshots')).body.snapshots).toEqual([snapshot]);
    expect(await listNames(next)).toContain('after');
    expect((await next.call(`POST /_mock/snapshots/${snapshot.id}/restore`)).status).toBe(200);
    expect(await listNames(next)).toEqual(names);
  });

  it('the last uses of keys are kept, except those of the last second before a kill', async ({ pair }) => {
    const { active } = pair;
    const token = await active.tokenOf(researcher.accessKey);
    const readLastLogins = async ({ call }: Instance): Promise<unknown[]> =>
      (await call(ACCESS_KEYS, { token })).body.accessKeys.map(({ lastLogin }: { lastLogin: unknown }) => lastLogin);
    if (signal === 'SIGKILL') await setTimeout(USES_WRITTEN_MS);
    const before = await readLastLogins(active);
    const next = await takeOver(pair, signal);

    expect(before[0]).not.toBeNull();
    expect(await readLastLogins(next)).toEqual(before);
  });

  it('the journal and the decisions are empty', async ({ pair }) => {
    const { active } = pair;
    const { decision } = await active.call(ACCESS_KEYS);
    expect((await active.call(`GET /_mock/decisions/${decision.id}`)).status).toBe(200);
    const next = await takeOver(pair, signal);

    expect((await next.call(`GET /_mock/decisions/${decision.id}`)).status).toBe(404);
    expect((await next.call('GET /_mock/decisions')).body.decisions).toEqual([]);
    expect((await next.call('GET /_mock/requests')).body.requests).toEqual([]);
  });
});
