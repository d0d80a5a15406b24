import type { ResourceTypeRow, Tables } from './rule.ts';

/** The tables of one service in one profile, with indexes for requests. */
export interface Ruleset {
  readonly service: string;
  /** The version of the vendor's API, or the interpretation of its rules; null if there is only one. */
  readonly profile: string | null;
  readonly tables: Tables;
  /** The name of the document that the tables match. */
  readonly document: string;
  /** The version that the served document names, if it is not the document's own. */
  readonly servedAs?: string;
  readonly resourceTypes: ReadonlyMap<string, ResourceTypeRow>;
}

export function createRuleset(service: string, profile: string | null, tables: Tables, document = service): Ruleset {
  return {
    service,
    profile,
    tables,
    document,
    resourceTypes: new Map((tables.resourceTypes ?? []).map((row) => [row.id, row])),
  };
}

/** Returns all permissions of a user with these roles. Unknown roles have none. */
export function permissionsOfRoles({ roles, permissions }: Tables, names: readonly string[]): ReadonlySet<string> {
  const ofEveryUser = permissions.flatMap(({ id, ofEveryUser }) => (ofEveryUser === true ? [id] : []));
  const ofRoles = roles.filter(({ name }) => names.includes(name)).flatMap((role) => role.permissions);
  return new Set([...ofEveryUser, ...ofRoles]);
}

export interface OfProfiles<Profile extends string = string> {
  /** Absent: all profiles. */
  readonly profiles?: readonly Profile[];
}

export function rowsOfProfile<Row extends object>(rows: readonly Row[], profile: string): Omit<Row, 'profiles'>[] {
  return (rows as readonly (Row & OfProfiles)[])
    .filter(({ profiles }) => profiles?.includes(profile) !== false)
    .map(({ profiles: _, ...row }) => row);
}

/** The server's options, also those that services add (`declare module`), with durations in milliseconds. */
// biome-ignore lint/suspicious/noEmptyInterface: services add members by `declare module`
export interface Settings {}
