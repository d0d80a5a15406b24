import type { Seeding } from '../../contract/seed.ts';
import { accountsOf } from '../ngc-keys/accounts.ts';
import { findSeedErrors } from './seed-errors.ts';
import { createSeedRows } from './seed-rows.ts';
import { type NvcfSeed, SEED_SCHEMA } from './seed-schema.ts';

/** Applies the `nvcf` part of a seed. The cast shows the part unchanged. */
export const seed: Seeding = {
  schema: SEED_SCHEMA,
  lists: {
    accounts: { idMembers: ['org'] },
    functions: { idMembers: ['versionId'] },
    clusterGroups: { idMembers: ['org', 'id'] },
    gpuQuotas: { idMembers: ['org', 'name'] },
    instanceTypes: { idMembers: ['org', 'name'] },
    recognizedRegistries: { idMembers: ['artifactType', 'registryHostname'] },
    registryCredentials: { idMembers: ['id'] },
    telemetries: { idMembers: ['id'] },
    assets: { idMembers: ['id'] },
    invocations: { idMembers: ['id'] },
  },
  findErrors: (validated, wholeSeed) => findSeedErrors(readSeed(validated), wholeSeed),
  createRows: async (validated, now, _random, wholeSeed) => ({
    rows: createSeedRows(readSeed(validated), accountsOf(wholeSeed), now),
  }),
  createCast: (part) => part,
};

function readSeed(part: unknown): NvcfSeed {
  // Safe cast: validated against the schema.
  return part as NvcfSeed;
}
