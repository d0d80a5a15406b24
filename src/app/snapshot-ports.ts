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
export interface SnapshotPortParts extends Pick<WorldPortParts, 'processWorlds' | 'services'> {
  readonly version: string;
  readonly memory: StateMemory;
}

/** Returns the functions that take, transfer and restore snapshots for the control API. */
export function createSnapshotPorts(parts: SnapshotPortParts): Ports['snapshots'] {
  const { version, memory, services, processWorlds } = parts;
  return {
    take: ({ id }, name) => processWorlds.snapshots.take(processWorlds.worlds.entry(id), name),
    list: ({ id }) => processWorlds.snapshots.of(id),
    find: (world, id) => processWorlds.snapshots.find(id, world.id),
    download: async (world, snapshotId) => {
      const { snapshots } = processWorlds;
      const record = await snapshots.find(snapshotId, world.id);
      const { id, name, at } = record;
      const snapshot = { id, name, world: record.world, at, made: parseProvenance(record.made) };
      return streamOfParts(renderSnapshotFile(version, snapshot, snapshots.rowsOf(id)));
    },
    upload: async (world, receive) => {
      const builder = new StateBuilder(memory);
      try {
        const file = await receiveFile(receive, memory.quota.limit, builder);
        await assertContent(file, (seed) => findStoredSeedError(seed, services));
        const { id, name, at, made } = file.snapshot;
        const stored = {
          id,
          name,
          world: file.snapshot.world,
          at,
          made: serializeProvenance(made),
          state: builder.state,
        };
        return await processWorlds.snapshots.add(stored, world.id);
      } finally {
        builder.release();
      }
    },
    restore: ({ id }, snapshotId) =>
      processWorlds.snapshots.use(
        snapshotId,
        async (snapshot) => {
          const entry = processWorlds.worlds.entry(id);
          const mismatch = describeMismatch(snapshot, entry);
          if (mismatch === null) return entry.world.restore(snapshot.state, snapshot.at);
          const advice = `Create a world from the snapshot: \`POST /_mock/worlds\` with \`{"from": {"snapshot": "${snapshotId}"}}\``;
          throw new Problem('conflict', `The snapshot is of ${mismatch}. ${advice}.`);
        },
        id,
      ),
    delete: (world, id) => processWorlds.snapshots.delete(id, world.id),
  };
}

/**
 * Reads a snapshot file as it arrives.
 *
 * @param maxBytes the maximum size of the file
 * @param builder receives the rows, which count as state
 * @throws Problem with the first error in the file, or `too_large` if there is no memory for it
 */
async function receiveFile(
  receive: Parameters<Ports['snapshots']['upload']>[1],
  maxBytes: number,
  builder: StateBuilder,
): Promise<SnapshotFile> {
  const add: AddRow = (row, usedAt) => builder.add(row, { usedAt, isOurs: true });
  const reader = new SnapshotReader(await loadRowCheck(), maxBytes, add);
  // Both the reader and `receive` reject something too large, but only the latter is about the size of the file.
  let readerProblem: Problem | null = null;
  try {
    await receive(maxBytes, (chunk) => {
      try {
        reader.read(chunk);
      } catch (cause) {
        if (cause instanceof Problem) readerProblem = cause;
        throw cause;
      }
    });
    return reader.end();
  } catch (thrown) {
    const isFileTooLarge = thrown instanceof Problem && thrown.kind === 'too_large' && thrown !== readerProblem;
    if (!isFileTooLarge && !(thrown instanceof WriteFailure)) throw thrown;
    const message = `The snapshot file needs more memory than is left of \`--max-state\` (${maxBytes} bytes for all worlds and snapshots). Delete some of them, or start the server with a higher limit.`;
    throw new Problem('too_large', message, { close: true });
  }
}

/**
 * Returns which world a snapshot is of if it cannot be restored to this world; null if it can. A world can only return
 * to a state of its own, because its credentials do not match the state of another world.
 */
function describeMismatch(snapshot: Snapshot, { world, credentials }: WorldEntry): string | null {
  const { id, origin: seed } = world;
  if (snapshot.world !== id) return `the world \`${snapshot.world}\`, but this one is \`${id}\``;
  if (snapshot.seed.text === seed.text && snapshot.credentials === credentials) return null;
  return `an earlier world \`${id}\`, which was created from another seed or with other credentials`;
}
