import type { Schema } from '../../../contract/documented.ts';
import type { Operations } from '../../../contract/request.ts';
import type { ServiceDefinition } from '../../../contract/service.ts';
import type { World } from '../../../contract/world.ts';
import { Problem } from '../../../decisions/problem.ts';
import { StreamedBytes } from '../../../decisions/responses/outcome.ts';
import { rfc3339 } from '../../../lib/clock.ts';
import type { Collections } from '../../../store/collections.ts';
import { SEEDS } from '../../../store/seed.ts';
import { SETTINGS } from '../../../store/settings.ts';
import { createCast } from '../../../worlds/seed/index.ts';
import { streamCast } from '../../../worlds/seed/stream-cast.ts';
import { listVendorHosts } from '../../index.ts';
import type { ControlledServer } from '../controlled-server.ts';
import { measureExtent } from '../lists.ts';

export function worldOperations(controlled: ControlledServer) {
  const { server, routes } = controlled;

  return {
    list_calls: () => {
      const operations = routes().operationsOf('control');
      const calls = operations.map(({ method, path, summary }) => ({ method, path, summary }));
      return { status: 200, body: { calls, ...measureExtent(calls), documentation: '/docs' } };
    },
    get_health: ({ store }) => {
      const reason = store.fault();
      if (reason === null) return { status: 200, body: { status: 'ready' } };
      return { status: 503, body: { status: 'storage', reason }, refusal: new Problem('storage_failing', reason) };
    },
    get_info: async ({ world }) => ({
      status: 200,
      body: await describeServer(controlled, world),
    }),
    get_cast: async ({ world, query: { bearers = true } }) => {
      const parts = streamCast(createCast(world, server.services), bearers ? server.services : [], world);
      // The document's type is the object that the parts make.
      return {
        status: 200,
        body: new StreamedBytes(() => parts) as never,
        headers: { 'content-type': 'application/json; charset=utf-8' },
      };
    },
    reset_world: async ({ world }) => {
      await world.reset();
      return { status: 200, body: { status: 'reset', now: rfc3339(world.clock.now()) } };
    },
  } satisfies Partial<Operations<'control'>>;
}

async function describeServer(
  { server, version, configuration, posture, worlds, storage, memory }: ControlledServer,
  { store }: World,
): Promise<Schema<'control', 'Info'>> {
  const { kind, driver, schema } = storage.info;
  return {
    name: 'nv-auth-mock',
    version,
    configuration,
    posture: await posture(),
    services: server.services.map((service) => {
      const { profile, tables } = service.rules.selectRuleset(server.settings);
      const { name, title } = service;
      return { name, title, hosts: listVendorHosts(name), profile, operations: tables.operations.length };
    }),
    counts: await countObjects(store.collections, server.services),
    store: {
      kind,
      driver,
      ...(schema !== null && { schema }),
      worlds: worlds.list().length,
      bytes: memory.quota.used,
      most: memory.quota.limit,
    },
    ...server.counts.read(),
    memory: { resident: process.memoryUsage.rss() },
  };
}

/** Counts the objects of a world, by their readable names. */
export async function countObjects(rows: Collections, services: readonly Pick<ServiceDefinition, 'state'>[]) {
  const declared = services.flatMap(({ state }) => state.objectCounts ?? []);
  const counted = Object.entries(
    Object.assign({}, ...declared.map((declaration) => declaration.counted)) as (typeof declared)[0]['counted'],
  );
  const counts = counted.map(([name, { collection, owner }]) => {
    const its = rows.rowsOf(collection);
    return [name, owner === undefined ? its.count : its.countIn('owner', owner)] as const;
  });
  const otherCollections = new Set([
    ...counted.map(([, { collection }]) => collection),
    ...declared.flatMap(({ uncountedCollections }) => uncountedCollections),
    SEEDS.name,
    SETTINGS.name,
  ]);
  const objects = Object.entries(await rows.counts()).filter(([name]) => !otherCollections.has(name));
  return {
    ...Object.fromEntries(counts),
    objects: objects.reduce((sum, [, count]) => sum + count, 0),
  };
}
