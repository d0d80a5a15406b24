import fc from 'fast-check';
import { expect } from 'vitest';
import { rfc3339 } from '../../../../src/lib/clock.ts';
import { castKey } from '../../../support/ngc-cast.ts';
import type { TestServer } from '../../../support/server.ts';
import { claimsOf, DOORS } from '../../../support/worlds.ts';
import { drawConcurrent, drawMixed, drawSingle } from '../action.ts';
import { Live } from '../live.ts';
import { createRestartStep, createTimeStep, defineModel } from '../modelled.ts';
import { actions, backwards, ORG } from './actions.ts';
import { type App, NAMES, type Name, type World, Worlds } from './model.ts';

/** The number of keys and secrets that are used after every step. */
const USED_CREDENTIALS = 3;
const CAST = ['globex-full-access', 'globex-air'].map((name) => castKey(name).id);

async function compare(model: Worlds, live: Live): Promise<void> {
  const { body } = await live.call('GET /_mock/worlds');
  expect(body.worlds.map(({ id }: { id: Name }) => id).sort()).toEqual(model.worlds.map(({ name }) => name));
  for (const name of NAMES) await compareWorld(model, live, name);
  for (const text of model.texts.slice(-USED_CREDENTIALS)) await compareKey(model, live, text);
  for (const login of model.logins.slice(-USED_CREDENTIALS)) await compareLogin(model, live, login);
}

/** Compares the content of a world. */
async function compareWorld(model: Worlds, live: Live, name: Name): Promise<void> {
  const call: TestServer['call'] = DOORS.prefix(live, name);
  const world = model.find(name);
  const keys = await call(`GET /_mock/keys?org=${ORG}`);
  expect(keys.status).toBe(world === undefined ? 404 : 200);
  if (world === undefined) return;
  const shown: readonly { readonly id: string; readonly name: string }[] = keys.body.keys;
  const made = shown.filter(({ id }) => !CAST.includes(id)).map(({ id, name }) => `${id} ${name}`);
  expect(made.sort()).toEqual(world.keys.map((key) => `${key.id} ${key.name}`));
  expect((await call('GET /_mock/clock')).body.now).toBe(rfc3339(model.real + world.ahead));
  expect((await call('GET /_mock/propagation')).body.mode).toBe(world.mode);
  const { snapshots } = (await call('GET /_mock/snapshots')).body;
  const ofWorld = model.snapshots.filter((snapshot) => snapshot.of === name).map(({ id }) => id);
  expect(snapshots.map(({ id }: { id: string }) => id).sort()).toEqual(ofWorld.sort());
}

/** Compares the worlds that accept a key, and the world that it selects. */
async function compareKey(model: Worlds, live: Live, text: string): Promise<void> {
  const useKey = (call: TestServer['call']) => call('GET /api/v3/simulations/', { token: text });
  const isAllowedIn = ({ keys }: World) => keys.some((key) => key.text === text);
  for (const world of model.worlds) {
    const { decision } = await useKey(DOORS.prefix(live, world.name));
    expect(decision.effect).toBe(isAllowedIn(world) ? 'allow' : 'deny');
  }
  const { decision } = await useKey(live.call);
  const world = model.worldOfKey(text);
  expect(decision).toMatchObject(
    isAllowedIn(world) ? { effect: 'allow' } : { effect: 'deny', reason: expect.any(String) },
  );
  live.note(`key: ${decision.reason ?? (world.name === 'default' ? 'default' : 'another world')}`);
  if (decision.effect === 'deny') return;
  const call: TestServer['call'] = DOORS.prefix(live, world.name);
  expect((await call(`GET /_mock/decisions/${decision.id}`)).status).toBe(200);
}

/** Compares the world that a client id selects. */
async function compareLogin(model: Worlds, live: Live, { clientId, secret }: Pick<App, 'clientId' | 'secret'>) {
  const world = model.worldOfClient(clientId);
  const app = world.apps.find((app) => app.clientId === clientId) ?? world.apps.find((app) => app.name === clientId);
  const { status, body, decision } = await live.server.grant({
    grantType: 'app_token',
    appID: clientId,
    appSecret: secret,
  });
  expect(status).toBe(app?.secret === secret ? 200 : 400);
  if (status === 200) expect(claimsOf(body.accessToken).sid.split('.')[1] ?? 'default').toBe(world.name);
  live.note(`app: ${decision?.reason ?? (world.name === 'default' ? 'default' : 'another world')}`);
}

/** Worlds and snapshots: a change in a world affects no other world. */
export const worlds = defineModel({
  name: 'worlds',
  setup: fc.record({ world: fc.subarray<Name>(['red']) }),
  begin: async (config) => ({ live: await Live.open(config), model: new Worlds(config.world) }),
  compare,
  steps: drawMixed(
    [14, drawSingle(actions)],
    [3, drawSingle(backwards)],
    [4, drawConcurrent(actions)],
    [1, createTimeStep(1, 60_000, 1_800_000)],
    [1, createRestartStep((model: Worlds) => model.start())],
  ),
  outcomes: [
    ...['make: 201', 'make: 409', 'copy: 201', 'copy: 404', 'copy: 409', 'from snapshot: 201', 'from snapshot: 409'],
    ...['delete: 204', 'delete: 404', 'delete: 409', 'reset: 200', 'snapshot: 201', 'snapshot: 404'],
    ...['restore: 200', 'restore: 409', 'delete snapshot: 204', 'delete snapshot: 404', 'advance: 200', 'toggle: 200'],
    ...['create: 201', 'create: 404', 'rotate key: 200', 'rotate key: 404', 'delete key: 204', 'delete key: 404'],
    ...['create app: 201', 'create app: 409', 'delete app: 204', 'delete app: no_such_object'],
    ...['key: default', 'key: another world', 'key: unknown_key', 'key: world_gone', 'key: other_world'],
    ...['app: default', 'app: another world', 'app: unknown_client', 'app: world_gone', 'app: other_world'],
    ...['at once', 'restart'],
  ],
});
