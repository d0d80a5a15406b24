/** The contract of a store, in the forms in which it is read again between steps. */

import { BETTER_SQLITE3 } from '../../src/store/sqlite/better-sqlite3.ts';
import { loadNodeSqlite } from '../../src/store/sqlite/node-sqlite.ts';
import { copied, inFileBy } from './benches.ts';
import { revisionsContract } from './contract-revisions.ts';
import { CONTRACTS } from './contracts.ts';

const own = loadNodeSqlite();

const FORMS = [
  ['memory, copied for each step', copied],
  ['a file that is closed and opened again between steps, by better-sqlite3', inFileBy(BETTER_SQLITE3)],
  ...(own === null
    ? []
    : [['a file that is closed and opened again between steps, by node:sqlite', inFileBy(own)] as const]),
] as const;

for (const contract of CONTRACTS) {
  for (const [kind, form] of FORMS) {
    // A copy is another world, whose revisions go on above those of the first.
    if (contract !== revisionsContract || form !== copied) contract(kind, form);
  }
}
