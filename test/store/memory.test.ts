/**
 * The contract of a store, in memory; its other forms are `forms.doors.ts`.
 *
 * Breaks with: src/store/collections.ts, src/store/errors.ts, src/store/memory.ts, src/store/page-room.ts,
 * src/store/search.ts, src/store/seed.ts, src/store/settings.ts, src/store/table.ts, src/store/turns.ts,
 * src/store/updating.ts, src/store/world-rows.ts, src/worlds/counts.ts, src/worlds/credentials.ts
 */

import { inMemory } from './benches.ts';
import { CONTRACTS } from './contracts.ts';

for (const contract of CONTRACTS) contract('memory', inMemory);
