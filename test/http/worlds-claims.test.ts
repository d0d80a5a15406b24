/** The world that a credential selects while worlds are created and deleted. */
import { expect, it } from 'vitest';
import { testServer } from '../support/server.ts';
import { claimsOf, makeWorld, type TestWorld, tokenOf } from '../support/worlds.ts';

const server = await testServer();
const { body: cast } = await server.call('GET /_mock/cast');

const logInAdmin = (world: Pick<TestWorld, 'call' | 'cast'>) =>
  tokenOf(world.call, world.cast.runai.users[0].accessKey);

/** Creates an application in a world. */
async function makeApplication({ call, cast }: Pick<TestWorld, 'call' | 'cast'>, name: string) {
  const token = await logInAdmin({ call, cast });
  const { body: created } = await call('POST /api/v1/apps', { token, body: { name } });
  const rule = { subjectType: 'app', subjectId: created.clientId, roleId: 1, scopeType: 'tenant', scopeId: '1001' };
  await call('POST /api/v1/authorization/access-rules', { token, body: rule });
  return created;
}

/** The world that the credentials of an application select, or the reason for their rejection. */
async function findWorld({ clientId, secret }: { clientId: string; secret: string }): Promise<string> {
  const { status, body, decision } = await server.grant({
    grantType: 'app_token',
    appID: clientId,
    appSecret: secret,
  });
  if (status !== 200) return decision.reason;
  return claimsOf(body.accessToken).sid.split('.')[1] ?? 'default';
}

it('the applications of the default world select it even after another world was created', async () => {
  const other = await makeWorld(server, { id: 'another' });

  expect(await findWorld(cast.runai.applications[0])).toBe('default');
  expect(await findWorld(other.cast.runai.applications[0])).toBe('another');
  expect(other.made.ambiguous).toBeUndefined();
});

it('a client id that the default world already has does not select a new world and is reported as ambiguous', async () => {
  const created = await makeApplication({ call: server.call, cast }, 'ci-app-later');
  const later = await makeWorld(server, { id: 'later' });

  expect(later.made.ambiguous).toEqual(['ci-app-later']);
  expect(await findWorld(created)).toBe('default');
});

it('a credential that was deleted in one world selects the other world that has it', async () => {
  const order = { credentials: 'cast' };
  const [first, second] = [await makeWorld(server, order), await makeWorld(server, order)];
  const [deleted, kept] = [await makeApplication(first, 'in-both'), await makeApplication(second, 'in-both')];
  expect([await findWorld(deleted), await findWorld(kept)]).toEqual(['other_world', 'other_world']);
  await first.call(`DELETE /api/v1/apps/${deleted.id}`, { token: await logInAdmin(first) });

  expect(await findWorld(kept)).toBe(second.id);
});

it('a credential that a reset restores selects its world again', async () => {
  const world = await makeWorld(server, { id: 'back' });
  const [application] = world.cast.runai.applications;
  const token = await logInAdmin(world);
  const { body } = await world.call('GET /api/v1/apps', { token });
  await world.call(`DELETE /api/v1/apps/${(body.apps ?? body)[0].id}`, { token });
  expect(await findWorld(application)).toBe('unknown_client');
  await world.call('POST /_mock/reset');

  expect(await findWorld(application)).toBe('back');
});

it('a credential that a snapshot restores selects its world again', async () => {
  const world = await makeWorld(server, { id: 'anew' });
  const { call } = world;
  const created = await makeApplication(world, 'in-a-snapshot');
  const { body: snapshot } = await call('POST /_mock/snapshots');
  await call('POST /_mock/reset');
  expect(await findWorld(created)).toBe('unknown_client');
  await call(`POST /_mock/snapshots/${snapshot.id}/restore`);

  expect(await findWorld(created)).toBe('anew');
});

it('a key that a reset restores in the default world does not select another world that has it', async () => {
  const { id, key } = cast.ngc.keys.find(({ name }: { name: string }) => name === 'air-admin');
  const read = async () => {
    const { status, decision } = await server.call('GET /api/v3/simulations/', { token: key });
    return status === 200 ? (await server.call(`GET /_mock/decisions/${decision.id}`)).status : decision.reason;
  };
  await server.call(`DELETE /_mock/keys/${id}`);
  await makeWorld(server, { id: 'cast', credentials: 'cast' });
  await server.call('POST /_mock/reset');

  expect(await read()).toBe(200);
  await server.call('DELETE /_mock/worlds/cast');
});

it('a key of a deleted world selects the only world that still has it', async () => {
  const source = await makeWorld(server, { id: 'source' });
  const heir = await makeWorld(server, { id: 'heir', from: { world: 'source' }, credentials: 'cast' });
  const { key } = source.cast.ngc.keys.find(({ name }: { name: string }) => name === 'air-admin');
  const read = () => server.call('GET /api/v3/simulations/', { token: key });
  expect((await read()).decision.reason).toBe('other_world');
  await server.call('DELETE /_mock/worlds/source');
  const { status, decision } = await read();

  expect(status).toBe(200);
  expect((await heir.call(`GET /_mock/decisions/${decision.id}`)).status).toBe(200);
});

it('a world that is deleted during its reset cannot be selected afterwards', async () => {
  const { call, cast: own } = await makeWorld(server, { id: 'reset-late' });
  const reset = call('POST /_mock/reset');
  await server.call('DELETE /_mock/worlds/reset-late');
  await reset;

  expect(await findWorld(own.runai.applications[0])).toBe('world_gone');
});

it('the ttl of a world starts at the end of its last request', async () => {
  const { call } = await makeWorld(server, { id: 'long', ttl: '10m' });
  const advanceMinutes = (count: number) => server.clock.set(server.clock.now() + count * 60_000);
  const world = server.worlds.find('long');
  world?.hold();
  advanceMinutes(9);
  world?.release();
  advanceMinutes(9);

  expect((await call('GET /_mock/clock')).status).toBe(200);
});

it('a closed server creates no worlds', async () => {
  const { worlds, close } = await testServer();
  const { origin: seed } = worlds.default;
  await close();
  const making = worlds.create({ origin: { kind: 'seed', seed }, credentials: 'own', ttl: null, label: null });

  await expect(making).rejects.toThrow('The server is closing');
});
