import type { TestProject } from 'vitest/node';
import { buildIfChanged } from '../../scripts/build.mjs';
import { offerPostgres } from './postgres-offer.ts';

/** Tests of the command run what users run; all tests read the merged documents; some need PostgreSQL. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  await buildIfChanged();
  return offerPostgres(project);
}
