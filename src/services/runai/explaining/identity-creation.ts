import type { Principal } from '../../../decisions/principal.ts';
import type { LeastRights } from '../../../explaining/least-rights.ts';
import { SUBJECT_TYPES } from '../subjects.ts';
import { ACCESS_RULES_PATH } from './fixes.ts';

/** The path that creates an application. */
export const APPLICATIONS_PATH = '/api/v1/apps';

/** A role in a scope, as in a seed. */
export interface RoleInScope {
  readonly role: string;
  readonly scopeType: string;
  readonly scopeId: string;
}

/**
 * Returns the requests that create an application and its access rules; none for other kinds of principals. Users are
 * left out, because no request can choose a password.
 *
 * @param rules access rules without their subject
 */
export function createApplicationRequests(
  { kind, name }: Principal,
  rules: readonly Readonly<Record<string, unknown>>[],
): LeastRights['make'] {
  if (kind !== 'application') return [];
  const subject = { subjectId: name, subjectType: SUBJECT_TYPES[kind] };
  return [
    { method: 'POST', path: APPLICATIONS_PATH, body: { name } },
    ...rules.map((rule) => ({ method: 'POST' as const, path: ACCESS_RULES_PATH, body: { ...subject, ...rule } })),
  ];
}

/** The lists of a seed by kind of identity. */
const LISTS_BY_KIND = { user: 'users', application: 'applications', 'service-account': 'serviceAccounts' } as const;

/** Returns a seed for an identity with only these roles. A single role in the whole tenant becomes its `role`. */
export function createSeedOfRules({ kind, name }: Principal, rules: readonly RoleInScope[]): LeastRights['seedEntry'] {
  // No other kind can have a Run:ai token.
  if (kind !== 'user' && kind !== 'application' && kind !== 'service-account') return {};
  const identifier = kind === 'user' ? { email: name } : { name };
  const [firstRule] = rules;
  const isTenantRole = rules.length === 1 && firstRule?.scopeType === 'tenant';
  const subject = { subjectType: SUBJECT_TYPES[kind], subjectId: name };
  return {
    runai: {
      [LISTS_BY_KIND[kind]]: [{ ...identifier, role: isTenantRole ? firstRule.role : null }],
      ...(!isTenantRole && rules.length > 0 && { accessRules: rules.map((rule) => ({ ...subject, ...rule })) }),
    },
  };
}
