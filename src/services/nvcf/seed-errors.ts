import type { SeedError } from '../../contract/seed.ts';
import { findDuplicates, type LocatedEntry, locateEntries } from '../../contract/seed-entries.ts';
import { accountsOf, findUnknownOrganizations } from '../ngc-keys/accounts.ts';
import type { NvcfSeed } from './seed-schema.ts';

type PlacedLists = {
  readonly [List in keyof NvcfSeed]-?: readonly LocatedEntry<NonNullable<NvcfSeed[List]>[number]>[];
};

export function findSeedErrors(part: NvcfSeed, wholeSeed: Readonly<Record<string, unknown>>): readonly SeedError[] {
  const lists = placeLists(part);
  const { accounts, functions, assets, invocations } = lists;
  const identified: readonly LocatedEntry<{ readonly id: string }>[] = [
    ...lists.registryCredentials,
    ...lists.telemetries,
    ...assets,
    ...invocations,
  ];
  return [
    ...findUnknownOrganizations([...listOwned(lists), ...listSharing(functions)], [...accountsOf(wholeSeed).keys()]),
    ...findSeveralOwners(functions),
    ...findUnknownVersions(lists),
    ...findDuplicates('accounts: `org`', accounts, ({ org }) => org),
    ...findDuplicates('accounts: `clientIds`', listClients(accounts), ({ clientId }) => clientId),
    ...findDuplicates('functions: `versionId`', functions, ({ versionId }) => versionId),
    ...findDuplicates('`id`', identified, ({ id }) => id),
    ...findDuplicates('assets: `uploadId`', assets, ({ uploadId }) => uploadId),
  ];
}

function placeLists(part: NvcfSeed): PlacedLists {
  const place = <List extends keyof NvcfSeed>(list: List) =>
    locateEntries<NonNullable<NvcfSeed[List]>[number]>(`nvcf.${list}`, part[list]);
  return {
    accounts: place('accounts'),
    functions: place('functions'),
    clusterGroups: place('clusterGroups'),
    gpuQuotas: place('gpuQuotas'),
    instanceTypes: place('instanceTypes'),
    recognizedRegistries: place('recognizedRegistries'),
    registryCredentials: place('registryCredentials'),
    telemetries: place('telemetries'),
    assets: place('assets'),
    invocations: place('invocations'),
  };
}

function listOwned(lists: PlacedLists): readonly LocatedEntry<{ readonly org: string }>[] {
  const { recognizedRegistries: _, ...ownedLists } = lists;
  return Object.values(ownedLists).flat();
}

function listSharing(functions: PlacedLists['functions']): readonly LocatedEntry<{ readonly org: string }>[] {
  return functions.flatMap(({ entry, place }) =>
    (['sharedWith', 'versionSharedWith'] as const).flatMap((member) =>
      (entry[member] ?? []).map((org) => ({ entry: { org }, place: `${place}.${member}` })),
    ),
  );
}

function listClients(accounts: PlacedLists['accounts']): readonly LocatedEntry<{ readonly clientId: string }>[] {
  return accounts.flatMap(({ entry, place }) =>
    (entry.clientIds ?? []).map((clientId, index) => ({
      entry: { clientId },
      place: `${place}.clientIds[${index}]`,
    })),
  );
}

/** Returns an error for each version whose function belongs to several organisations, except the first version. */
function findSeveralOwners(functions: PlacedLists['functions']): readonly SeedError[] {
  const withSeveralOwners = functions.filter(({ entry }) =>
    functions.some(({ entry: other }) => other.functionId === entry.functionId && other.org !== entry.org),
  );
  return withSeveralOwners.slice(1).map(({ entry, place }) => ({
    place,
    message: `functions: \`functionId\` \`${entry.functionId}\` belongs to two organisations in \`nvcf\`; all versions of a function need the same \`org\``,
  }));
}

function findUnknownVersions({ invocations, functions }: PlacedLists): readonly SeedError[] {
  const versionIds = new Set(functions.map(({ entry }) => entry.versionId));
  return invocations
    .filter(({ entry }) => !versionIds.has(entry.versionId))
    .map(({ entry, place }) => ({
      place,
      message: `\`${place}.versionId\` is \`${entry.versionId}\`, which is not in \`nvcf.functions\`: add the version, or remove this invocation`,
    }));
}
