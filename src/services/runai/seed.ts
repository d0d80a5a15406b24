import type { Seeding } from '../../contract/seed.ts';
import { completeSeed, derivePart, hashPasswords } from './seed-credentials.ts';
import { findErrors } from './seed-errors.ts';
import { SEED_LISTS } from './seed-lists.ts';
import { createSeedRows } from './seed-rows.ts';
import { type RunaiSeed, SEED_SCHEMA, type WrittenSeed } from './seed-schema.ts';

/** How the Run:ai part of a seed is checked, completed and applied. */
export const seed: Seeding = {
  schema: SEED_SCHEMA,
  lists: SEED_LISTS,
  findErrors: (part) => findErrors(asWritten(part)),
  complete: (part, derivation) => completeSeed(asWritten(part), derivation),
  derivePart: (part, derivation) => derivePart(asComplete(part), derivation),
  hashSecrets: (part, random, builtIn) =>
    hashPasswords(asComplete(part), random, builtIn === undefined ? undefined : asComplete(builtIn)),
  createRows: async (part, now) => createSeedRows(asComplete(part), now),
  createCast: (part) => {
    const { users, ...rest } = asComplete(part);
    return { ...rest, ...(users && { users: users.map(({ passwordHash: _, ...user }) => user) }) };
  },
  createBearers: async (part, world) => (await import('./bearers.ts')).createBearers(asComplete(part), world),
};

function asWritten(part: unknown): WrittenSeed {
  // Safe cast: validated against the schema.
  return part as WrittenSeed;
}

function asComplete(part: unknown): RunaiSeed {
  // Safe cast: returned by `complete`.
  return part as RunaiSeed;
}
