import { Problem } from '../decisions/problem.ts';
import type { Ports } from '../services/index.ts';
import type { OpenWorlds } from './open-worlds.ts';

/** Returns the functions that take and restore snapshots for the control API. */
export function createSnapshotPorts({ worlds, snapshots }: OpenWorlds): Ports['snapshots'] {
  return {
    take: ({ id }, name) => snapshots.take(worlds.entry(id), name),
    list: ({ id }) => snapshots.of(id),
    find: (world, id) => snapshots.find(id, world.id),
    restore: ({ id }, snapshotId) => {
      const { world: source, at } = snapshots.find(snapshotId, id);
      const { world } = worlds.entry(id);
      if (source === id) return snapshots.use(snapshotId, (state) => world.restore(state, at));
      const advice = `Create a world from the snapshot: \`POST /_mock/worlds\` with \`{"from": {"snapshot": "${snapshotId}"}}\``;
      throw new Problem(
        'conflict',
        `The snapshot is of the world \`${source}\`, but this one is \`${id}\`. ${advice}.`,
      );
    },
    delete: (world, id) => snapshots.delete(id, world.id),
  };
}
