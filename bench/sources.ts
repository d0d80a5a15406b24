/** What data files are filled with; `files.mjs` bundles and imports it. */
export { newBudgets } from '../src/core/held.ts';
export { DEFAULT_WORLD } from '../src/core/world-id.ts';
export { airRow } from '../src/services/air/objects.ts';
export { collectionOf } from '../src/services/air/stored.ts';
export { SIMULATIONS } from '../src/services/air/tables/resources/simulations.ts';
export { blankIdentity } from '../src/services/runai/identities.ts';
export { openPlace } from '../src/store/open.ts';
export {
  accessKeyRow,
  identityRow,
  NGC_KEYS,
  NGC_POLICIES,
  newKeyRows,
  policyRow,
} from '../src/store/parts/records.ts';
export { newStoreParts } from '../src/store/shared.ts';
