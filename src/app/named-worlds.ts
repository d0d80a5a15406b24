import { worldIdFault } from '../addresses/world-id.ts';
import type { Config } from '../config/options.ts';
import { Unusable } from '../diagnostics/unusable.ts';
import type { Worlds } from '../worlds/registry.ts';

/**
 * Checks that the worlds named in the configuration can all be made, before anything is opened or written.
 *
 * @throws Unusable that says what to change
 */
export function checkNamedWorlds({ world: ids, maxWorlds }: Pick<Config, 'world' | 'maxWorlds'>): void {
  for (const id of ids) {
    const fault = worldIdFault(id);
    if (fault !== null) throw new Unusable(`--world ${fault}.`);
  }
  const twice = ids.find((id, index) => ids.indexOf(id) < index);
  if (twice !== undefined) {
    throw new Unusable(`--world names \`${twice}\` twice. Name each world once.`);
  }
  if (ids.length > maxWorlds) {
    throw new Unusable(
      `--world names ${ids.length} ${ids.length === 1 ? 'world' : 'worlds'}, but --max-worlds is ${maxWorlds}. ` +
        'Name fewer worlds, or raise --max-worlds.',
    );
  }
}

/**
 * Makes the worlds named in the configuration: from the default world's seed, with credentials of their own, without a
 * time to live.
 */
export async function makeNamedWorlds(worlds: Worlds, ids: readonly string[]): Promise<void> {
  const { origin: seed } = worlds.default;
  for (const id of ids.filter((one) => !worlds.has(one))) {
    await worlds.create({ id, origin: { kind: 'seed', seed }, credentials: 'own', ttl: null, label: null });
  }
}
