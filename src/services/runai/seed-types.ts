import type { ClaimRule } from '../../tokens/claim-rules.ts';
import type { AccessRule } from './access-rules.ts';
import type { Unit } from './scopes.ts';
import type { Workload, WorkloadPhases } from './workloads.ts';

/** The lists of a seed as written, after the check against `SEED_SCHEMA`. */
export interface WrittenEntries {
  readonly users: WrittenUser;
  readonly applications: WrittenClient & { readonly secret?: string };
  readonly serviceAccounts: WrittenClient & { readonly clientSecret?: string };
  readonly groups: SeedGroup;
  readonly roles: SeedRole;
  readonly clients: { readonly clientId: string; readonly redirectUris: readonly string[] };
  readonly clusters: Omit<Unit, 'createdAt'>;
  readonly departments: Omit<Unit, 'createdAt'>;
  readonly projects: Omit<Unit, 'createdAt'>;
  readonly workloads: Omit<Workload, 'createdAt' | 'submission' | 'deletedAt'>;
  readonly accessRules: SeedRule;
}

/** An entry with all omitted credentials filled in. */
type Complete<Entry> = Entry & Required<Pick<Entry, keyof Entry & ('id' | 'clientId' | SecretMember)>>;

type CompleteEntries = {
  readonly [List in keyof WrittenEntries]: List extends 'users' ? SeedUser : Complete<WrittenEntries[List]>;
};

export type ListsOf<Entries> = { readonly [List in keyof Entries]?: readonly Entries[List][] };

type SeedOf<Entries> = ListsOf<Entries> & {
  readonly tenant: { readonly id: number; readonly name: string; readonly realm: string };
  readonly workloadPhases?: Partial<WorkloadPhases>;
  readonly claims?: readonly ClaimRule[];
};

/** Run:ai's part of a seed as written, after the check against `SEED_SCHEMA`. */
export type WrittenSeed = SeedOf<WrittenEntries>;

/** Run:ai's part of a seed with all omitted members filled in. */
export type RunaiSeed = SeedOf<CompleteEntries>;

/** A group of an identity provider. */
export interface SeedGroup {
  readonly name: string;
  readonly role: string | null;
  /** E-mail addresses. */
  readonly users?: readonly string[];
}

/** A custom role. */
export interface SeedRole {
  readonly name: string;
  readonly description?: string;
  /** Names of permission sets. */
  readonly permissionSets: readonly string[];
}

/** A role in a scope. The member `role` of an identity is a role in the whole tenant. */
export type SeedRule = Pick<AccessRule, 'subjectType' | 'subjectId' | 'scopeType' | 'scopeId'> & {
  readonly role: string;
};

/** The members with secrets. */
export type SecretMember = 'password' | 'secret' | 'clientSecret';

export interface WrittenAccessKey {
  readonly id?: string;
  readonly name: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
}

interface UserOf<AccessKey> {
  readonly id?: string;
  readonly email: string;
  readonly password?: string;
  /** The hash of `password`. Only the built-in cast has it written out; a test compares the two. */
  readonly passwordHash?: string;
  readonly role: string | null;
  readonly groups?: readonly string[];
  readonly accessKey?: AccessKey;
  /** Further ones. */
  readonly accessKeys?: readonly AccessKey[];
  /** Only from a saved cast. */
  readonly bearer?: string;
}
export type WrittenUser = UserOf<WrittenAccessKey>;
export type SeedUser = Complete<UserOf<Complete<WrittenAccessKey>>>;

/** An identity that logs in with client id and secret. */
export interface WrittenClient {
  readonly id?: string;
  readonly name: string;
  readonly clientId?: string;
  readonly role: string | null;
  /** Only from a saved cast. */
  readonly bearer?: string;
}
