/** The contract of a store, on SQLite in the forms in which it is read again between steps. */
import { revisionsContract } from './contract-revisions.ts';
import { CONTRACTS } from './contracts.ts';
import { copied, inFile, resting } from './sqlite-benches.ts';

const FORMS = [
  ['SQLite in memory that rests between steps', resting],
  ['SQLite in memory, copied for each step', copied],
  ['SQLite in a file that is closed and opened again between steps', inFile],
] as const;

for (const contract of CONTRACTS) {
  for (const [kind, form] of FORMS) {
    // A copy is another world, whose revisions go on above those of the first.
    if (contract !== revisionsContract || form !== copied) contract(kind, form);
  }
}
