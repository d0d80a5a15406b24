import type { Operations } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import { rfc3339 } from '../../../lib/clock.ts';
import type { SnapshotRecord } from '../../../store/world-log.ts';
import type { ControlledServer } from '../controlled-server.ts';
import { pageShortList } from '../lists.ts';

export function snapshotOperations({ worlds, snapshots }: ControlledServer) {
  return {
    list_snapshots: async ({ world, query }) => {
      const all = snapshots.of(world.id).map((snapshot) => ({ ...snapshot, position: [snapshot.place] as const }));
      const { entries, extent } = pageShortList(all, query, 'newest first');
      return { status: 200, body: { snapshots: entries.map(snapshotView), ...extent } };
    },
    take_snapshot: async ({ world, body }) => {
      const { name = null } = body;
      return { status: 201, body: snapshotView(await snapshots.take(worlds.entry(world.id), name)) };
    },
    get_snapshot: async ({ world, params }) => ({
      status: 200,
      body: snapshotView(snapshots.find(params.snapshotId, world.id)),
    }),
    restore_snapshot: async ({ world, params }) => {
      const { snapshotId } = params;
      const { world: source, at } = snapshots.find(snapshotId, world.id);
      const { world: restored } = worlds.entry(world.id);
      if (source !== world.id) {
        const advice = `Create a world from the snapshot: \`POST /_mock/worlds\` with \`{"from": {"snapshot": "${snapshotId}"}}\``;
        const message = `The snapshot is of the world \`${source}\`, but this one is \`${world.id}\`. ${advice}.`;
        throw new Problem('conflict', message);
      }
      await snapshots.use(snapshotId, (state) => restored.restore(state, at));
      return { status: 200, body: { status: 'restored', now: rfc3339(world.clock.now()) } };
    },
    delete_snapshot: async ({ world, params }) => {
      await snapshots.delete(params.snapshotId, world.id);
      return { status: 204 };
    },
  } satisfies Partial<Operations<'control'>>;
}

function snapshotView({ id, name, world, at, size }: SnapshotRecord) {
  return { id, name, world, at: rfc3339(at), bytes: size };
}
