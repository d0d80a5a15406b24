import type { Context } from '../../../contract/request.ts';
import { invalidRequest, Problem } from '../../../decisions/problem.ts';
import type { Outcome } from '../../../decisions/responses/outcome.ts';
import { formatShellWord } from '../../../lib/curl.ts';
import { own } from '../../../lib/members.ts';
import { MAX_SENTENCE_LENGTH } from '../../../lib/pages.ts';
import { shorten } from '../../../lib/redact.ts';
import { type OAuthClient, oauthClientsIn } from '../collections/oauth-clients.ts';
import { renderClientsPage } from '../pages/oauth-clients.ts';
import { toErrorDescription } from '../problem.ts';
import { isRedirectOf, isRedirectUri } from '../redirect-uris.ts';
import { type Form, type RealmContext, readIssuerInPath } from './oauth-client.ts';
import { parseScope } from './oauth-token.ts';

/** A request with a valid client and a valid redirect URI (RFC 6749, 4.1.1; OpenID Connect Core 1.0, 3.1.2.1). */
export interface AuthorizationRequest {
  readonly issuer: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly form: Form;
}

/** An error page, with the problem that it shows. */
type RefusedPage = Outcome<400, Buffer> & { readonly refusal: Problem };

/**
 * Checks the client and the redirect URI of a request. Must come first: other errors are sent to the redirect URI, and
 * the browser must not be redirected to an unverified URI (RFC 6749, 4.1.2.1).
 *
 * @returns the request; an error page that lists the known clients if a check fails
 * @throws Problem if the realm does not exist
 */
export async function readAuthorizationRequest(
  context: RealmContext,
  form: Form,
): Promise<AuthorizationRequest | RefusedPage> {
  const issuer = await readIssuerInPath(context);
  const { client_id: clientId, redirect_uri: redirectUri } = form;
  const client = await oauthClientsIn(context).byId(clientId ?? '');
  if (client === null) {
    const problem = clientId === undefined ? 'is missing' : 'is not a client for user logins';
    return renderRefusal(context, `Parameter \`client_id\` ${problem}.`);
  }
  if (redirectUri === undefined) return renderRefusal(context, 'Parameter `redirect_uri` is missing.', client);
  if (!isRedirectOf(client.redirectUris, redirectUri, context.origin)) {
    return renderRefusal(context, describeRedirectRefusal(client.clientId, redirectUri), client);
  }
  return { issuer, clientId: client.clientId, redirectUri, form };
}

function describeRedirectRefusal(clientId: string, uri: string): string {
  const shortUri = shorten(uri, MAX_SENTENCE_LENGTH);
  const refusal = `Parameter \`redirect_uri\` is \`${shortUri}\`, which is not a redirect URI of \`${clientId}\`.`;
  if (!URL.canParse(uri) || !isRedirectUri(uri)) return `${refusal} It must be an absolute URL without a fragment.`;
  return `${refusal} To allow it, start the server with \`--redirect-uri ${formatShellWord(`${clientId}=${uri}`)}\`.`;
}

/** Renders an error page. @param client the only client that the page lists; all clients by default */
async function renderRefusal(context: Context, message: string, client?: OAuthClient): Promise<RefusedPage> {
  const clients = client === undefined ? await oauthClientsIn(context).all() : [client];
  const refusal = invalidRequest(message);
  return { ...renderClientsPage(400, message, clients, context.origin), refusal };
}

/** Ways to return parameters (OAuth 2.0 Multiple Response Type Encoding Practices; Form Post Response Mode). */
export const RESPONSE_MODES = ['query', 'fragment', 'form_post'] as const;

/** An S256 challenge, in base64url without padding (RFC 7636, 4.2). */
const CHALLENGE_PATTERN = /^[A-Za-z0-9_-]{43}$/;

/** Returns the error to send to the client, if any (RFC 6749, 4.1.2.1; OpenID Connect Core 1.0, 3.1.2.6). */
export function findRequestError({ form }: AuthorizationRequest): Form | null {
  const { response_type: type, response_mode: mode } = form;
  for (const name of ['request', 'request_uri']) {
    if (own(form, name) !== undefined) {
      return createError(`${name}_not_supported`, `The parameter ${name} is not supported.`);
    }
  }
  if (type === undefined) return createError('invalid_request', 'The parameter response_type is missing.');
  if (type !== 'code') return createError('unsupported_response_type', 'The parameter response_type must be code.');
  if (mode !== undefined && !RESPONSE_MODES.some((supported) => supported === mode)) {
    return createError('invalid_request', 'The parameter response_mode must be query, fragment or form_post.');
  }
  return findChallengeError(form) ?? findScopeError(form);
}

/** Returns the error of the code challenge, if any (RFC 7636, 4.4.1). */
function findChallengeError({ code_challenge: challenge, code_challenge_method: method }: Form): Form | null {
  if (challenge === undefined) {
    return method === undefined ? null : createError('invalid_request', 'The parameter code_challenge is missing.');
  }
  if (method !== 'S256') {
    return createError('invalid_request', 'The parameter code_challenge_method must be S256.');
  }
  if (!CHALLENGE_PATTERN.test(challenge)) {
    return createError('invalid_request', 'The parameter code_challenge must be 43 characters of base64url.');
  }
  return null;
}

function findScopeError({ scope }: Form): Form | null {
  try {
    parseScope(scope);
    return null;
  } catch (thrown) {
    if (!(thrown instanceof Problem)) throw thrown;
    return createError('invalid_scope', thrown.message);
  }
}

function createError(error: string, description: string): Form {
  return { error, error_description: toErrorDescription(description) };
}
