import { rfc3339 } from '../../lib/clock.ts';
import type { Decision, DecisionInput } from '../decision.ts';
import type { DenyReason } from '../reasons.ts';
import type { RemedyRow, RoleRow, Tables } from '../rule.ts';
import { describeLack, namePrincipal, quote } from './sentence.ts';

/** A change that would make a refused request succeed, or the first step of it. */
export interface Fix {
  /** `hint`: a likely mistake in the request itself, with its fix. */
  readonly kind: RemedyRow['kind'] | 'role' | 'grant' | 'policy' | 'propagation' | 'hint';
  readonly text: string;
  /** For a role fix: the roles that would suffice. */
  readonly roles?: readonly string[];
  /** The call that makes the change: to the control API, or to the vendor's API by an authorized caller. */
  readonly request?: {
    readonly method: 'PATCH' | 'POST';
    readonly path: string;
    readonly body: Readonly<Record<string, unknown>>;
    /** The principal whose token the call needs; absent for calls to the control API. */
    readonly as?: { readonly principal: string };
  };
}

export interface RightsFixes {
  readonly fixes: readonly Fix[];
  /** If there are no fixes: the reason whose remedy applies instead. Absent: no remedy. */
  readonly otherwise?: DenyReason;
}

/** Finds the fixes of a refusal for credentials with a rights model of its own; null if it is not about rights. */
export type FindFixes = (decision: Decision, input: DecisionInput, reason: DenyReason) => RightsFixes | null;

/** Finds the smallest changes that would fix a refusal; none if the request was allowed or nothing can fix it. */
export function findFixes(decision: Decision, tables: Tables, findRightsFixes?: FindFixes): readonly Fix[] {
  const { reason, input } = decision;
  if (reason === null) return [];
  const rightsFixes = input === undefined ? null : (findRightsFixes?.(decision, input, reason) ?? null);
  if (input !== undefined && rightsFixes !== null) {
    if (rightsFixes.fixes.length > 0) return rightsFixes.fixes;
    return findFixesBesideRights(decision, input, rightsFixes, tables);
  }
  const remedies = findRemedies(reason, tables);
  if (remedies.length > 0) return remedies;
  const isLack = reason === 'missing_permission' || reason === 'missing_scope';
  return isLack ? findRoleFixes(decision, tables.roles) : [];
}

function findFixesBesideRights(
  decision: Decision,
  input: DecisionInput,
  { otherwise }: RightsFixes,
  tables: Tables,
): readonly Fix[] {
  const absence = findAbsenceReason(input);
  const cause = absence ?? otherwise;
  const remedies = cause === undefined ? [] : findRemedies(cause, tables);
  if (absence === null || decision.reason !== 'resource_mismatch') return remedies;
  const fix: Fix = {
    kind: 'object',
    text: `request an object that ${namePrincipal(decision.principal)} is bound to: \`${decision.resources?.boundTo}\``,
  };
  return [fix, ...(absence === 'foreign_object' ? remedies : [])];
}

function findRemedies(reason: DenyReason, { remedies }: Tables): readonly RemedyRow[] {
  return [remedies[reason] ?? COMMON_REMEDIES[reason] ?? []].flat();
}

/** Returns why no rights would fix a refusal: its object does not exist, or has another owner. */
function findAbsenceReason({ lookedUp }: DecisionInput): 'no_such_object' | 'foreign_object' | null {
  if (lookedUp?.found === 'nothing') return 'no_such_object';
  return lookedUp?.found === 'foreign' ? 'foreign_object' : null;
}

function findRoleFixes(decision: Decision, roles: readonly RoleRow[]): Fix[] {
  const { missing: all = [], missingAnyOf: any = [] } = decision.rights ?? {};
  const isEnough = ({ permissions }: RoleRow) =>
    all.every((permission) => permissions.includes(permission)) &&
    (any.length === 0 || any.some((permission) => permissions.includes(permission)));
  const sufficient = roles.filter(isEnough).map(({ name }) => name);
  const principalName = namePrincipal(decision.principal);
  const lack = describeLack({ missing: all, missingAnyOf: any });
  if (sufficient.length === 0) return [{ kind: 'grant', text: `give ${principalName} ${lack}` }];
  return [
    { kind: 'role', roles: sufficient, text: `give ${principalName} a role that has ${lack}: ${quote(sufficient)}` },
    { kind: 'identity', roles: sufficient, text: `call as a principal with the role ${quote(sufficient)}` },
  ];
}

const SEND_TOKEN: RemedyRow = {
  kind: 'authenticate',
  text: 'send one `Authorization: Bearer <token>` header with a token or key of this server',
};

const COMMON_REMEDIES: Partial<Record<DenyReason, RemedyRow>> = {
  no_token: SEND_TOKEN,
  multiple_authorization: SEND_TOKEN,
  wrong_scheme: SEND_TOKEN,
  no_such_object: {
    kind: 'object',
    text: 'use an id from the list of objects; ids of deleted objects are not reused',
  },
  foreign_object: { kind: 'identity', text: 'call as the owner' },
  not_owner: { kind: 'identity', text: 'call as the owner; other callers may only read it' },
  foreign_credential: {
    kind: 'credential',
    text: 'send a key of `GET /_mock/cast` or any other string instead; if the key is real, consider revoking it',
  },
  other_organization: {
    kind: 'identity',
    text: 'use a key of the organisation in the path, or put the organisation of the key into the path',
  },
};

/** Converts a decision to the form of the control API, most important members first. */
export function describeDecision(
  decision: Decision,
  { fixes, explanation }: { readonly fixes: readonly Fix[]; readonly explanation: string },
) {
  const { id, at, service, operation, request, effect, principal, rule, reason } = decision;
  const { basis, rights = {}, resources, credential, hints = [] } = decision;
  const { pending, held, ...compared } = rights;
  return {
    id,
    at: rfc3339(at),
    service,
    operation,
    request,
    effect,
    principal,
    rule,
    reason,
    ...basis,
    ...credential,
    ...compared,
    ...(held !== undefined && { held: [...held].sort() }),
    ...resources,
    ...(pending !== undefined && { pending: { ...pending, effectiveAt: rfc3339(pending.effectiveAt) } }),
    // Hints come first: they are about this request, while fixes are general.
    fixes: [...hints.map((text): Fix => ({ kind: 'hint', text })), ...fixes],
    explanation,
  };
}
