/** The contract of a store, on SQLite in the forms in which it is read again between steps. */

import { copied, inFile } from './benches.ts';
import { revisionsContract } from './contract-revisions.ts';
import { CONTRACTS } from './contracts.ts';

const FORMS = [
  ['memory, copied for each step', copied],
  ['SQLite in a file that is closed and opened again between steps', inFile],
] as const;

for (const contract of CONTRACTS) {
  for (const [kind, form] of FORMS) {
    // A copy is another world, whose revisions go on above those of the first.
    if (contract !== revisionsContract || form !== copied) contract(kind, form);
  }
}
