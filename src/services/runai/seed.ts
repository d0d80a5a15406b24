import type { Seeding } from '../../contract/seed.ts';
import { completeSeed, derivePart, hashPasswords, withoutDerivedIds } from './seed-credentials.ts';
import { findErrors } from './seed-errors.ts';
import { SEED_LISTS } from './seed-lists.ts';
import { addGroups, createSeedRows } from './seed-rows.ts';
import { type RunaiSeed, SEED_SCHEMA, type WrittenSeed } from './seed-schema.ts';

/** How the Run:ai part of a seed is checked, completed and applied. */
export const seed: Seeding = {
  schema: SEED_SCHEMA,
  lists: SEED_LISTS,
  findErrors: (part) => findErrors(asWritten(part)),
  complete: (part, derivation) => completeSeed(asWritten(part), derivation),
  derivePart: (part, derivation) => derivePart(asComplete(part), derivation),
  withoutDerivedIds: (part) => withoutDerivedIds(asWritten(part)),
  hashSecrets: (part, random, builtIn) =>
    hashPasswords(asComplete(part), random, builtIn === undefined ? undefined : asComplete(builtIn)),
  createRows: async (part, now) => createSeedRows(asComplete(part), now),
  createCast: (part) => {
    const { users, ...rest } = asComplete(part);
    return { ...rest, ...(users && { users: users.map(({ passwordHash: _, ...user }) => user) }) };
  },
  withBearers: async (part, world, whole = part) => {
    const { addBearers } = await import('./bearers.ts');
    const complete = asComplete(part);
    const { groups } = asComplete(whole);
    const groupsByEmail = new Map(
      addGroups({ ...complete, ...(groups && { groups }) }).map(({ email, groups = [] }) => [email, groups]),
    );
    return addBearers(complete, (email) => groupsByEmail.get(email) ?? [], world);
  },
};

function asWritten(part: unknown): WrittenSeed {
  // Safe cast: validated against the schema.
  return part as WrittenSeed;
}

function asComplete(part: unknown): RunaiSeed {
  // Safe cast: returned by `complete`.
  return part as RunaiSeed;
}
