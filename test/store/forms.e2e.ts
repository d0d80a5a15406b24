/** The contract of a store that is read again between steps. */

import { BETTER_SQLITE3 } from '../../src/store/sqlite/better-sqlite3.ts';
import { loadNodeSqlite } from '../../src/store/sqlite/node-sqlite.ts';
import { openCopied, openInFile } from './benches.ts';
import { revisionsContract } from './contract-revisions.ts';
import { CONTRACTS } from './contracts.ts';

const nodeSqlite = loadNodeSqlite();

const FORMS = [
  ['memory that is copied for each step', openCopied],
  ['a file that is reopened for each step, by better-sqlite3', openInFile(BETTER_SQLITE3)],
  ...(nodeSqlite === null
    ? []
    : [['a file that is reopened for each step, by node:sqlite', openInFile(nodeSqlite)] as const]),
] as const;

for (const contract of CONTRACTS) {
  for (const [kind, createBench] of FORMS) {
    // A copy is another world with later revisions.
    if (contract !== revisionsContract || createBench !== openCopied) contract(kind, createBench);
  }
}
