import { rfc3339 } from '../../lib/clock.ts';
import type { MissingRights } from '../decide.ts';
import type { Decision } from '../decision.ts';
import type { Principal } from '../principal.ts';
import type { Reasons } from '../reasons.ts';
import { nameWithLabel } from './needs.ts';

/** Explains the decision to the caller in one sentence. @param reasons of all services */
export function explain(decision: Decision, reasons: Reasons): string {
  const { operation, rule } = decision;
  const caller = namePrincipal(decision.principal);
  const outcome =
    decision.effect === 'allow'
      ? `${caller} may call ${operation}${rule === null ? '' : ` (rule ${rule})`}`
      : `${operation} was refused${describeVersion(decision)}: ${describeGrounds(decision, caller, reasons)}`;
  const detail = decision.credential?.detail === undefined ? '' : ` (${decision.credential.detail})`;
  return `${outcome}${detail}${describePending(decision)}`;
}

/** Names the version of the policy; empty if the first version is active and no other is pending. */
function describeVersion({ rights: { policyVersion, pending } = {} }: Decision): string {
  return policyVersion === undefined || (policyVersion === 1 && pending === undefined)
    ? ''
    : ` under version ${policyVersion} of the policy`;
}

function describePending({ rights: { pending } = {} }: Decision): string {
  if (pending === undefined) return '';
  const effect = pending.effect === 'allow' ? 'would allow' : 'would refuse';
  return `; version ${pending.version} is recorded, and ${effect} it from ${rfc3339(pending.effectiveAt)}`;
}

function describeGrounds(decision: Decision, caller: string, reasons: Reasons): string {
  const { reason, resources = {} } = decision;
  const { target, boundTo, accepted = [], held = [] } = resources;
  switch (reason) {
    case 'missing_role':
    case 'missing_permission':
    case 'missing_scope':
      return `it needs ${describeMissing(decision)}, and ${caller} ${describeHeld(decision)}`;
    case 'incompatible_resource_type':
      if (isGrantedByScope(decision)) {
        return `${caller} has the permission for ${quote(held)}, but the call concerns all of ${quote(accepted)}`;
      }
      return `${caller} has the scope, but it applies only to ${quote(accepted)}; the key is bound to ${quote(held) || 'nothing'}`;
    case 'resource_mismatch':
      if (isGrantedByScope(decision)) {
        return `${caller} has the permission for \`${boundTo}\`, but the call is about \`${target}\``;
      }
      return `${caller} is bound to \`${boundTo}\`, but the call is about \`${target}\``;
    case 'foreign_object':
      return `\`${target}\` belongs to \`${boundTo}\`, so it does not exist for ${caller}`;
    case 'no_such_object':
      return `\`${target}\` does not exist for ${caller}`;
    case 'other_organization':
      return `the path has an organisation other than \`${decision.principal?.org}\`, the organisation of ${caller}`;
    case null:
      return 'no reason was recorded';
    default:
      return [reasons[reason]?.meaning, describeClaimed(decision)].filter(Boolean).join('; ');
  }
}

/** Refusals of a token with a verified signature, which proves whom the token was issued to. */
const VERIFIED_TOKEN_REASONS: readonly (string | null)[] = [
  'expired_token',
  'not_yet_valid',
  'revoked_token',
  'disabled',
];

function describeClaimed({ credential, reason }: Decision): string | undefined {
  if (credential?.claimed === undefined) return undefined;
  const relation = VERIFIED_TOKEN_REASONS.includes(reason) ? 'it was issued to' : 'it claims to be';
  return `${relation} ${namePrincipal(credential.claimed)}`;
}

/** Returns whether each scope has separate permissions, rather than the key as a whole. */
function isGrantedByScope({ input }: Decision): boolean {
  return input?.caller.held.rightsByRule !== undefined;
}

function describeMissing({ rights: { missing = [], missingAnyOf = [] } = {}, input }: Decision): string {
  const permissions = input?.accessRequest.ruleset.tables.permissions ?? [];
  const describeIds = (ids: readonly string[]) => ids.map((id) => nameWithLabel(permissions, id)).join(', ');
  return describeLack({ missing, missingAnyOf }, describeIds);
}

function describeHeld({ rights: { held = [], roles } = {} }: Decision): string {
  const names = [...held];
  const rights = names.length === 0 ? 'no rights' : quote(names);
  if (roles === undefined) return `has ${rights}`;
  return roles.length === 0 ? `has ${rights} and no role` : `with the role ${quote(roles)} has ${rights}`;
}

export function quote(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

/** Describes missing rights: all missing permissions, and the alternatives of which one is needed. */
export function describeLack(
  { missing, missingAnyOf = [] }: MissingRights,
  names: (permissions: readonly string[]) => string = quote,
): string {
  const oneOf = missingAnyOf.length === 0 ? '' : `one of ${names(missingAnyOf)}`;
  return [names(missing), oneOf].filter(Boolean).join(', and ');
}

export function namePrincipal(principal: Principal | null): string {
  return principal === null ? 'the caller' : `${principal.kind.replace('-', ' ')} \`${principal.name}\``;
}

/** Maximum size of the header: Node's clients accept 16 kB for all headers together. */
const MAX_HEADER_LENGTH = 4096;

/** Returns the value of `x-mock-decision`: JSON in ASCII, up to 4 kB. @param see where the console shows a denial */
export function createDecisionHeader(decision: Decision, see: string | null = null): string {
  const { id, effect, reason, basis, rights = {} } = decision;
  const { missing, missingAnyOf, pending } = rights;
  const certainty = basis?.certainty;
  if (effect === 'allow' && pending === undefined) {
    return certainty === undefined
      ? `{"id":"${id}","effect":"allow"}`
      : `{"id":"${id}","effect":"allow","certainty":"${certainty}"}`;
  }
  // JSON omits undefined members.
  const always = { id, effect, reason: reason ?? undefined, certainty };
  const pendingChange = pending && { ...pending, effectiveAt: rfc3339(pending.effectiveAt) };
  const page = see === null ? {} : { see };
  const header = JSON.stringify({ ...always, missing, missingAnyOf, pending: pendingChange, ...page });
  return header.length <= MAX_HEADER_LENGTH ? header : JSON.stringify({ ...always, ...page });
}
