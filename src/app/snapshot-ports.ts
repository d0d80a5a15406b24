import { Problem } from '../decisions/problem.ts';
import { streamOfParts } from '../http/answers.ts';
import { findStoredSeedError } from '../seed/index.ts';
import type { Ports } from '../services/index.ts';
import { WriteFailure } from '../store/errors.ts';
import { StateBuilder } from '../store/state.ts';
import type { StateMemory } from '../store/state-memory.ts';
import type { WorldEntry } from '../worlds/entry.ts';
import { parseProvenance, serializeProvenance } from '../worlds/provenance.ts';
import {
  type AddRow,
  assertContent,
  renderSnapshotFile,
  type SnapshotFile,
  SnapshotReader,
} from '../worlds/snapshot-file.ts';
import type { Snapshot } from '../worlds/snapshots.ts';
import { loadRowCheck } from './row-check.ts';
import type { WorldPortParts } from './world-ports.ts';

/** The parts of the server that snapshots need. */
export interface SnapshotPortParts extends Pick<WorldPortParts, 'process' | 'services'> {
  readonly version: string;
  readonly memory: StateMemory;
}

/** Takes, transfers and restores snapshots for the control API. */
export function createSnapshotPorts(keeping: SnapshotPortParts): Ports['snapshots'] {
  const { version, memory, services } = keeping;
  return {
    take: ({ id }, name) => keeping.process.snapshots.take(keeping.process.worlds.entry(id), name),
    of: ({ id }) => keeping.process.snapshots.of(id),
    find: (world, id) => keeping.process.snapshots.find(id, world.id),
    download: async (world, snapshotId) => {
      const { snapshots } = keeping.process;
      const { id, name, world: of, at, made } = await snapshots.find(snapshotId, world.id);
      const snapshot = { id, name, world: of, at, made: parseProvenance(made) };
      return streamOfParts(renderSnapshotFile(version, snapshot, snapshots.rowsOf(id)));
    },
    upload: async (world, receive) => {
      const builder = new StateBuilder(memory);
      try {
        const file = await receiveFile(receive, memory.quota.limit, builder);
        await assertContent(file, (seed) => findStoredSeedError(seed, services));
        const { made, id, name, at, world: of } = file.snapshot;
        const stored = { id, name, world: of, at, made: serializeProvenance(made), state: builder.state };
        return await keeping.process.snapshots.add(stored, world.id);
      } finally {
        builder.release();
      }
    },
    restore: ({ id }, snapshotId) =>
      keeping.process.snapshots.use(
        snapshotId,
        async (snapshot) => {
          const entry = keeping.process.worlds.entry(id);
          const mismatch = describeMismatch(snapshot, entry);
          if (mismatch === null) return entry.world.restore(snapshot.state, snapshot.at);
          const advice = `Create a world from the snapshot: \`POST /_mock/worlds\` with \`{"from": {"snapshot": "${snapshotId}"}}\``;
          throw new Problem('conflict', `The snapshot is of ${mismatch}. ${advice}.`);
        },
        id,
      ),
    delete: (world, id) => keeping.process.snapshots.delete(id, world.id),
  };
}

/**
 * Reads a file as it arrives. The rows count as state.
 *
 * @param max the maximum size in bytes
 * @throws Problem with the reason
 */
async function receiveFile(
  receive: Parameters<Ports['snapshots']['upload']>[1],
  max: number,
  builder: StateBuilder,
): Promise<SnapshotFile> {
  const add: AddRow = (row, usedAt) => builder.add(row, { usedAt, isOurs: true });
  const reader = new SnapshotReader(await loadRowCheck(), max, add);
  let refusal: unknown = null;
  try {
    await receive(max, (chunk) => {
      try {
        reader.read(chunk);
      } catch (cause) {
        if (cause instanceof Problem) refusal = cause;
        throw cause;
      }
    });
    return reader.end();
  } catch (thrown) {
    const isTooLarge = thrown instanceof Problem && thrown.kind === 'too_large' && thrown !== refusal;
    if (!isTooLarge && !(thrown instanceof WriteFailure)) throw thrown;
    const message = `The snapshot file needs more memory than is left of \`--max-state\` (${max} bytes for all worlds and snapshots). Delete some of them, or start the server with a higher limit.`;
    throw new Problem('too_large', message, { close: true });
  }
}

/**
 * Explains why a snapshot cannot be restored here. A world can only return to its own state, because its identity
 * doesn't match the state of another world.
 */
function describeMismatch(snapshot: Snapshot, { world: { id, origin: seed }, credentials }: WorldEntry): string | null {
  if (snapshot.world !== id) return `the world \`${snapshot.world}\`, but this one is \`${id}\``;
  if (snapshot.seed.text === seed.text && snapshot.credentials === credentials) return null;
  return `an earlier world \`${id}\`, which was created from another seed or with other credentials`;
}
