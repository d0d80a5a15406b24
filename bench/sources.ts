/** The server's functions for filling data files. `files.mjs` bundles and imports them. */

export { createMachineClock } from '../src/lib/clock.ts';
export { Quota } from '../src/lib/memory.ts';
export { createRow } from '../src/services/air/objects.ts';
export { collectionOf } from '../src/services/air/stored.ts';
export { SIMULATIONS } from '../src/services/air/tables/simulations.ts';
export { createKeyRows, NGC_KEYS, NGC_POLICIES } from '../src/services/ngc-keys/records.ts';
export { createAccessKeyRow } from '../src/services/runai/collections/access-keys.ts';
export { createIdentityRow } from '../src/services/runai/collections/identities.ts';
export { createBlankIdentity } from '../src/services/runai/new-identity.ts';
export { openStorage } from '../src/store/open.ts';
export { StateMemory } from '../src/store/state-memory.ts';
