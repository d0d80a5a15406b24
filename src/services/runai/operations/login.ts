import type { Context, Operations, OutcomeOf } from '../../../contract/request.ts';
import { invalidRequest, Problem } from '../../../decisions/problem.ts';
import type { Outcome } from '../../../decisions/responses/outcome.ts';
import { addMilliseconds } from '../../../lib/clock.ts';
import { hashSecret } from '../../../tokens/secret.ts';
import { addMark } from '../../../tokens/world-mark.ts';
import type { Login } from '../collections/grant-rows.ts';
import { grantsIn } from '../collections/grants.ts';
import type { Identity } from '../collections/identities.ts';
import { renderFormPostPage, renderLoginPage } from '../pages/login.ts';
import { findPeople } from '../people.ts';
import { addLoginToCookie } from '../session-cookie.ts';
import { issuerPath, readRealm } from '../tenant.ts';
import { type AuthorizationRequest, findRequestError, readAuthorizationRequest } from './authorization-request.ts';
import { refuseIfEnded } from './grants/grant.ts';
import { authenticateUser, createPasswordPremise, createUserProblem, findSelectedUser } from './grants/password.ts';
import { createLogin } from './grants/sessions.ts';
import { type Form, type RealmContext, readForm } from './oauth-client.ts';
import { parseScope } from './oauth-token.ts';
import { addQuery, encodeParameters, listDefined, type Redirection, redirectTo } from './redirection.ts';

/** Length of an authorization code: 43 characters of 62 have 256 bits. */
const CODE_LENGTH = 43;

const MAX_LISTED_USERS = 20;

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

/** Always shows the login page, because the mock has no browser sessions. */
async function startLogin(context: RealmContext, form: Form): Promise<OutcomeOf<'runai', 'authorize'>> {
  const request = await readAuthorizationRequest(context, form);
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

/** @throws Problem if the user cannot log in */
async function completeLogin(context: RealmContext, request: AuthorizationRequest) {
  const { clientId, form } = request;
  const user = await identifyUser(context, request);
  const login = createLogin(context, user, clientId, parseScope(form['scope']));
  const code = await refuseIfEnded(issueCode(context, request, user, login), (reason) =>
    createUserProblem(reason, { identity: user, clientId }),
  );
  const response = respondToClient(request, { code, session_state: login.family });
  const cookie = await addLoginToCookie(context, login.family);
  return { ...response, headers: { ...response.headers, 'set-cookie': cookie } };
}

/** Returns the user who logs in with a password, or was selected from the list. @throws Problem if this is not possible */
function identifyUser(context: Context, { form, clientId }: AuthorizationRequest): Promise<Identity> {
  const { username, password, user } = form;
  if (user === undefined) return authenticateUser(context, username ?? '', password ?? '', clientId);
  if (username === undefined && password === undefined) return findSelectedUser(context, user, clientId);
  throw invalidRequest('Send `user`, or `username` and `password`, not both.');
}

/** Sends parameters to the client, through the browser. Adds `iss`, the issuer (RFC 9207). */
function respondToClient(
  { issuer, redirectUri, form }: AuthorizationRequest,
  result: Form,
): Redirection | Outcome<200, Buffer> {
  const parameters = listDefined({ ...result, state: form['state'], iss: issuer });
  if (form['response_mode'] === 'form_post') return renderFormPostPage(redirectUri, parameters);
  if (form['response_mode'] === 'fragment') return redirectTo(`${redirectUri}#${encodeParameters(parameters)}`);
  return redirectTo(addQuery(redirectUri, parameters));
}

/** Renders the login page. @param error the error of the last attempt; null on the first */
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
  const people = context.mayReadCast ? await findPeople(context, MAX_LISTED_USERS) : null;
  return renderLoginPage({ action, realm, clientId, username, hidden: Object.fromEntries(hidden), error, people });
}

/** Stores and returns a code for a login. @throws NotFound, StaleDecision if the user has changed in the meantime */
async function issueCode(
  context: Context,
  { clientId, redirectUri, form }: AuthorizationRequest,
  user: Identity,
  login: Login,
): Promise<string> {
  const { store, random, now, settings, world, origin } = context;
  const code = addMark(world.grantMark, random.alphanumeric(CODE_LENGTH));
  await grantsIn(store).issueCode(
    {
      ...login,
      hash: hashSecret(code),
      clientId,
      redirectUri,
      origin,
      challenge: form['code_challenge'] ?? null,
      nonce: form['nonce'] ?? null,
      expiresAt: addMilliseconds(now, settings.tokenLifetime.code),
    },
    now,
    createPasswordPremise(user),
  );
  return code;
}

export const loginOperations = {
  authorize: (context) => startLogin(context, readForm(context.query)),
  authorize_by_post: (context) => startLogin(context, readForm(context.body)),
  /** Handles the login form: redirects the browser to the client with a code, or shows the form again with an error. */
  log_in: async (context) => {
    const form = readForm(context.body);
    const request = await readAuthorizationRequest(context, form);
    if ('refusal' in request) return request;
    const error = findRequestError(request);
    if (error !== null) return respondToClient(request, error);
    try {
      return await completeLogin(context, request);
    } catch (thrown) {
      if (!(thrown instanceof Problem)) throw thrown;
      const page = await renderLogin(context, request, form['username'] ?? '', thrown.message);
      return { ...page, status: 401, refusal: thrown };
    }
  },
} satisfies Partial<Operations<'runai'>>;
