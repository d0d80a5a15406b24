import { list, object, text } from '../../core/json-schema.ts';
import type { AccessRule } from './access-rules.ts';
import { PROFILES, ROLES_OF } from './laws.ts';
import { SCOPE_TYPES } from './tables/index.ts';

/** As the API itself asks for. */
const keyName = { type: 'string', pattern: '^[a-z][-_a-z0-9]*[a-z0-9]$', minLength: 2, maxLength: 255 } as const;

const roleNames = [...new Set(PROFILES.flatMap((profile) => ROLES_OF[profile].map(({ name }) => name)))];
const role = { enum: [null, ...roleNames] } as const;

/** Ids that stand in paths: one official client writes `_` as `-`. */
const id = { ...text, pattern: '^[A-Za-z0-9.-]+$' } as const;

/** What Run:ai's part of a seed file may hold (JSON Schema). */
export const SEED_SCHEMA = object(
  {
    tenant: object({ id: { type: 'integer' }, name: text, realm: { ...text, pattern: '^[A-Za-z0-9._-]+$' } }),
    users: list(
      object(
        {
          id: text,
          email: text,
          password: text,
          role,
          groups: list(text),
          accessKey: object({ id: text, name: keyName, clientId: text, clientSecret: text }, ['id']),
        },
        ['id', 'groups', 'accessKey'],
      ),
    ),
    applications: list(object({ id: text, name: text, clientId: text, secret: text, role }, ['id'])),
    serviceAccounts: list(object({ id: text, name: text, clientId: text, clientSecret: text, role }, ['id'])),
    clients: list(object({ clientId: text, redirectUris: list(text) })),
    clusters: list(object({ id, name: text })),
    departments: list(object({ id, name: text, clusterId: id }, ['clusterId'])),
    projects: list(object({ id, name: text, departmentId: id, clusterId: id }, ['departmentId', 'clusterId'])),
    workloads: list(object({ id, name: text, type: text, phase: text, projectId: id })),
    accessRules: list(
      object({
        subjectType: { enum: ['user', 'group', 'app', 'service-account'] },
        subjectId: text,
        role: { enum: roleNames },
        scopeType: { enum: SCOPE_TYPES.map((row) => row.id) },
        scopeId: text,
      }),
    ),
  },
  [
    'users',
    'applications',
    'serviceAccounts',
    'clients',
    'clusters',
    'departments',
    'projects',
    'workloads',
    'accessRules',
  ],
);

/** Run:ai's part of a seed, once it was checked against `SEED_SCHEMA`. Ids may be left out, they then follow from the names. */
export interface RunaiSeed {
  readonly tenant: { readonly id: number; readonly name: string; readonly realm: string };
  readonly users?: readonly SeedUser[];
  readonly applications?: readonly SeedClient<'secret'>[];
  readonly serviceAccounts?: readonly SeedClient<'clientSecret'>[];
  readonly clients?: readonly { readonly clientId: string; readonly redirectUris: readonly string[] }[];
  readonly clusters?: readonly SeedUnit[];
  readonly departments?: readonly SeedUnit[];
  readonly projects?: readonly SeedUnit[];
  readonly workloads?: readonly { readonly id: string; readonly name: string; readonly projectId: string }[];
  readonly accessRules?: readonly SeedRule[];
}

interface SeedUnit {
  readonly id: string;
  readonly name: string;
  readonly clusterId?: string;
  readonly departmentId?: string;
}

/** A role in a scope; `role` of somebody is one for the whole tenant. */
export type SeedRule = Pick<AccessRule, 'subjectType' | 'subjectId' | 'scopeType' | 'scopeId'> & {
  readonly role: string;
};

export interface SeedUser {
  readonly id?: string;
  readonly email: string;
  readonly password: string;
  /** Of the built-in cast only: made of `password` beforehand, because that takes 26 ms; a test compares the two. */
  readonly passwordHash?: string;
  readonly role: string | null;
  readonly groups?: readonly string[];
  readonly accessKey?: {
    readonly id?: string;
    readonly name: string;
    readonly clientId: string;
    readonly clientSecret: string;
  };
}

type SeedClient<Secret extends string> = {
  readonly id?: string;
  readonly name: string;
  readonly clientId: string;
  readonly role: string | null;
} & { readonly [Member in Secret]: string };
