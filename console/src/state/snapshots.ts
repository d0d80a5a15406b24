import { askAll, type Snapshot } from '../control-api/client.ts';
import { SNAPSHOT_NAME } from './move-clock.ts';
import { createQuery } from './query.ts';

/** Reads the snapshots of this world, without the one for Undo. */
export const readSnapshots = createQuery(['snapshots'], async () =>
  (await askAll<Snapshot>('snapshots')).filter(({ name }) => name !== SNAPSHOT_NAME),
);
