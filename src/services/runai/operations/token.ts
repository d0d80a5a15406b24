import type { Context, Operations, OutcomeOf } from '../../../contract/request.ts';
import type { Principal } from '../../../decisions/principal.ts';
import { Problem } from '../../../decisions/problem.ts';
import { own } from '../../../lib/members.ts';
import { listNames, suggestName } from '../../../lib/nearest.ts';
import { principalOf } from '../access-token.ts';
import { mintAccessToken, mintIdToken } from '../issue-tokens.ts';
import { mintRefreshToken } from '../refresh-tokens.ts';
import { profileOf } from '../rulesets.ts';
import { GRANT_TYPES, type GrantTypeRow, type TokenEndpoint } from '../tables/index.ts';
import { PAGE_NAMES } from '../tables/operations.ts';
import { authorizationCodeGrant } from './grants/authorization-code.ts';
import { appTokenGrant, clientCredentialsGrant } from './grants/client-credentials.ts';
import { externalTokenGrant } from './grants/external-token.ts';
import type { Grant, GrantResult, TokenRequest } from './grants/grant.ts';
import { passwordGrant } from './grants/password.ts';
import { refreshTokenGrant } from './grants/refresh-token.ts';
import { refuseAssertion } from './oauth-client.ts';

type GrantName = (typeof GRANT_TYPES)[number]['grantType'];

/** All grants by name. `tables/grant-types.ts` lists the endpoints and versions of each. */
const GRANTS: Readonly<Record<GrantName, Grant>> = {
  app_token: appTokenGrant,
  client_credentials: clientCredentialsGrant,
  password: passwordGrant,
  refresh_token: refreshTokenGrant,
  authorization_code: authorizationCodeGrant,
  exchange_token: authorizationCodeGrant,
  external_token_exchange: externalTokenGrant,
};

/** Responses with tokens must not be cached (RFC 6749, 5.1). */
export const NO_STORE_HEADERS = { 'cache-control': 'no-store', pragma: 'no-cache' } as const;

export interface IssuedTokens {
  readonly principal: Principal;
  readonly accessToken: string;
  /** In seconds. */
  readonly expiresIn: number;
  readonly refreshToken?: string;
  readonly idToken?: string;
}

/** @throws Problem if this version does not have it, with a hint if another version does */
export function findGrant(context: Context, endpoint: TokenEndpoint, grantType: string, field: string): Grant {
  const names = grantNamesAt(context, endpoint);
  const name = names.find((candidate) => candidate === grantType);
  if (name !== undefined) return GRANTS[name];
  const row = grantTypesAt(endpoint).find((candidate) => candidate.grantType === grantType);
  if (row !== undefined) {
    const hint = `${context.method} requested the grant \`${grantType}\`, which this endpoint supports only in ${row.profiles.join(', ')}`;
    context.hints.add('other_version', hint);
  }
  const message = `Field \`${field}\` must be one of ${listNames(grantType, names)}.${suggestName(grantType, names)}`;
  throw new Problem('unsupported_grant', message);
}

export function grantNamesAt({ settings }: Context, endpoint: TokenEndpoint): readonly GrantName[] {
  const profile = profileOf(settings);
  return grantTypesAt(endpoint).flatMap(({ grantType, profiles }) => (profiles.includes(profile) ? [grantType] : []));
}

function grantTypesAt(endpoint: TokenEndpoint): readonly (GrantTypeRow & { readonly grantType: GrantName })[] {
  return GRANT_TYPES.filter((row) => row.endpoint === endpoint);
}

/** @param withIdToken whether to add an ID token for user logins and for the scope `openid` */
export async function issueTokens(context: Context, result: GrantResult, withIdToken: boolean): Promise<IssuedTokens> {
  const { identity, clientId, sid, session } = result;
  const scope = result.scope ?? session?.login.scope ?? '';
  const params = { identity, clientId, sid, scope };
  const accessToken = await mintAccessToken(context, params);
  const hasIdToken = withIdToken && (session !== undefined || scope.split(' ').includes('openid'));
  const authTime = session?.login.authTime ?? context.now;
  const nonce = session?.nonce ?? null;
  return {
    principal: principalOf(result),
    accessToken,
    expiresIn: Math.floor(context.settings.tokenLifetime.access / 1000),
    ...(session !== undefined && {
      refreshToken: await mintRefreshToken(context, session.login, session.refreshTokenId),
    }),
    ...(hasIdToken && { idToken: await mintIdToken(context, { ...params, authTime, nonce, accessToken }) }),
  };
}

/** Creates the response of `POST /api/v1/token`. 2.19 has no `expiresIn`. */
function createV1Response({ settings }: Context, tokens: IssuedTokens): OutcomeOf<'runai', 'grant_token'> {
  const { principal, accessToken, expiresIn, refreshToken, idToken } = tokens;
  return {
    status: 200,
    headers: NO_STORE_HEADERS,
    principal,
    body: {
      accessToken,
      ...(refreshToken !== undefined && { refreshToken }),
      ...(idToken !== undefined && { idToken }),
      ...(profileOf(settings) !== '2.19' && { expiresIn }),
    },
  };
}

/** Field names of the old endpoints that differ from those of `POST /api/v1/token`. */
const OLD_FIELD_NAMES: Readonly<Record<string, string>> = {
  appID: 'id',
  appSecret: 'secret',
  redirectUri: 'redirect_uri',
  refreshToken: 'refresh_token',
};

/** Creates the token request of an old endpoint, which has no field for the client. */
function createOldRequest(grantType: string, fields: Partial<TokenRequest>): TokenRequest {
  return {
    ...fields,
    grantType,
    endpoint: null,
    grants: [grantType],
    client: { id: null, secret: null, need: 'unasked' },
    nameOf: (member) => own(OLD_FIELD_NAMES, member) ?? member,
    sent: [],
  };
}

export const tokenOperations = {
  grant_token: async (context) => {
    const { body } = context;
    refuseAssertion(body, profileOf(context.settings) === '2.19' ? 'appSecret' : 'clientSecret');
    const { grantType } = body;
    const request: TokenRequest = {
      grantType,
      appID: body.appID,
      appSecret: body.appSecret,
      username: body.username,
      password: body.password,
      refreshToken: body.refreshToken,
      code: body.code,
      redirectUri: body.redirectUri,
      externalToken: body.externalToken,
      endpoint: 'v1',
      grants: grantNamesAt(context, 'v1'),
      client: { id: body.clientID || null, secret: body.clientSecret || null, need: 'optional' },
      nameOf: (member) => own(PAGE_NAMES, member) ?? member,
      sent: Object.keys(body),
    };
    const grant = findGrant(context, 'v1', grantType, 'grantType');
    return createV1Response(context, await issueTokens(context, await grant.redeem(request, context), true));
  },
  /** Handles `POST /v1/k8s/auth/oauth/apptoken`. */
  app_token: async (context) => {
    const { id, secret } = context.body;
    const request = createOldRequest('app_token', { appID: id, appSecret: secret });
    const result = await appTokenGrant.redeem(request, context);
    const { principal, accessToken } = await issueTokens(context, result, false);
    const idToken = await mintIdToken(context, { ...result, authTime: context.now, accessToken });
    return {
      status: 200,
      headers: NO_STORE_HEADERS,
      principal,
      body: { access_token: accessToken, id_token: idToken },
    };
  },
  /** Handles `GET /v1/k8s/auth/token/exchange`. The request has no client, so the client of the code is used. */
  exchange_code: async (context) => {
    const { code, redirect_uri: redirectUri } = context.query;
    const request = createOldRequest('exchange_token', { code, redirectUri });
    const result = await GRANTS.exchange_token.redeem(request, context);
    return createV1Response(context, await issueTokens(context, result, true));
  },
  /** Handles `POST /v1/k8s/auth/oauth/tokens/refresh`. */
  refresh_token: async (context) => {
    const { refresh_token: refreshToken } = context.query;
    const request = createOldRequest('refresh_token', { refreshToken });
    const result = await GRANTS.refresh_token.redeem(request, context);
    return createV1Response(context, await issueTokens(context, result, true));
  },
} satisfies Partial<Operations<'runai'>>;
