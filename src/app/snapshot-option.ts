import type { Config } from '../config/options.ts';
import type { ServiceDefinition } from '../contract/service.ts';
import { whyUnreadable } from '../core/file-fault.ts';
import { Problem } from '../core/problem.ts';
import { showValue } from '../core/redact.ts';
import { Unusable } from '../core/unusable.ts';
import { bytesOfFile } from '../platform/text-file.ts';
import { findKeptSeedFault } from '../seed/index.ts';
import type { FrozenRows } from '../store/frozen-rows.ts';
import type { Store } from '../store/index.ts';
import { type KeptSeed, SEEDS } from '../store/seed.ts';
import { settingRow } from '../store/settings.ts';
import type { StoreParts } from '../store/shared.ts';
import { checkContent, rowsOfFile, type SnapshotFile, SnapshotReader } from '../worlds/snapshot-file.ts';
import { BEGAN_WITH, loadRowCheck } from './row-check.ts';

/** A file to begin with. */
export interface FirstSnapshot extends SnapshotFile {
  /** For messages: `--snapshot FILE`. */
  readonly option: string;
}

/** @param value the seed that a program gave @throws Unusable if there is a seed, too */
export function checkSnapshotOption({ snapshot, seed }: Pick<Config, 'snapshot' | 'seed'>, value?: object): void {
  if (snapshot === null || (seed === null && value === undefined)) return;
  throw new Unusable('--snapshot and --seed are both given, but a snapshot has a seed of its own. Give one of them.');
}

/**
 * The file that `--snapshot` names; null without it.
 *
 * @param most how many bytes it may have
 * @throws Unusable that says what is wrong with it
 */
export async function snapshotFrom(
  { snapshot: file }: Pick<Config, 'snapshot'>,
  most: number,
  services: readonly ServiceDefinition[],
): Promise<FirstSnapshot | null> {
  if (file === null) return null;
  const reader = new SnapshotReader(await loadRowCheck(), most);
  const option = `--snapshot ${showValue(file)}`;
  try {
    let length = 0;
    for await (const part of bytesOfFile(file)) {
      length += part.length;
      if (length > most) throw new Unusable(`${option} is larger than --max-state allows. Give a higher one.`);
      reader.read(part);
    }
    const content = reader.end();
    await checkContent(content, (seed) => findKeptSeedFault(seed, services));
    return { ...content, option };
  } catch (cause) {
    if (cause instanceof Unusable) throw cause;
    if (cause instanceof Problem) throw unusable(option, cause);
    throw new Unusable(`${option} cannot be read: ${whyUnreadable(cause)}. Give a snapshot file.`, { cause });
  }
}

/** The seed of the world that a snapshot was taken of, with that world's credentials. @throws Unusable if it has none */
export function seedOfSnapshot({ rows, option }: FirstSnapshot): KeptSeed {
  const row = rows.find(({ collection }) => collection === SEEDS.name);
  if (row !== undefined) return row.body as KeptSeed;
  throw new Unusable(`${option} has no seed. Download the snapshot again.`);
}

/** The rows that a world begins with. @throws Unusable if they do not fit each other */
export function rowsOfSnapshot(file: FirstSnapshot, revisions: StoreParts['revisions']): FrozenRows {
  const mark = settingRow(BEGAN_WITH, file.sha256);
  const others = file.rows.filter(({ collection, id }) => collection !== mark.collection || id !== mark.id);
  try {
    return rowsOfFile({ rows: [...others, mark] }, revisions);
  } catch (cause) {
    throw cause instanceof Problem ? unusable(file.option, cause) : cause;
  }
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
