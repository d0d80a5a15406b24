import type { Placed, SeedFault } from '../../core/seed-fault.ts';

/** Entries that name organisations which do not exist. @param known names of those that do */
export function findUnknownOrganizations(
  entries: readonly Placed<{ readonly org: string }>[],
  known: readonly string[],
): SeedFault[] {
  return entries.flatMap(({ entry: { org }, place }) =>
    known.includes(org)
      ? []
      : [
          {
            place: `${place}.org`,
            message: `\`${place}\` names the organisation \`${org}\`, which \`ngc.organizations\` does not have`,
            given: org,
            valid: known,
          },
        ],
  );
}
