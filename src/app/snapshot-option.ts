import type { Config } from '../config/options.ts';
import type { ServiceDefinition } from '../contract/service.ts';
import { Problem } from '../decisions/problem.ts';
import { whyUnreadable } from '../diagnostics/file-fault.ts';
import { Unusable } from '../diagnostics/unusable.ts';
import { bytesOfFile } from '../platform/text-file.ts';
import { findKeptSeedFault } from '../seed/index.ts';
import type { Store } from '../store/index.ts';
import { type KeptSeed, SEEDS } from '../store/seed.ts';
import { SETTINGS, settingRow } from '../store/settings.ts';
import { type State, StateBuilder } from '../store/state.ts';
import { showValue } from '../text/redact.ts';
import { checkContent, type SnapshotFile, SnapshotReader } from '../worlds/snapshot-file.ts';
import { BEGAN_WITH, loadRowCheck } from './row-check.ts';

/** A file to begin with. */
export interface FirstSnapshot extends SnapshotFile {
  /** For messages: `--snapshot FILE`. */
  readonly option: string;
  /** The initial state of the default world. */
  readonly state: State;
}

/** @param value the seed that a program gave @throws Unusable if there is a seed, too */
export function checkSnapshotOption({ snapshot, seed }: Pick<Config, 'snapshot' | 'seed'>, value?: object): void {
  if (snapshot === null || (seed === null && value === undefined)) return;
  throw new Unusable('--snapshot and --seed are both given, but a snapshot has a seed of its own. Give one of them.');
}

/**
 * The file that `--snapshot` names; null without it.
 *
 * @param max how many bytes it may have
 * @throws Unusable that says what is wrong with it
 */
export async function snapshotFrom(
  { snapshot: file }: Pick<Config, 'snapshot'>,
  max: number,
  services: readonly ServiceDefinition[],
): Promise<FirstSnapshot | null> {
  if (file === null) return null;
  const builder = new StateBuilder();
  const reader = new SnapshotReader(await loadRowCheck(), max, (row, usedAt) => {
    // The world began with this file, and not with what the world in it began with.
    if (row.collection !== SETTINGS.name || row.id !== BEGAN_WITH) builder.add(row, { usedAt, isOurs: true });
  });
  const option = `--snapshot ${showValue(file)}`;
  try {
    let length = 0;
    for await (const part of bytesOfFile(file)) {
      length += part.length;
      if (length > max) throw new Unusable(`${option} is larger than --max-state allows. Give a higher one.`);
      reader.read(part);
    }
    const read = reader.end();
    await checkContent(read, (seed) => findKeptSeedFault(seed, services));
    builder.add(settingRow(BEGAN_WITH, read.sha256));
    return { ...read, option, state: builder.state };
  } catch (cause) {
    if (cause instanceof Unusable) throw cause;
    if (cause instanceof Problem) throw unusable(option, cause);
    throw new Unusable(`${option} cannot be read: ${whyUnreadable(cause)}. Give a snapshot file.`, { cause });
  }
}

/** The seed of the world that a snapshot was taken of, with that world's credentials. @throws Unusable if it has none */
export function seedOfSnapshot({ state, option }: FirstSnapshot): KeptSeed {
  const [row] = state.collections.get(SEEDS.name)?.all ?? [];
  if (row !== undefined) return row.body as KeptSeed;
  throw new Unusable(`${option} has no seed. Download the snapshot again.`);
}

function unusable(option: string, cause: Problem): Unusable {
  return new Unusable(`${option}: ${cause.message}`, { cause });
}

/** Did the world of a store begin with this file? */
export async function beganWith({ settings }: Pick<Store, 'settings'>, { sha256 }: FirstSnapshot): Promise<boolean> {
  return (await settings.get(BEGAN_WITH)) === sha256;
}

/** @param data the place of a store with a world that did not begin with the file */
export function didNotBegin({ option }: FirstSnapshot, data: string): Unusable {
  return new Unusable(
    `--data ${data} has a world that did not begin with ${option}. ` +
      'Leave out --snapshot to go on with it, give other --data, or replace its default world with --reseed.',
  );
}
