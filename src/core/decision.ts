import { type Instant, rfc3339 } from './clock.ts';
import type { Principal } from './principal.ts';
import { DENY_REASONS, type DenyReason } from './reasons.ts';
import type { RoleRow, Tables } from './rule.ts';

/** What was decided about one request, and why. Holds no token and no secret. */
export interface Decision {
  readonly id: string;
  readonly at: Instant;
  readonly service: string;
  readonly operation: string;
  readonly request: { readonly method: string; readonly path: string };
  readonly effect: 'allow' | 'deny';
  readonly principal: Principal | null;
  /** Whom a credential that was not accepted would have stood for, where that is known. */
  readonly claimed?: Principal;
  readonly rule: string | null;
  readonly reason: DenyReason | null;
  /** Grants that the rule needs and the caller lacks. */
  readonly missing?: readonly string[];
  /** Grants that the caller holds. */
  readonly held?: readonly string[];
  readonly roles?: readonly string[];
  /** The object that the path names. */
  readonly target?: string;
  /** Whose the object is, where it is not the caller's. */
  readonly boundTo?: string;
  /** Facts about the credential that make the reason concrete. */
  readonly detail?: string;
}

/** One change that would turn a refusal, or the first step of it. */
export interface Fix {
  readonly kind: 'authenticate' | 'credential' | 'role' | 'identity' | 'grant' | 'object';
  readonly text: string;
  /** The roles that would do, where the fix is a role. */
  readonly roles?: readonly string[];
}

/** The decision as one English sentence for the person whose request it was. */
export function explain(decision: Decision): string {
  const who = decision.principal === null ? 'the caller' : named(decision.principal);
  if (decision.effect === 'allow') {
    return `${who} may call ${decision.operation}${decision.rule === null ? '' : ` (rule ${decision.rule})`}`;
  }
  const because = grounds(decision, who);
  return `${decision.operation} was refused: ${because}${decision.detail === undefined ? '' : ` (${decision.detail})`}`;
}

/** The smallest changes that would turn a refusal; none for an answer that was allowed. */
export function fixes(decision: Decision, tables: Tables): Fix[] {
  if (decision.reason === null) return [];
  if (decision.reason === 'missing_permission' || decision.reason === 'missing_scope') {
    return roleFixes(decision, tables.roles);
  }
  return [FIXES[decision.reason]];
}

/** The decision as the switchboard shows it. */
export function describeDecision(decision: Decision, tables: Tables): Record<string, unknown> {
  return {
    ...decision,
    at: rfc3339(decision.at),
    fixes: fixes(decision, tables),
    explanation: explain(decision),
  };
}

function named(principal: Principal): string {
  return `${principal.kind.replace('-', ' ')} \`${principal.name}\``;
}

function grounds(decision: Decision, who: string): string {
  switch (decision.reason) {
    case 'missing_permission':
    case 'missing_scope':
      return `it needs ${list(decision.missing ?? [])}, and ${who} ${holding(decision)}`;
    case 'foreign_object':
      return `\`${decision.target}\` belongs to \`${decision.boundTo}\`, so it does not exist for ${who}`;
    case 'no_such_object':
      return `there is no \`${decision.target}\` for ${who}`;
    case null:
      return 'of no recorded reason';
    default:
      return [DENY_REASONS[decision.reason].meaning, decision.claimed && `it claims to be ${named(decision.claimed)}`]
        .filter(Boolean)
        .join('; ');
  }
}

function holding(decision: Decision): string {
  const held = decision.held ?? [];
  const roles = decision.roles ?? [];
  const holds = held.length === 0 ? 'holds nothing' : `holds ${list(held)}`;
  return roles.length === 0 ? `has no role and ${holds}` : `with the role ${list(roles)} ${holds}`;
}

function roleFixes(decision: Decision, roles: readonly RoleRow[]): Fix[] {
  const missing = decision.missing ?? [];
  const would = roles.filter((role) => missing.every((grant) => role.grants.includes(grant))).map((role) => role.name);
  const who = decision.principal === null ? 'the caller' : named(decision.principal);
  if (would.length === 0) return [{ kind: 'grant', text: `give ${who} ${list(missing)}` }];
  return [
    { kind: 'role', roles: would, text: `give ${who} a role that has ${list(missing)}: ${list(would)}` },
    { kind: 'identity', roles: would, text: `call as somebody who has the role ${list(would)}` },
  ];
}

function list(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ');
}

const GET_TOKEN = 'get a new token from the token endpoint';
const SEND_TOKEN: Fix = {
  kind: 'authenticate',
  text: 'send one header `Authorization: Bearer <token>`, with a token of this server',
};
const NEW_TOKEN: Fix = { kind: 'credential', text: GET_TOKEN };
const LOG_IN_AGAIN: Fix = {
  kind: 'credential',
  text: 'log in again with the `password` grant; each refresh token counts once',
};

const FIXES: Record<Exclude<DenyReason, 'missing_permission' | 'missing_scope'>, Fix> = {
  no_token: SEND_TOKEN,
  multiple_authorization: SEND_TOKEN,
  wrong_scheme: SEND_TOKEN,
  malformed_token: NEW_TOKEN,
  unsupported_algorithm: NEW_TOKEN,
  unknown_key_id: { kind: 'credential', text: `${GET_TOKEN}; it was signed by another server or with an earlier key` },
  bad_signature: { kind: 'credential', text: `${GET_TOKEN}, and send it unchanged` },
  wrong_issuer: {
    kind: 'credential',
    text: `${GET_TOKEN} under the host name you call, or start the server with \`--public-url\` or \`--alias\``,
  },
  expired_token: NEW_TOKEN,
  not_yet_valid: { kind: 'credential', text: `${GET_TOKEN}; this one is from a time the clock has not reached` },
  unknown_subject: { kind: 'credential', text: `${GET_TOKEN}; its subject was deleted, or the world was reset` },
  disabled: { kind: 'identity', text: 'enable it, or use another identity' },
  unknown_client: { kind: 'credential', text: 'use a client id of `GET /_mock/cast`, or create an access key' },
  wrong_grant: {
    kind: 'credential',
    text: 'use `app_token` for an application, `client_credentials` for an access key or a service account',
  },
  wrong_secret: {
    kind: 'credential',
    text: 'use the secret that was shown when it was created, or regenerate it; a regenerated secret ends the one before',
  },
  unknown_user: { kind: 'credential', text: 'use the e-mail address of a user of `GET /_mock/cast`' },
  wrong_password: { kind: 'credential', text: 'use the password of `GET /_mock/cast`' },
  unknown_refresh_token: LOG_IN_AGAIN,
  expired_refresh_token: LOG_IN_AGAIN,
  reused_refresh_token: LOG_IN_AGAIN,
  revoked_refresh_token: LOG_IN_AGAIN,
  other_client: { kind: 'credential', text: 'send the `clientId` that the login was made with' },
  no_such_object: { kind: 'object', text: 'use an id from the list; ids of deleted objects are never used again' },
  foreign_object: { kind: 'identity', text: 'call as its owner, or use the administration operations' },
};
