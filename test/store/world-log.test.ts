/** The contract of a log, in a data file; on PostgreSQL it is in `postgres.e2e.ts`. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from 'vitest';
import { openSqliteFile } from '../../src/store/sqlite/index.ts';
import { driver, hasDriver } from '../support/driver.ts';
import { emptyFolder } from '../support/folder.ts';
import { type LogBench, worldLogContract } from './contract-world-log.ts';

async function openLogInFile(): Promise<LogBench> {
  const folder = await emptyFolder();
  const open = () => openSqliteFile(join(folder, 'mock.db'), driver()).log;
  let log = open();
  const reopen = async () => {
    await log.close();
    log = open();
    return log;
  };
  const end = async () => {
    await log.close();
    await rm(folder, { recursive: true });
  };
  return { log, reopen, end };
}

describe.skipIf(!hasDriver)('in a file', () => worldLogContract('SQLite', openLogInFile));
