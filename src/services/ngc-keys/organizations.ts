import type { SeedError } from '../../contract/seed.ts';
import type { LocatedEntry } from '../../contract/seed-entries.ts';

/** Finds entries with an unknown organisation. @param organizations names of all organisations */
export function findUnknownOrganizations(
  entries: readonly LocatedEntry<{ readonly org: string }>[],
  organizations: readonly string[],
): SeedError[] {
  return entries.flatMap(({ entry: { org }, place }) =>
    organizations.includes(org)
      ? []
      : [
          {
            place: `${place}.org`,
            message: `\`${place}\` has the organisation \`${org}\`, which is not in \`ngc.organizations\``,
            given: org,
            valid: organizations,
          },
        ],
  );
}

/** Returns the account of each organisation. @param seed the complete seed, with a valid `ngc` */
export function accountsOf({ ngc }: Readonly<Record<string, unknown>>): ReadonlyMap<string, string> {
  // The schema of `ngc` has already been checked.
  const { organizations = [] } = (ngc ?? {}) as { organizations?: readonly { name: string; ncaId: string }[] };
  return new Map(organizations.map(({ name, ncaId }) => [name, ncaId]));
}
