import type { Decision, Evidence } from '../decision.ts';
import type { RemedyRow, RoleRow, Tables } from '../rule.ts';
import type { DenyReason } from './reasons.ts';
import { describeLack, namePrincipal, quote } from './sentence.ts';

/** One change that would turn a refusal, or the first step of it. */
export interface Fix {
  /** `hint`: what may be wrong with the request itself, and how to mend it. */
  readonly kind: RemedyRow['kind'] | 'role' | 'grant' | 'policy' | 'propagation' | 'hint';
  readonly text: string;
  /** The roles that would do, if the fix is a role. */
  readonly roles?: readonly string[];
  /** The call that makes the change: to the switchboard, or to the vendor's own API by somebody who is allowed to. */
  readonly request?: {
    readonly method: 'PATCH' | 'POST';
    readonly path: string;
    readonly body: Readonly<Record<string, unknown>>;
    /** Who may send it, with a token of theirs; absent for calls of the switchboard. */
    readonly as?: { readonly principal: string };
  };
}

/** The changes of rights that would turn a refusal. */
export interface RightsFixes {
  readonly fixes: readonly Fix[];
  /** If there are none: the reason whose remedy is given instead. Absent: no remedy. */
  readonly otherwise?: DenyReason;
}

/**
 * Finds what would turn a refusal for credentials whose rights are given in a way of their own.
 *
 * @returns null if rights have nothing to do with it
 */
export type FindFixes = (decision: Decision, evidence: Evidence, reason: DenyReason) => RightsFixes | null;

/** Finds the smallest changes that would turn a refusal; none if it was allowed, or if nothing would turn it. */
export function findFixes(decision: Decision, tables: Tables, findRightsFixes?: FindFixes): readonly Fix[] {
  const { reason, evidence } = decision;
  if (reason === null) return [];
  const found = evidence === undefined ? null : (findRightsFixes?.(decision, evidence, reason) ?? null);
  if (evidence !== undefined && found !== null) {
    if (found.fixes.length > 0) return found.fixes;
    const told = absenceOf(evidence) ?? found.otherwise;
    return told === undefined ? [] : remedyOf(told, tables);
  }
  const remedy = remedyOf(reason, tables);
  if (remedy.length > 0) return remedy;
  const isLack = reason === 'missing_permission' || reason === 'missing_scope';
  return isLack ? roleFixes(decision, tables.roles) : [];
}

function remedyOf(reason: DenyReason, { remedies }: Tables): readonly RemedyRow[] {
  return [remedies[reason] ?? COMMON[reason] ?? []].flat();
}

/** Why no rights would turn a refusal: its object does not exist, or belongs to somebody else. */
function absenceOf({ sighting }: Evidence): 'no_such_object' | 'foreign_object' | null {
  if (sighting?.seen === 'nothing') return 'no_such_object';
  return sighting?.seen === 'foreign' ? 'foreign_object' : null;
}

function roleFixes(decision: Decision, roles: readonly RoleRow[]): Fix[] {
  const { missing: all = [], missingAnyOf: any = [] } = decision;
  const does = ({ permissions }: RoleRow) =>
    all.every((permission) => permissions.includes(permission)) &&
    (any.length === 0 || any.some((permission) => permissions.includes(permission)));
  const would = roles.filter(does).map(({ name }) => name);
  const who = namePrincipal(decision.principal);
  const lack = describeLack({ missing: all, missingAnyOf: any });
  if (would.length === 0) return [{ kind: 'grant', text: `give ${who} ${lack}` }];
  return [
    { kind: 'role', roles: would, text: `give ${who} a role that has ${lack}: ${quote(would)}` },
    { kind: 'identity', roles: would, text: `call as somebody who has the role ${quote(would)}` },
  ];
}

/** Reasons that go away if the same caller is given other rights. */
export const REASONS_OF_RIGHTS: ReadonlySet<DenyReason> = new Set([
  'service_not_enabled',
  'missing_role',
  'missing_permission',
  'missing_scope',
  'incompatible_resource_type',
  'resource_mismatch',
]);

const SEND_TOKEN: RemedyRow = {
  kind: 'authenticate',
  text: 'send one header `Authorization: Bearer <token>`, with a token or key of this server',
};

const ANOTHER_OBJECT: RemedyRow = {
  kind: 'object',
  text: 'use an id from the list; ids of deleted objects are never used again',
};

/** Remedies that are the same for every vendor. */
const COMMON: Partial<Record<DenyReason, RemedyRow>> = {
  no_token: SEND_TOKEN,
  multiple_authorization: SEND_TOKEN,
  wrong_scheme: SEND_TOKEN,
  no_such_object: ANOTHER_OBJECT,
  foreign_object: { kind: 'identity', text: 'call as its owner' },
  not_owner: { kind: 'identity', text: 'call as its owner; others may only read it' },
  foreign_credential: {
    kind: 'credential',
    text: 'send a key of `GET /_mock/cast` in its place, or any other text; if the key is a real one, consider replacing it',
  },
  other_organization: {
    kind: 'identity',
    text: 'use a key of the organisation in the path, or the organisation of the key in the path',
  },
};
