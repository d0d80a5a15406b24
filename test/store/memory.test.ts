/**
 * The contract of a store, in memory; its other forms are `forms.doors.ts`.
 *
 * Breaks with: src/store/collections.ts, src/store/errors.ts, src/store/memory.ts, src/store/page-room.ts,
 * src/store/parts/access-keys.ts, src/store/parts/grants.ts, src/store/parts/identities.ts, src/store/parts/index.ts,
 * src/store/parts/ngc-keys.ts, src/store/parts/records.ts, src/store/parts/rekeying.ts, src/store/parts/settings.ts,
 * src/store/parts/world.ts, src/store/search.ts, src/store/table.ts, src/store/turns.ts, src/store/updating.ts,
 * src/store/world-rows.ts
 */

import { inMemory } from './benches.ts';
import { CONTRACTS } from './contracts.ts';

for (const contract of CONTRACTS) contract('memory', inMemory);
