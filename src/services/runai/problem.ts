import type { ErrorForm, RefusalContext } from '../../contract/service.ts';
import { HTTP_STATUS, type Problem, type ProblemKind } from '../../decisions/problem.ts';
import { renderMessagePage } from '../../pages/message.ts';
import type { Outcome } from '../../responses/outcome.ts';

const JSON_TYPE = 'application/json';

/** The error formats of `renderProblem`. */
export const ERROR_FORMS: readonly ErrorForm[] = [
  { schema: 'Error', mediaType: JSON_TYPE },
  { schema: 'OAuthError', mediaType: JSON_TYPE },
  { schema: null, mediaType: 'text/html' },
];

/** Messages of the vendor's documented examples, verbatim. */
const DOCUMENTED_MESSAGES: Partial<Record<ProblemKind, string>> = {
  forbidden: 'You do not have sufficient permissions.',
  not_found: 'Resource id not found.',
  conflict: 'Resource with this name already exists',
};

/** Returns the documented message, if any, followed by the message of the problem. */
export function messageOf({ kind, message }: Problem): string {
  const documented = DOCUMENTED_MESSAGES[kind];
  if (documented === undefined) return message;
  return message === '' ? documented : `${documented.replace(/\.$/, '')}: ${message}`;
}

/** Renders a problem as Run:ai does: an HTML page for browsers, OAuth errors at OAuth endpoints. */
export function renderProblem(problem: Problem, about: RefusalContext): Outcome {
  if (PAGE_PATHS.test(about.path)) {
    const page = renderMessagePage(HTTP_STATUS[problem.kind], 'The request failed', problem.message);
    return { ...page, headers: { ...page.headers, ...createAllowHeader(problem) } };
  }
  return isOfOAuth(problem, about) ? renderOAuthError(problem, about) : renderVendorError(problem, about);
}

/** Whether to render an OAuth error. The published document has them at `/api/v2/token` for 400 and 401 only. */
function isOfOAuth({ kind }: Problem, { path }: RefusalContext): boolean {
  return OAUTH_PATHS.test(path) && (path !== '/api/v2/token' || HTTP_STATUS[kind] < 500);
}

/** Paths opened in a browser. */
const PAGE_PATHS = /^\/auth\/realms\/[^/]*\/(?:protocol\/openid-connect\/(?:auth|logout)|login-actions\/authenticate)$/;
/** Paths with the error format of RFC 6749, 7009 or 7662. */
const OAUTH_PATHS =
  /^\/api\/v2\/token$|^\/auth\/realms\/[^/]*\/protocol\/openid-connect\/(?:token(?:\/introspect)?|userinfo|revoke)$/;

const USERINFO_PATH = /\/userinfo$/;

function createAllowHeader({ allow }: Problem): Record<string, string> {
  return allow.length > 0 ? { allow: allow.join(', ') } : {};
}

/** Clients often send a token request to the wrong endpoint. */
const JSON_ADVICE =
  'Send JSON with `grantType`, `clientId` and `clientSecret`. A form with `grant_type` belongs to the token endpoint of the realm and, since 2.24, to `/api/v2/token`.';

/** The published document has `clientID` and `appID`; guides and most clients use `clientId` and `appId`. */
const FIELD_OF_DOCUMENT = /`(client|app)ID`/g;

/** Renders Run:ai's error object. `details` has the message if `message` is the documented one. */
function renderVendorError(problem: Problem, { settings, path }: RefusalContext): Outcome {
  const isCredential = problem.kind === 'bad_credentials' || problem.kind === 'bad_client';
  const status = isCredential ? settings.runaiBadCredentials : HTTP_STATUS[problem.kind];
  const documented = DOCUMENTED_MESSAGES[problem.kind];
  const isOtherType = problem.kind === 'unsupported_media_type' && problem.acceptEncoding === undefined;
  const isForm = isOtherType && path === '/api/v1/token';
  const text = isForm ? `${problem.message} ${JSON_ADVICE}` : problem.message;
  const message = path === '/api/v1/token' ? text.replaceAll(FIELD_OF_DOCUMENT, '`$1Id`') : text;
  return {
    status,
    headers: {
      ...(status === 401 && { 'www-authenticate': 'Bearer' }),
      ...createAllowHeader(problem),
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

/** Codes of RFC 6749, 5.2 and, for userinfo, RFC 6750, 3.1. */
const OAUTH_CODES: Partial<Record<ProblemKind, OAuthCode>> = {
  unsupported_grant: 'unsupported_grant_type',
  invalid_scope: 'invalid_scope',
  forbidden: 'insufficient_scope',
  internal: 'server_error',
  beyond_documentation: 'server_error',
  storage_full: 'server_error',
  storage_failing: 'server_error',
  unavailable: 'temporarily_unavailable',
};

function renderOAuthError(problem: Problem, about: RefusalContext): Outcome {
  const error = oauthCodeOf(problem, about);
  const isClient = error === 'invalid_client';
  // RFC 6749 has no 415: another media type is a malformed request.
  const statusOfKind = problem.kind === 'unsupported_media_type' ? 400 : HTTP_STATUS[problem.kind];
  const clientChallenge = isClient ? problem.challenge : undefined;
  const challenge = error === 'invalid_token' ? createBearerChallenge(problem) : clientChallenge;
  return {
    status: isClient ? 401 : statusOfKind,
    headers: {
      'cache-control': 'no-store',
      pragma: 'no-cache',
      ...(challenge !== undefined && { 'www-authenticate': challenge }),
      ...createAllowHeader(problem),
    },
    body: { error, error_description: toErrorDescription(messageOf(problem)) },
  };
}

/** Returns the challenge. Without a token in the request it has no error code (RFC 6750, 3.1). */
function createBearerChallenge({ reason }: Problem): string {
  return reason === 'no_token' ? 'Bearer' : 'Bearer error="invalid_token"';
}

function oauthCodeOf({ kind, reason }: Problem, { path }: RefusalContext): OAuthCode {
  // Of the OAuth endpoints, only userinfo takes an access token. The others authenticate clients.
  if (kind === 'unauthenticated') return USERINFO_PATH.test(path) ? 'invalid_token' : 'invalid_client';
  if (kind === 'bad_client') return reason === 'wrong_grant' ? 'unauthorized_client' : 'invalid_client';
  return kind === 'bad_credentials' ? 'invalid_grant' : (OAUTH_CODES[kind] ?? 'invalid_request');
}

/** Makes a valid `error_description`: printable ASCII without quotation marks and backslashes (RFC 6749, 5.2). */
export function toErrorDescription(message: string): string {
  return message.replaceAll('"', "'").replaceAll(/[^\x20-\x7e]|\\/g, '?');
}
