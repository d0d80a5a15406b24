import { UserError } from '../lib/user-error.ts';
import { findWorldIdError } from '../lib/world-id.ts';
import type { Worlds } from '../worlds/registry.ts';
import type { Config } from './options.ts';

/**
 * Checks that all worlds named in the configuration can be created, before anything is opened or written.
 *
 * @throws UserError with advice
 */
export function checkNamedWorlds({ world: ids, maxWorlds }: Pick<Config, 'world' | 'maxWorlds'>): void {
  for (const id of ids) {
    const problem = findWorldIdError(id);
    if (problem !== null) throw new UserError(`--world ${problem}.`);
  }
  const duplicate = ids.find((id, index) => ids.indexOf(id) < index);
  if (duplicate !== undefined) {
    throw new UserError(`--world names \`${duplicate}\` twice. Name each world once.`);
  }
  if (ids.length > maxWorlds) {
    throw new UserError(
      `--world asks for ${ids.length} ${ids.length === 1 ? 'world' : 'worlds'}, but --max-worlds is ${maxWorlds}. ` +
        'Ask for fewer worlds, or raise --max-worlds.',
    );
  }
}

/**
 * Creates the worlds named in the configuration from the default world's seed, with their own credentials and no time
 * to live.
 */
export async function createNamedWorlds(worlds: Worlds, ids: readonly string[]): Promise<void> {
  const { origin: seed } = worlds.default;
  for (const id of ids.filter((name) => !worlds.has(name))) {
    await worlds.create({ id, origin: { kind: 'seed', seed }, credentials: 'own', ttl: null, label: null });
  }
}
