/** Which world a credential leads to when worlds come and go. */
import { expect, it } from 'vitest';
import { testServer } from '../support/server.ts';
import { claimsOf, makeWorld, type TestWorld, tokenOf } from '../support/worlds.ts';

const server = await testServer();
const { body: cast } = await server.call('GET /_mock/cast');

const adminOf = (world: Pick<TestWorld, 'call' | 'cast'>) => tokenOf(world.call, world.cast.runai.users[0].accessKey);

/** An application that somebody makes in a world. */
async function makeApplication({ call, cast }: Pick<TestWorld, 'call' | 'cast'>, name: string) {
  const token = await adminOf({ call, cast });
  const { body: made } = await call('POST /api/v1/apps', { token, body: { name } });
  const rule = { subjectType: 'app', subjectId: made.clientId, roleId: 1, scopeType: 'tenant', scopeId: '1001' };
  await call('POST /api/v1/authorization/access-rules', { token, body: rule });
  return made;
}

/** Which world an application's credentials alone lead to; the reason where they are refused. */
async function worldOf({ clientId, secret }: { clientId: string; secret: string }): Promise<string> {
  const { status, body, decision } = await server.grant({
    grantType: 'app_token',
    appID: clientId,
    appSecret: secret,
  });
  if (status !== 200) return decision.reason;
  return claimsOf(body.accessToken).sid.split('.')[1] ?? 'default';
}

it("the default world's own applications go on leading to it when there is another world", async () => {
  const other = await makeWorld(server, { id: 'another' });

  expect(await worldOf(cast.runai.applications[0])).toBe('default');
  expect(await worldOf(other.cast.runai.applications[0])).toBe('another');
  expect(other.made.ambiguous).toBeUndefined();
});

it('a client id that the default world has before leads to no other world, which is told when that is made', async () => {
  const made = await makeApplication({ call: server.call, cast }, 'ci-app-later');
  const later = await makeWorld(server, { id: 'later' });

  expect(later.made.ambiguous).toEqual(['ci-app-later']);
  expect(await worldOf(made)).toBe('default');
});

it('what was deleted in one world leads to the other that has it', async () => {
  const order = { credentials: 'cast' };
  const [first, second] = [await makeWorld(server, order), await makeWorld(server, order)];
  const [one, other] = [await makeApplication(first, 'in-both'), await makeApplication(second, 'in-both')];
  expect([await worldOf(one), await worldOf(other)]).toEqual(['other_world', 'other_world']);
  await first.call(`DELETE /api/v1/apps/${one.id}`, { token: await adminOf(first) });

  expect(await worldOf(other)).toBe(second.id);
});

it('what comes back by a reset leads to its world again', async () => {
  const world = await makeWorld(server, { id: 'back' });
  const [application] = world.cast.runai.applications;
  const token = await adminOf(world);
  const { body } = await world.call('GET /api/v1/apps', { token });
  await world.call(`DELETE /api/v1/apps/${(body.apps ?? body)[0].id}`, { token });
  expect(await worldOf(application)).toBe('unknown_client');
  await world.call('POST /_mock/reset');

  expect(await worldOf(application)).toBe('back');
});

it('what comes back by a snapshot leads to its world, also where that was made anew', async () => {
  const before = await makeWorld(server, { id: 'anew' });
  const made = await makeApplication(before, 'in-a-snapshot');
  const { body: snapshot } = await before.call('POST /_mock/snapshots');
  await server.call('DELETE /_mock/worlds/anew');
  const { call } = await makeWorld(server, { id: 'anew' });
  await call(`POST /_mock/snapshots/${snapshot.id}/restore`);

  expect(await worldOf(made)).toBe('anew');
});

it('a key that comes back in the default world by a reset leads to no other world that has it, too', async () => {
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

it('keys of a world that is gone lead to the only one that has them now', async () => {
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

it('a world that is deleted while it is reset leads nowhere afterwards', async () => {
  const { call, cast: own } = await makeWorld(server, { id: 'reset-late' });
  const reset = call('POST /_mock/reset');
  await server.call('DELETE /_mock/worlds/reset-late');
  await reset;

  expect(await worldOf(own.runai.applications[0])).toBe('world_gone');
});

it('the time of a world that nobody uses begins with the end of its last request', async () => {
  const { call } = await makeWorld(server, { id: 'long', ttl: '10m' });
  const minutes = (count: number) => server.clock.set(server.clock.now() + count * 60_000);
  const world = server.worlds.find('long');
  world?.hold();
  minutes(9);
  world?.release();
  minutes(9);

  expect((await call('GET /_mock/clock')).status).toBe(200);
});

it('a server that is closed makes no more worlds', async () => {
  const { worlds, close } = await testServer();
  const { origin: seed } = worlds.default;
  await close();
  const making = worlds.create({ origin: { kind: 'seed', seed }, credentials: 'own', ttl: null, label: null });

  await expect(making).rejects.toThrow('The server is closing');
});
