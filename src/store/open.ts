import type { DecisionLog } from './decisions.ts';
import type { Store } from './index.ts';
import type { StoreParts } from './shared.ts';
import { openSqliteImage, openSqliteStore } from './sqlite/index.ts';
import type { KeptSeed, Rekeying } from './world.ts';

/**
 * The store that `--data` names: a file, or one in memory if it is null.
 *
 * @throws Unusable if it cannot be used
 */
export function openStore(data: string | null, shared: StoreParts): Store {
  return openSqliteStore(data, shared);
}

/**
 * A store in memory that begins as a copy of an image. The image stays unchanged.
 *
 * @param decisions where its decisions go; default: a log of its own
 * @param rekeyed credentials that replace those of the image, as in `WorldStore.rekey`, when it is first used
 * @throws Unusable if the image is not one of ours, has a schema that this version does not know, or is damaged
 */
export function openImage(
  image: Uint8Array,
  shared: StoreParts,
  decisions?: DecisionLog,
  rekeyed?: { readonly rekeying: Rekeying; readonly kept: KeptSeed },
): Store {
  return openSqliteImage(image, shared, decisions, rekeyed);
}
