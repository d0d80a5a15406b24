import type { TestProject } from 'vitest/node';
import { build } from '../../scripts/build.mjs';
import { offerPostgres } from './postgres-offer.ts';

/** Tests of the command run what users run; all tests read the merged documents; some need PostgreSQL. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await build();
  return offerPostgres(project);
}
