import { Problem } from '../core/problem.ts';
import type { Quota } from '../core/quota.ts';
import { streamOfParts } from '../http/answers.ts';
import { findKeptSeedFault } from '../seed/index.ts';
import type { Ports } from '../services/index.ts';
import { rowsIn } from '../store/frozen-rows.ts';
import type { StoreParts } from '../store/shared.ts';
import type { WorldEntry } from '../worlds/entry.ts';
import { provenanceIn, provenanceText } from '../worlds/provenance.ts';
import { checkContent, rowsOfFile, type SnapshotFile, SnapshotReader, snapshotBytes } from '../worlds/snapshot-file.ts';
import type { Snapshot } from '../worlds/snapshots.ts';
import { loadRowCheck } from './row-check.ts';
import type { WorldKeeping } from './world-ports.ts';

/** The parts of the server that snapshots need. */
export interface SnapshotKeeping extends Pick<WorldKeeping, 'process' | 'services'> {
  readonly version: string;
  readonly revisions: StoreParts['revisions'];
  /** For the objects of all worlds together. */
  readonly state: Quota;
}

/** The snapshots, as the control API takes, moves and restores them. */
export function snapshotPorts(keeping: SnapshotKeeping): Ports['snapshots'] {
  const { state, version, revisions, services } = keeping;
  return {
    take: ({ id }, name) => keeping.process.snapshots.take(keeping.process.worlds.entry(id), name),
    of: ({ id }) => keeping.process.snapshots.of(id),
    find: (world, id) => keeping.process.snapshots.find(id, world.id),
    download: async (world, snapshotId) => {
      const { id, name, world: of, at, made, rows } = await keeping.process.snapshots.stored(snapshotId, world.id);
      const snapshot = { id, name, world: of, at, made: provenanceIn(made) };
      return streamOfParts(snapshotBytes(version, { snapshot, rows: rowsIn(rows) }));
    },
    upload: async (world, receive) => {
      const file = await receiveFile(receive, state);
      await checkContent(file, (seed) => findKeptSeedFault(seed, services));
      const { made, id, name, at, world: of } = file.snapshot;
      const rows = rowsOfFile(file, revisions);
      return keeping.process.snapshots.add({ id, name, world: of, at, made: provenanceText(made), rows }, world.id);
    },
    restore: async ({ id }, which) => {
      const snapshot = await keeping.process.snapshots.find(which, id);
      const entry = keeping.process.worlds.entry(id);
      const fault = whyNotHere(snapshot, entry);
      if (fault === null) return entry.world.restore(snapshot.rows, snapshot.at);
      const advice = `make a world from it: \`POST /_mock/worlds\` with \`{"from": {"snapshot": "${which}"}}\``;
      throw new Problem('conflict', `The snapshot is of ${fault}; ${advice}.`);
    },
    delete: (world, id) => keeping.process.snapshots.delete(id, world.id),
  };
}

/**
 * Reads a file as it arrives. Its bytes count as state until all of it was read.
 *
 * @throws Problem that says what is wrong with it
 */
async function receiveFile(receive: Parameters<Ports['snapshots']['upload']>[1], state: Quota): Promise<SnapshotFile> {
  const reader = new SnapshotReader(await loadRowCheck(), state.bytes);
  let held = 0;
  let refusal: unknown = null;
  try {
    await receive(state.bytes, (chunk) => {
      if (!state.take(chunk.length)) throw new Problem('too_large', '');
      held += chunk.length;
      try {
        reader.read(chunk);
      } catch (cause) {
        refusal = cause;
        throw cause;
      }
    });
    return reader.end();
  } catch (thrown) {
    if (thrown === refusal || !(thrown instanceof Problem && thrown.kind === 'too_large')) throw thrown;
    const message = `The snapshot file is larger than the memory that \`--max-state\` leaves: ${state.bytes} bytes less what worlds and snapshots have. Delete some, or start the server with a higher limit.`;
    throw new Problem('too_large', message, { close: true });
  } finally {
    state.release(held);
  }
}

/**
 * Why a snapshot cannot be restored here: a world can only go back to its own state, because its identity does not fit
 * the state of another one.
 */
function whyNotHere(snapshot: Snapshot, { world: { id, origin: seed }, credentials }: WorldEntry): string | null {
  if (snapshot.world !== id) return `the world \`${snapshot.world}\`, but this one is \`${id}\``;
  if (snapshot.seed.text === seed.text && snapshot.credentials === credentials) return null;
  return `an earlier world \`${id}\`, which was made from another seed, or with other credentials`;
}
