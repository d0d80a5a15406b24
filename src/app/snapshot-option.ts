import type { Config } from '../config/options.ts';
import type { ServiceDefinition } from '../contract/service.ts';
import { Problem } from '../decisions/problem.ts';
import { explainUnreadable } from '../diagnostics/file-error.ts';
import { UserError } from '../diagnostics/user-error.ts';
import { readFileChunks } from '../platform/text-file.ts';
import { findStoredSeedError } from '../seed/index.ts';
import type { Store } from '../store/index.ts';
import { SEEDS, type StoredSeed } from '../store/seed.ts';
import { createSettingRow, SETTINGS } from '../store/settings.ts';
import { type State, StateBuilder } from '../store/state.ts';
import { showValue } from '../text/redact.ts';
import { assertContent, type SnapshotFile, SnapshotReader } from '../worlds/snapshot-file.ts';
import { loadRowCheck, SOURCE_SNAPSHOT_SETTING } from './row-check.ts';

/** The file from which the default world is created. */
export interface InitialSnapshot extends SnapshotFile {
  /** For messages, such as `--snapshot world.ndjson`. */
  readonly option: string;
  /** The initial state of the default world. */
  readonly state: State;
}

/**
 * @param value a seed given by a program
 * @throws UserError if both a snapshot and a seed are given
 */
export function refuseSnapshotWithSeed({ snapshot, seed }: Pick<Config, 'snapshot' | 'seed'>, value?: object): void {
  if (snapshot === null || (seed === null && value === undefined)) return;
  throw new UserError('--snapshot and --seed are both set, but a snapshot includes a seed. Remove one of them.');
}

/**
 * Reads the file given in `--snapshot`; returns null without that option.
 *
 * @param maxBytes the maximum size of the file
 * @throws UserError with the reason
 */
export async function readSnapshotOption(
  { snapshot: file }: Pick<Config, 'snapshot'>,
  maxBytes: number,
  services: readonly ServiceDefinition[],
): Promise<InitialSnapshot | null> {
  if (file === null) return null;
  const builder = new StateBuilder();
  const reader = new SnapshotReader(await loadRowCheck(), maxBytes, (row, usedAt) => {
    // Skip the row that records the file of the saved world: the new world is created from this file.
    if (row.collection === SETTINGS.name && row.id === SOURCE_SNAPSHOT_SETTING) return;
    builder.add(row, { usedAt, isOurs: true });
  });
  const option = `--snapshot ${showValue(file)}`;
  try {
    let bytes = 0;
    for await (const chunk of readFileChunks(file)) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw new UserError(`${option} is larger than --max-state allows. Raise --max-state.`);
      reader.read(chunk);
    }
    const snapshotFile = reader.end();
    await assertContent(snapshotFile, (seed) => findStoredSeedError(seed, services));
    builder.add(createSettingRow(SOURCE_SNAPSHOT_SETTING, snapshotFile.sha256));
    return { ...snapshotFile, option, state: builder.state };
  } catch (cause) {
    if (cause instanceof UserError) throw cause;
    if (cause instanceof Problem) throw toUserError(option, cause);
    throw new UserError(`${option} cannot be read: ${explainUnreadable(cause)}. Use a snapshot file.`, { cause });
  }
}

/** Returns the seed of the world in a snapshot, with that world's credentials. @throws UserError if there is none */
export function readSnapshotSeed({ state, option }: InitialSnapshot): StoredSeed {
  const [row] = state.collections.get(SEEDS.name)?.all ?? [];
  if (row !== undefined) return row.body as StoredSeed;
  throw new UserError(`${option} has no seed. Download the snapshot again.`);
}

/** Returns a problem of the file as an error about the option. */
function toUserError(option: string, cause: Problem): UserError {
  return new UserError(`${option}: ${cause.message}`, { cause });
}

/** Returns whether the world of a store was created from this file. */
export async function isCreatedFrom(
  { settings }: Pick<Store, 'settings'>,
  { sha256 }: InitialSnapshot,
): Promise<boolean> {
  return (await settings.get(SOURCE_SNAPSHOT_SETTING)) === sha256;
}

/** Creates the error for a stored world that was not created from this file. @param data the location of the store */
export function createOtherWorldError({ option }: InitialSnapshot, data: string): UserError {
  return new UserError(
    `--data ${data} has a world that was not created from ${option}. ` +
      'Remove --snapshot to keep that world, use other --data, or replace the default world with --reseed.',
  );
}
