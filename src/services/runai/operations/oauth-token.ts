import type { Context, Operations, OutcomeOf } from '../../../contract/request.ts';
import { Problem } from '../../../decisions/problem.ts';
import type { TokenEndpoint } from '../tables/index.ts';
import type { Member, PresentedClient, TokenRequest } from './grants/grant.ts';
import { type Form, readForm, readIssuerInPath, readPresentedClient, requireField } from './oauth-client.ts';
import { findGrant, grantNamesAt, type IssuedTokens, issueTokens, NO_STORE_HEADERS } from './token.ts';

/** Supported scopes (OpenID Connect Core 1.0, 5.4 and 11). They grant no rights; access rules do. */
export const SCOPES = ['openid', 'profile', 'email', 'offline_access'] as const;

/** Form field names (RFC 6749, 4; RFC 7636, 4.5). */
const FORM_NAMES: Readonly<Record<Member, string>> = {
  clientID: 'client_id',
  clientSecret: 'client_secret',
  appID: 'client_id',
  appSecret: 'client_secret',
  username: 'username',
  password: 'password',
  refreshToken: 'refresh_token',
  code: 'code',
  redirectUri: 'redirect_uri',
  codeVerifier: 'code_verifier',
  externalToken: 'external_token',
  scope: 'scope',
};

export const oauthTokenOperations = {
  /** Handles `POST /api/v2/token`. A user login needs no client. */
  grant_token_v2: async (context) => {
    const form = readForm(context.body);
    reportIgnored('grant_token_v2', form, context);
    const request = await readTokenRequest(context, form, 'v2', 'optional');
    const grant = findGrant(context, 'v2', request.grantType, 'grant_type');
    return createTokenResponse(await issueTokens(context, await grant.redeem(request, context), true), '');
  },
  grant_realm_token: async (context) => {
    await readIssuerInPath(context);
    const form = readForm(context.body);
    reportIgnored('grant_realm_token', form, context);
    const request = await readTokenRequest(context, form, 'realm', 'required');
    const grant = findGrant(context, 'realm', request.grantType, 'grant_type');
    const granted = await grant.redeem(request, context);
    const scope = granted.scope ?? granted.session?.login.scope ?? request.scope ?? '';
    const result = { ...granted, scope };
    return createTokenResponse(await issueTokens(context, result, scope.split(' ').includes('openid')), scope);
  },
} satisfies Partial<Operations<'runai'>>;

/** Parameters that set the `aud` of a token at other servers (RFC 8693, 2.1; RFC 8707, 2). */
const AUDIENCE_PARAMETERS = ['audience', 'resource'] as const;

/** Reports parameters that have no effect, because a client that sends them expects an `aud`. Omits their values. */
function reportIgnored(operation: string, form: Form, { hints }: Context): void {
  for (const name of AUDIENCE_PARAMETERS) {
    if (form[name] === undefined) continue;
    const message = `${operation} was called with the undocumented field \`${name}\`. It has no effect: Run:ai access tokens have no \`aud\`.`;
    hints.add('undocumented_field', message);
  }
}

/** Reads a token request in a form. @throws Problem if a field is missing, or the client credentials are malformed */
async function readTokenRequest(
  context: Context,
  form: Form,
  endpoint: TokenEndpoint,
  need: PresentedClient['need'],
): Promise<TokenRequest> {
  const { username, password, code } = form;
  return {
    grantType: requireField(form, 'grant_type'),
    endpoint,
    grants: grantNamesAt(context, endpoint),
    client: await readPresentedClient(context, form, need),
    username,
    password,
    code,
    refreshToken: form['refresh_token'],
    redirectUri: form['redirect_uri'],
    codeVerifier: form['code_verifier'],
    externalToken: form['external_token'],
    scope: parseScope(form['scope']),
    nameOf: (member) => FORM_NAMES[member],
    sent: Object.keys(form),
  };
}

/** Maximum length of a scope in an error. Longer values are not repeated in part: they may be misplaced credentials. */
const MAX_SCOPE_LENGTH = 40;
const MAX_LISTED_SCOPES = 5;

/** Validates a list of scopes and removes duplicates. @throws Problem `invalid_scope` if a scope is unknown */
export function parseScope(scope: string | undefined): string {
  const scopes = [...new Set((scope ?? '').split(' ').filter((name) => name !== ''))];
  const unknown = scopes.filter((name) => !SCOPES.some((supported) => supported === name));
  if (unknown.length === 0) return scopes.join(' ');
  const listed = unknown
    .map((name) => (name.length > MAX_SCOPE_LENGTH ? 'a longer value' : name))
    .slice(0, MAX_LISTED_SCOPES)
    .join(', ');
  throw new Problem('invalid_scope', `Field \`scope\` may contain ${SCOPES.join(', ')}. It contains ${listed}.`);
}

/** Creates the response (RFC 6749, 5.1), with the ID token, if any (OpenID Connect Core 1.0, 3.1.3.3). */
function createTokenResponse(
  { principal, accessToken, expiresIn, refreshToken, idToken }: IssuedTokens,
  scope: string,
): OutcomeOf<'runai', 'grant_realm_token'> {
  return {
    status: 200,
    headers: NO_STORE_HEADERS,
    principal,
    body: {
      access_token: accessToken,
      token_type: 'Bearer',
      expires_in: expiresIn,
      ...(refreshToken !== undefined && { refresh_token: refreshToken }),
      ...(idToken !== undefined && { id_token: idToken }),
      ...(scope !== '' && { scope }),
    },
  };
}
