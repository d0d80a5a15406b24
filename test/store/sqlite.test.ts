/**
 * The contract of a store, on SQLite in memory; its other forms are `sqlite-forms.doors.ts`.
 *
 * Breaks with: src/store/page-room.ts, src/store/collections.ts, src/store/errors.ts,
 * src/store/parts/access-keys.ts, src/store/parts/grants.ts, src/store/parts/identities.ts, src/store/parts/index.ts,
 * src/store/parts/ngc-keys.ts, src/store/parts/records.ts, src/store/parts/rekeying.ts, src/store/parts/settings.ts,
 * src/store/parts/world.ts, src/store/remembering/collections.ts, src/store/sqlite/collections.ts,
 * src/store/sqlite/index.ts, src/store/sqlite/notes.ts, src/store/sqlite/objects.ts, src/store/sqlite/pages.ts,
 * src/store/sqlite/rows.ts, src/store/sqlite/statements.ts, src/store/touched.ts, src/store/turns.ts,
 * src/store/updating.ts
 */
import { CONTRACTS } from './contracts.ts';
import { inMemory } from './sqlite-benches.ts';

for (const contract of CONTRACTS) contract('SQLite in memory', inMemory);
