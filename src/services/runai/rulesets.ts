import { createRuleset, type Ruleset, rowsOfProfile, type Settings } from '../../decisions/ruleset.ts';
import {
  APPLICATION_AT_REALM,
  GRANT_TYPES,
  LEFT_OUT,
  NOT_EMULATED,
  OPERATIONS,
  PERMISSION_SETS,
  PERMISSIONS,
  type PredefinedRole,
  type Profile,
  REMEDIES,
  REMEDIES_OF,
  RESOURCE_TYPES,
  ROLES_2_19,
  ROLES_2_24,
  RULES,
  SCOPE_TYPES,
  VERSIONS,
  WORKLOAD_TYPES,
} from './tables/index.ts';

type Version = Settings['runai'];

/** The profiles: versions with tables and documents of their own. Other versions use those of a profile. */
export const PROFILES: readonly Profile[] = ['2.19', '2.24', '3.0'];

export const ROLES_BY_PROFILE: Readonly<Record<Profile, readonly PredefinedRole[]>> = {
  '2.19': limitToProfile('2.19', ROLES_2_19),
  '2.24': limitToProfile('2.24', ROLES_2_24),
  '3.0': limitToProfile('3.0', ROLES_2_24),
};

function limitToProfile(profile: Profile, roles: readonly PredefinedRole[]): PredefinedRole[] {
  const permissionIds = new Set<string>(rowsOfProfile(PERMISSIONS, profile).map(({ id }) => id));
  return roles.map((role) => ({
    ...role,
    permissions: role.permissions.filter((permission) => permissionIds.has(permission)),
  }));
}

/** Builds the ruleset of a profile, with only the operations of the profile and the rules that they use. */
function buildRuleset(profile: Profile): Ruleset {
  const operations = rowsOfProfile(OPERATIONS, profile);
  const usedRules = new Set<string>(operations.map(({ rule }) => rule));
  return createRuleset(
    'runai',
    profile,
    {
      term: 'permission',
      permissions: rowsOfProfile(PERMISSIONS, profile),
      resourceTypes: SCOPE_TYPES,
      roles: ROLES_BY_PROFILE[profile],
      rules: RULES.filter(({ id }) => usedRules.has(id)),
      operations,
      remedies: { ...REMEDIES, ...REMEDIES_OF[profile] },
      more: {
        grantTypes: rowsOfProfile(GRANT_TYPES, profile),
        applicationsAtRealm: APPLICATION_AT_REALM.filter((row) => row.profile === profile),
        resourceTypes: rowsOfProfile(RESOURCE_TYPES, profile),
        permissionSets: rowsOfProfile(PERMISSION_SETS, profile),
        workloadTypes: WORKLOAD_TYPES,
        versions: VERSIONS,
        leftOut: LEFT_OUT,
        notEmulated: NOT_EMULATED,
      },
    },
    `runai.${profile}`,
  );
}

const PROFILE_RULESETS: Readonly<Record<Profile, Ruleset>> = {
  '2.19': buildRuleset('2.19'),
  '2.24': buildRuleset('2.24'),
  '3.0': buildRuleset('3.0'),
};

const PROFILE_BY_VERSION = {
  '2.19': '2.19',
  '2.24': '2.24',
  '2.25': '2.24',
  '2.26': '2.24',
  '3.0': '3.0',
} as const satisfies Readonly<Record<Version, Profile>>;

export const RULESETS: Readonly<Record<Version, Ruleset>> = {
  ...PROFILE_RULESETS,
  '2.25': serveAs('2.25'),
  '2.26': serveAs('2.26'),
};

/** Returns the ruleset of a version's profile, under the name of the version. */
function serveAs(version: Version): Ruleset {
  return { ...PROFILE_RULESETS[PROFILE_BY_VERSION[version]], profile: version, servedAs: version };
}

export function profileOf({ runai }: Pick<Settings, 'runai'>): Profile {
  return PROFILE_BY_VERSION[runai];
}
