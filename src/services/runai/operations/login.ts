import type { Answer, Context, Handler } from '../../../contract/request.ts';
import { hashSecret } from '../../../credentials/secret.ts';
import { addMark } from '../../../credentials/world-mark.ts';
import { Problem } from '../../../decisions/problem.ts';
import { own } from '../../../objects/members.ts';
import { MAX_SENTENCE_LENGTH, renderMessagePage } from '../../../pages/message.ts';
import type { Outcome } from '../../../responses/outcome.ts';
import { shellWord } from '../../../text/curl.ts';
import { shorten } from '../../../text/shorten.ts';
import { later } from '../../../time/clock.ts';
import { grantsIn, type Login } from '../collections/grants.ts';
import type { Identity } from '../collections/identities.ts';
import { type OAuthClient, oauthClientsIn } from '../collections/oauth-clients.ts';
import { lastExpiryOf } from '../issue-tokens.ts';
import { renderClientsPage, renderFormPostPage, renderLoginPage } from '../pages/login.ts';
import { findPeople } from '../people.ts';
import { toErrorDescription } from '../problem.ts';
import { isRedirectOf, isRedirectUri } from '../redirect-uris.ts';
import { readRefreshToken } from '../refresh-tokens.ts';
import { addLoginToCookie, removeLoginFromCookie } from '../session-cookie.ts';
import { issuerPath, readRealm } from '../tenant.ts';
import { refuseIfEnded } from './grants/grant.ts';
import { authenticateUser, createPasswordPremise, createUserProblem, findSelectedUser } from './grants/password.ts';
import { createLogin } from './grants/sessions.ts';
import { type Form, type RealmContext, readForm, readIssuerInPath } from './oauth-client.ts';
import { parseScope } from './oauth-token.ts';

const CODE_LENGTH = 43;

/** Maximum number of users on the login page. */
const MAX_USERS = 20;

/** An S256 challenge, in base64url without padding (RFC 7636, 4.2). */
const CHALLENGE = /^[A-Za-z0-9_-]{43}$/;

/** Parameters of the authorization request that the login form repeats. */
const REPEATED_PARAMETERS = [
  'response_type',
  'client_id',
  'redirect_uri',
  'scope',
  'state',
  'nonce',
  'code_challenge',
  'code_challenge_method',
  'response_mode',
] as const;

/** A request with a valid client and redirect URI (RFC 6749, 4.1.1; OpenID Connect Core 1.0, 3.1.2.1). */
interface AuthorizationRequest {
  readonly issuer: string;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly form: Form;
}

/** The authorization endpoint. Always shows the login page, because the mock has no browser sessions. */
const authorize: Handler<'runai', 'authorize'> = (context) => startLogin(context, readForm(context.query));
const authorizeByPost: Handler<'runai', 'authorize_by_post'> = (context) => startLogin(context, readForm(context.body));

async function startLogin(context: RealmContext, form: Form): Promise<Answer<'runai', 'authorize'>> {
  const request = await checkRequest(context, form);
  if ('refusal' in request) return request;
  const error = findRequestError(request);
  if (error !== null) return respondToClient(request, error);
  if (form['prompt']?.split(' ').includes('none') === true) {
    return respondToClient(request, {
      error: 'login_required',
      error_description: 'This server has no browser sessions. Repeat the request without prompt=none.',
    });
  }
  return renderLogin(context, request, form['login_hint'] ?? '', null);
}

const logIn: Handler<'runai', 'log_in'> = async (context) => {
  const form = readForm(context.body);
  const request = await checkRequest(context, form);
  if ('refusal' in request) return request;
  const error = findRequestError(request);
  if (error !== null) return respondToClient(request, error);
  const { username = '' } = form;
  try {
    const user = await identifyUser(context, request);
    const login = createLogin(context, user, request.clientId, parseScope(form['scope']));
    const code = await refuseIfEnded(issueCode(context, request, user, login), (reason) =>
      createUserProblem(reason, { identity: user, clientId: request.clientId }),
    );
    const response = respondToClient(request, { code, session_state: login.family });
    return {
      ...response,
      headers: { ...response.headers, 'set-cookie': await addLoginToCookie(context, login.family) },
    };
  } catch (thrown) {
    if (!(thrown instanceof Problem)) throw thrown;
    return { ...(await renderLogin(context, request, username, thrown.message)), status: 401, refusal: thrown };
  }
};

/** Returns the user who logs in with a password, or who was selected from the list. @throws Problem */
function identifyUser(context: Context, { form, clientId }: AuthorizationRequest): Promise<Identity> {
  const { username, password, user } = form;
  if (user === undefined) return authenticateUser(context, username ?? '', password ?? '', clientId);
  if (username === undefined && password === undefined) return findSelectedUser(context, user, clientId);
  throw new Problem('invalid_request', 'Send `user`, or `username` and `password`, not both.');
}

/** RP-initiated logout. Ends the login of the ID token or refresh token. */
const endSession: Handler<'runai', 'end_session'> = (context) => logOut(context, readForm(context.query));
const endSessionByPost: Handler<'runai', 'end_session_by_post'> = (context) => logOut(context, readForm(context.body));

async function logOut(context: RealmContext, form: Form): Promise<Answer<'runai', 'end_session'>> {
  await readIssuerInPath(context);
  const { store, now } = context;
  const hint = form['id_token_hint'];
  const claims = hint === undefined ? null : await context.tokens.readIdToken(hint, now);
  if (claims !== null && form['client_id'] !== undefined && form['client_id'] !== claims.aud) {
    throw new Problem('invalid_request', 'Parameter `client_id` differs from the client of `id_token_hint`.');
  }
  if (claims !== null) await grantsIn(store).end(claims.sid, now, lastExpiryOf(context));
  const refreshToken = form['refresh_token'];
  const presented = refreshToken === undefined ? null : await readRefreshToken(refreshToken, context);
  // A used or expired refresh token may end its login, too.
  const login = presented === null ? null : await grantsIn(store).loginOf(presented);
  if (login !== null && (login.clientId === null || login.clientId === form['client_id'])) {
    await grantsIn(store).end(login.family, now, lastExpiryOf(context));
  }
  const response = await respondToLogout(context, form, claims?.aud ?? form['client_id'] ?? '');
  const cookie = await removeLoginFromCookie(context, claims?.sid ?? login?.family ?? null);
  return { ...response, headers: { ...response.headers, 'set-cookie': cookie } };
}

/** @throws Problem if `post_logout_redirect_uri` does not belong to the client */
async function respondToLogout(
  context: RealmContext,
  form: Form,
  clientId: string,
): Promise<Answer<'runai', 'end_session'>> {
  if (form['refresh_token'] !== undefined) return { status: 204 };
  const target = form['post_logout_redirect_uri'];
  if (target === undefined) return renderMessagePage(200, 'Logged out', 'You are logged out. You can close this page.');
  const client = await oauthClientsIn(context).byId(clientId);
  if (client === null || !isRedirectOf(client.redirectUris, target, context.origin)) {
    throw new Problem(
      'invalid_request',
      'Parameter `post_logout_redirect_uri` is not a redirect URI of the client. Identify the client with `id_token_hint` or `client_id`.',
    );
  }
  return redirect(withQuery(target, definedFields({ state: form['state'] })));
}

export const loginOperations = {
  authorize,
  authorize_by_post: authorizeByPost,
  log_in: logIn,
  end_session: endSession,
  end_session_by_post: endSessionByPost,
};

type RefusedPage = Outcome<400, Buffer> & { readonly refusal: Problem };

/**
 * Validates client and redirect URI. Must come first: never redirect to an unverified URI (RFC 6749, 4.1.2.1).
 *
 * @returns an error page that lists the known clients, if the check fails
 * @throws Problem if the realm does not exist
 */
async function checkRequest(context: RealmContext, form: Form): Promise<AuthorizationRequest | RefusedPage> {
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
  return `${refusal} To allow it, start the server with \`--redirect-uri ${shellWord(`${clientId}=${uri}`)}\`.`;
}

/** @param client the client of the request, if it exists: the page then lists only this client */
async function renderRefusal(context: Context, message: string, client?: OAuthClient): Promise<RefusedPage> {
  const clients = client === undefined ? await oauthClientsIn(context).all() : [client];
  const refusal = new Problem('invalid_request', message);
  return { ...renderClientsPage(400, message, clients, context.origin), refusal };
}

/** Returns the error to send to the client, if any (RFC 6749, 4.1.2.1; OpenID Connect Core 1.0, 3.1.2.6). */
function findRequestError({ form }: AuthorizationRequest): Form | null {
  const { response_type: type, response_mode: mode, code_challenge: challenge, code_challenge_method: method } = form;
  const createError = (error: string, description: string) => ({
    error,
    error_description: toErrorDescription(description),
  });
  for (const name of ['request', 'request_uri']) {
    if (own(form, name) !== undefined)
      return createError(`${name}_not_supported`, `The parameter ${name} is not supported.`);
  }
  if (type === undefined) return createError('invalid_request', 'The parameter response_type is missing.');
  if (type !== 'code') return createError('unsupported_response_type', 'The parameter response_type must be code.');
  if (mode !== undefined && !RESPONSE_MODES.some((supported) => supported === mode)) {
    return createError('invalid_request', 'The parameter response_mode must be query, fragment or form_post.');
  }
  if (challenge === undefined && method !== undefined) {
    return createError('invalid_request', 'The parameter code_challenge is missing.');
  }
  if (challenge !== undefined && method !== 'S256') {
    return createError('invalid_request', 'The parameter code_challenge_method must be S256.');
  }
  if (challenge !== undefined && !CHALLENGE.test(challenge)) {
    return createError('invalid_request', 'The parameter code_challenge must be 43 characters of base64url.');
  }
  try {
    parseScope(form['scope']);
    return null;
  } catch (thrown) {
    if (!(thrown instanceof Problem)) throw thrown;
    return createError('invalid_scope', thrown.message);
  }
}

type Redirection = Outcome<302, undefined>;

/** Ways to return parameters (OAuth 2.0 Multiple Response Type Encoding Practices; Form Post Response Mode). */
export const RESPONSE_MODES = ['query', 'fragment', 'form_post'] as const;

/** Sends parameters to the client, via the browser. `iss` is the issuer (RFC 9207). */
function respondToClient(
  { issuer, redirectUri, form }: AuthorizationRequest,
  result: Form,
): Redirection | Outcome<200, Buffer> {
  const parameters = definedFields({ ...result, state: form['state'], iss: issuer });
  if (form['response_mode'] === 'form_post') return renderFormPostPage(redirectUri, parameters);
  if (form['response_mode'] === 'fragment') return redirect(`${redirectUri}#${new URLSearchParams(parameters)}`);
  return redirect(withQuery(redirectUri, parameters));
}

function definedFields(form: Form): [name: string, value: string][] {
  return Object.entries(form).filter((entry): entry is [string, string] => entry[1] !== undefined);
}

/** Adds parameters to a URI, keeping its query unchanged (RFC 6749, 4.1.2). */
function withQuery(uri: string, parameters: [name: string, value: string][]): string {
  const query = new URLSearchParams(parameters).toString();
  if (query === '' || /[?&]$/.test(uri)) return `${uri}${query}`;
  return `${uri}${uri.includes('?') ? '&' : '?'}${query}`;
}

function redirect(location: string): Redirection {
  return { status: 302, headers: { location, 'cache-control': 'no-store' } };
}

async function renderLogin(
  context: Context,
  { clientId, form }: AuthorizationRequest,
  username: string,
  error: string | null,
): Promise<Outcome<200, Buffer>> {
  const realm = await readRealm(context);
  const hidden = REPEATED_PARAMETERS.flatMap((name) => (form[name] === undefined ? [] : [[name, form[name]] as const]));
  const { pathname } = new URL(context.openOrigin);
  const action = `${pathname.replace(/\/$/, '')}${issuerPath(realm)}/login-actions/authenticate`;
  const people = context.mayReadCast ? await findPeople(context, MAX_USERS) : null;
  return renderLoginPage({ action, realm, clientId, username, hidden: Object.fromEntries(hidden), error, people });
}

async function issueCode(
  context: Context,
  { clientId, redirectUri, form }: AuthorizationRequest,
  user: Identity,
  login: Login,
): Promise<string> {
  const { store, random, now, settings, world } = context;
  const code = addMark(world.grantMark, random.alphanumeric(CODE_LENGTH));
  await grantsIn(store).issueCode(
    {
      ...login,
      hash: hashSecret(code),
      clientId,
      redirectUri,
      challenge: form['code_challenge'] ?? null,
      nonce: form['nonce'] ?? null,
      expiresAt: later(now, settings.tokenTtl.code),
    },
    now,
    createPasswordPremise(user),
  );
  return code;
}
