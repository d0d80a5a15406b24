import { HTTP_STATUS, type Problem, type ProblemKind } from '../../core/problem.ts';
import type { CredentialReason } from '../../core/reasons.ts';
import type { About, ErrorForm, Outcome } from '../../service.ts';
import { messagePage } from './pages.ts';

const JSON_TYPE = 'application/json';

/** What `renderProblem` makes. */
export const ERRORS: readonly ErrorForm[] = [
  { schema: 'Error', mediaType: JSON_TYPE },
  { schema: 'OAuthError', mediaType: JSON_TYPE },
  { schema: null, mediaType: 'text/html' },
];

/** What the documentation's own examples say, for the kinds it has an example of. */
const DOCUMENTED_MESSAGES: Partial<Record<ProblemKind, string>> = {
  forbidden: 'You do not have sufficient permissions.',
  not_found: 'Resource id not found.',
  conflict: 'Resource with this name already exists',
};

/** The message of a problem, and what more there is to say. */
export function messageOf({ kind, message }: Problem): string {
  const documented = DOCUMENTED_MESSAGES[kind];
  return documented === undefined ? message : [documented, message].filter(Boolean).join(': ');
}

/** A problem as Run:ai tells it: OAuth errors where tokens are asked for by form, a page where people log in. */
export function renderProblem(problem: Problem, about: About): Outcome {
  if (PAGES.test(about.path)) {
    return messagePage(HTTP_STATUS[problem.kind], 'This cannot be done', problem.message);
  }
  return OAUTH.test(about.path) ? oauthError(problem) : vendorError(problem, about);
}

/** Where people's browsers go. */
const PAGES = /^\/auth\/realms\/[^/]+\/(?:protocol\/openid-connect\/(?:auth|logout)|login-actions\/authenticate)$/;
/** Where RFC 6749, 7009 and 7662 say how errors look. */
const OAUTH =
  /^\/api\/v2\/token$|^\/auth\/realms\/[^/]+\/protocol\/openid-connect\/(?:token(?:\/introspect)?|userinfo|revoke)$/;

/** `code`, `message`, and `details` where there is more to say. */
function vendorError(problem: Problem, { settings }: About): Outcome {
  const status = problem.kind === 'bad_credentials' ? settings.runaiBadCredentials : HTTP_STATUS[problem.kind];
  const documented = DOCUMENTED_MESSAGES[problem.kind];
  const { message } = problem;
  return {
    status,
    headers: {
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
      ...(problem.allow.length > 0 && { allow: problem.allow.join(', ') }),
    },
    body: {
      code: status,
      message: documented ?? message,
      ...(documented !== undefined && message !== '' && { details: message }),
    },
  };
}

type OAuthCode =
  | 'invalid_request'
  | 'invalid_client'
  | 'invalid_grant'
  | 'unauthorized_client'
  | 'unsupported_grant_type'
  | 'invalid_scope'
  | 'invalid_token'
  | 'insufficient_scope'
  | 'server_error'
  | 'temporarily_unavailable';

/** RFC 6749, 5.2, and for userinfo RFC 6750, 3.1. */
const OAUTH_CODES: Partial<Record<ProblemKind, OAuthCode>> = {
  unsupported_grant: 'unsupported_grant_type',
  invalid_scope: 'invalid_scope',
  unauthenticated: 'invalid_token',
  forbidden: 'insufficient_scope',
  internal: 'server_error',
  unavailable: 'temporarily_unavailable',
};

/** Reasons that are about the client, not about what it presents. */
const CLIENT_REASONS: ReadonlySet<CredentialReason> = new Set([
  'unknown_client',
  'wrong_secret',
  'public_client',
  'wrong_scheme',
]);

function oauthError(problem: Problem): Outcome {
  const error = oauthCode(problem);
  const isClient = error === 'invalid_client';
  // A body of another type is a malformed request to RFC 6749, which knows no 415.
  const status = isClient ? 401 : problem.kind === 'unsupported_media_type' ? 400 : HTTP_STATUS[problem.kind];
  const challenge =
    problem.kind === 'unauthenticated' ? `Bearer error="${error}"` : isClient ? problem.challenge : undefined;
  return {
    status,
    headers: {
      'cache-control': 'no-store',
      pragma: 'no-cache',
      ...(challenge !== undefined && { 'www-authenticate': challenge }),
      ...(problem.allow.length > 0 && { allow: problem.allow.join(', ') }),
    },
    body: { error, error_description: described(messageOf(problem)) },
  };
}

function oauthCode({ kind, reason, claimed }: Problem): OAuthCode {
  if (kind !== 'bad_credentials') return OAUTH_CODES[kind] ?? 'invalid_request';
  if (reason === 'wrong_grant') return 'unauthorized_client';
  const isClient = reason !== undefined && CLIENT_REASONS.has(reason);
  const isDisabledClient = reason === 'disabled' && claimed?.kind !== 'user';
  return isClient || (isDisabledClient && claimed !== undefined) ? 'invalid_client' : 'invalid_grant';
}

/** Descriptions are printable ASCII without quotation marks and backslashes (RFC 6749, 5.2). */
function described(message: string): string {
  return message.replaceAll('"', "'").replaceAll(/[^\x20-\x7e]|\\/g, '?');
}
