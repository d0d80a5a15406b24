import type { ClaimRule } from '../../tokens/claim-rules.ts';
import type { AccessRule } from './access-rules.ts';
import type { Unit } from './scopes.ts';
import type { Workload, WorkloadPhases } from './workloads.ts';

/** The type of the entries of each list of a seed as written, validated against `SEED_SCHEMA`. */
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

/** An entry with all credentials filled in. */
type Complete<Entry> = Entry & Required<Pick<Entry, keyof Entry & ('id' | 'clientId' | SecretMember)>>;

/** The type of the entries of each list of a seed with all omitted members filled in. */
type CompleteEntries = {
  readonly [List in keyof WrittenEntries]: List extends 'users' ? SeedUser : Complete<WrittenEntries[List]>;
};

/** The lists of a seed with these types of entries. */
export type ListsOf<Entries> = { readonly [List in keyof Entries]?: readonly Entries[List][] };

type SeedOf<Entries> = ListsOf<Entries> & {
  readonly tenant: { readonly id: number; readonly name: string; readonly realm: string };
  readonly workloadPhases?: Partial<WorkloadPhases>;
  readonly claims?: readonly ClaimRule[];
};

/** The Run:ai part of a seed as written, validated against `SEED_SCHEMA`. */
export type WrittenSeed = SeedOf<WrittenEntries>;

/** The Run:ai part of a seed with all omitted members filled in. */
export type RunaiSeed = SeedOf<CompleteEntries>;

/** A group of the identity provider. */
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

/** A role in a scope. The `role` of an identity applies to the whole tenant. */
export type SeedRule = Pick<AccessRule, 'subjectType' | 'subjectId' | 'scopeType' | 'scopeId'> & {
  readonly role: string;
};

/** The names of members with secrets. */
export type SecretMember = 'password' | 'secret' | 'clientSecret';

/** An access key of a seed as written. */
export interface WrittenAccessKey {
  readonly id?: string;
  readonly name: string;
  readonly clientId?: string;
  readonly clientSecret?: string;
}

/** A user of a seed with this type of access keys. */
interface UserOf<AccessKey> {
  readonly id?: string;
  readonly email: string;
  readonly password?: string;
  /** Hash of `password`. Only the built-in cast has it; a test compares the two. */
  readonly passwordHash?: string;
  readonly role: string | null;
  readonly groups?: readonly string[];
  readonly accessKey?: AccessKey;
  readonly accessKeys?: readonly AccessKey[];
  /** Only in a saved cast. */
  readonly bearer?: string;
}
export type WrittenUser = UserOf<WrittenAccessKey>;
export type SeedUser = Complete<UserOf<Complete<WrittenAccessKey>>>;

/** An application or service account of a seed as written, without its secret. */
export interface WrittenClient {
  readonly id?: string;
  readonly name: string;
  readonly clientId?: string;
  readonly role: string | null;
  /** Only in a saved cast. */
  readonly bearer?: string;
}
