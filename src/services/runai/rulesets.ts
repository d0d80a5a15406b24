import { createRuleset, type Ruleset, rowsOfProfile } from '../../decisions/ruleset.ts';
import type { Settings } from '../../definitions/settings.ts';
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

/** Versions with separate tables and documents. */
export const PROFILES: readonly Profile[] = ['2.19', '2.24', '3.0'];

/** The predefined roles of each version, with their permissions in that version. */
export const ROLES_BY_PROFILE: Readonly<Record<Profile, readonly PredefinedRole[]>> = {
  '2.19': limitToProfile('2.19', ROLES_2_19),
  '2.24': limitToProfile('2.24', ROLES_2_24),
  '3.0': limitToProfile('3.0', ROLES_2_24),
};

function limitToProfile(profile: Profile, roles: readonly PredefinedRole[]): PredefinedRole[] {
  const existing = new Set<string>(rowsOfProfile(PERMISSIONS, profile).map(({ id }) => id));
  return roles.map((role) => ({
    ...role,
    permissions: role.permissions.filter((permission) => existing.has(permission)),
  }));
}

/** Builds the ruleset of a version, without operations that it lacks. */
function buildRuleset(profile: Profile): Ruleset {
  const operations = rowsOfProfile(OPERATIONS, profile);
  const used = new Set<string>(operations.map(({ rule }) => rule));
  return createRuleset(
    'runai',
    profile,
    {
      term: 'permission',
      permissions: rowsOfProfile(PERMISSIONS, profile),
      resourceTypes: SCOPE_TYPES,
      roles: ROLES_BY_PROFILE[profile],
      rules: RULES.filter(({ id }) => used.has(id)),
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

/** The ruleset of each version of `--runai`. */
export const RULESETS: Readonly<Record<Version, Ruleset>> = {
  ...PROFILE_RULESETS,
  '2.25': { ...PROFILE_RULESETS['2.24'], profile: '2.25', servedAs: '2.25' },
  '2.26': { ...PROFILE_RULESETS['2.24'], profile: '2.26', servedAs: '2.26' },
};

/** Returns the version that provides the tables. */
export function profileOf({ runai }: Pick<Settings, 'runai'>): Profile {
  return runai === '2.25' || runai === '2.26' ? '2.24' : runai;
}
