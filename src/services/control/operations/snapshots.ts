import type { Handler } from '../../../contract/request.ts';
import type { SnapshotRecord } from '../../../store/world-log.ts';
import { rfc3339 } from '../../../time/clock.ts';
import { pageShortList } from '../lists.ts';
import type { Ports } from '../ports.ts';

/** Operations on snapshots: a world's state to restore or to create worlds from. */
export function snapshotOperations({ snapshots }: Ports) {
  const list: Handler<'control', 'list_snapshots'> = async ({ world, query }) => {
    const all = snapshots.list(world).map((snapshot) => ({ ...snapshot, position: [snapshot.place] as const }));
    const { entries, extent } = pageShortList(all, query, 'newest first');
    return { status: 200, body: { snapshots: entries.map(snapshotView), ...extent } };
  };

  const take: Handler<'control', 'take_snapshot'> = async ({ world, body }) => {
    const { name = null } = body;
    return { status: 201, body: snapshotView(await snapshots.take(world, name)) };
  };

  const get: Handler<'control', 'get_snapshot'> = async ({ world, params }) => ({
    status: 200,
    body: snapshotView(snapshots.find(world, params.snapshotId)),
  });

  const restore: Handler<'control', 'restore_snapshot'> = async ({ world, params }) => {
    await snapshots.restore(world, params.snapshotId);
    return { status: 200, body: { status: 'restored', now: rfc3339(world.clock.now()) } };
  };

  const remove: Handler<'control', 'delete_snapshot'> = async ({ world, params }) => {
    await snapshots.delete(world, params.snapshotId);
    return { status: 204 };
  };

  return {
    list_snapshots: list,
    take_snapshot: take,
    get_snapshot: get,
    restore_snapshot: restore,
    delete_snapshot: remove,
  };
}

function snapshotView({ id, name, world, at, size }: SnapshotRecord) {
  return { id, name, world, at: rfc3339(at), bytes: size };
}
