/** The contract of a log, in a data file; on PostgreSQL it is in `test/e2e/postgres`. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe } from 'vitest';
import { SqliteLog } from '../../src/store/sqlite/log.ts';
import { driver, hasDriver } from '../support/driver.ts';
import { emptyFolder } from '../support/folder.ts';
import { type LogBench, worldLogContract } from './contract-world-log.ts';

async function openLogInFile(): Promise<LogBench> {
  const folder = await emptyFolder();
  const open = () => new SqliteLog(join(folder, 'mock.db'), driver());
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
