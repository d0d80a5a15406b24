import type { Schema } from '../../../contract/documented.ts';
import type { Context, Handler, Operations } from '../../../contract/request.ts';
import { badCredentialsProblem, Problem } from '../../../decisions/problem.ts';
import { decodeClaims } from '../../../lib/compact-jwt.ts';
import { changeClaims, pickClaimsSetByRules, readClaimRules } from '../../../tokens/claim-rules.ts';
import { exportSpki } from '../../../tokens/keys.ts';
import { acceptToken } from '../access-token.ts';
import { grantsIn } from '../collections/grants.ts';
import { identitiesIn } from '../collections/identities.ts';
import { lastExpiryOf } from '../issue-tokens.ts';
import { readRefreshToken } from '../refresh-tokens.ts';
import { profileOf } from '../rulesets.ts';
import { GRANT_TYPES, type GrantTypeRow } from '../tables/index.ts';
import { endpointsOf, jwksUriOf, readTokenRealm } from '../tenant.ts';
import { RESPONSE_MODES } from './authorization-request.ts';
import { authenticateSender, readForm, readIssuerInPath, readIssuersInPath, requireField } from './oauth-client.ts';
import { SCOPES } from './oauth-token.ts';
import { NO_STORE_HEADERS } from './token.ts';

/** Returns the claims of the caller (OpenID Connect Core 1.0, 5.3), changed by the claim rules of the world. */
const getUserinfo: Handler<'runai', 'get_userinfo'> = async (context) => {
  await readIssuerInPath(context);
  const { id, clientId } = context.caller.principal;
  const identity = await identitiesIn(context.store).byId(id);
  if (identity === null) throw new Problem('not_found');
  const { kind, name, groups } = identity;
  // Claim rules can depend on the client, which is not part of the response.
  const claims = {
    sub: id,
    azp: clientId,
    preferred_username: name,
    ...(kind === 'user' && { email: name, email_verified: true }),
    ...(groups.length > 0 && { groups }),
  };
  const { azp: _, ...body } = changeClaims(claims, await readClaimRules(context.store));
  return { status: 200, headers: NO_STORE_HEADERS, body: { ...body, sub: id } };
};

/** Returns the state of a valid access token; null for any other token. */
async function introspectAccessToken(context: Context, token: string) {
  try {
    const { identity, clientId, claims } = await acceptToken(token, context, await readTokenRealm(context));
    const { iss, sub, iat, exp, jti, sid, scope } = claims;
    const allClaims = decodeClaims(token) ?? {};
    return {
      ...pickClaimsSetByRules(allClaims, identity.name, await readClaimRules(context.store)),
      active: true,
      token_type: 'Bearer',
      client_id: clientId,
      username: identity.name,
      ...(scope !== undefined && { scope }),
      iss,
      sub,
      // RFC 7662 has integers; a token's times may have fractions.
      iat: Math.floor(iat),
      exp: Math.floor(exp),
      jti,
      sid,
    };
  } catch (thrown) {
    if (thrown instanceof Problem) return null;
    throw thrown;
  }
}

/** Returns the state of a refresh token. It is inactive if the token is not valid, or its user is disabled. */
async function introspectRefreshToken(context: Context, token: string) {
  const { store, now } = context;
  const presented = await readRefreshToken(token, context);
  const stored = presented === null ? null : await grantsIn(store).findActive(presented, now);
  const identity = stored === null ? null : await identitiesIn(store).byId(stored.subject);
  if (stored === null || identity === null || !identity.enabled) return { active: false };
  const { clientId, subject, expiresAt, family, scope } = stored;
  return {
    active: true,
    ...(clientId !== null && { client_id: clientId }),
    username: identity.name,
    ...(scope !== '' && { scope }),
    sub: subject,
    exp: Math.floor(expiresAt / 1000),
    sid: family,
  };
}

export const realmOperations = {
  /** Returns the metadata of the realm (OpenID Connect Discovery 1.0, 3; RFC 8414, 2). Lists only existing endpoints. */
  get_openid_configuration: async (context) => {
    const { issuer, calledIssuer } = await readIssuersInPath(context);
    const endpoint = endpointsOf(issuer);
    // A container may not reach the name that the browser uses, as in Keycloak with `hostname-backchannel-dynamic`.
    const calledEndpoint = endpointsOf(calledIssuer);
    const grants: readonly GrantTypeRow[] = GRANT_TYPES.filter((row) => row.endpoint === 'realm');
    const profile = profileOf(context.settings);
    return {
      status: 200,
      body: {
        issuer,
        authorization_endpoint: `${endpoint}/auth`,
        token_endpoint: `${calledEndpoint}/token`,
        introspection_endpoint: `${calledEndpoint}/token/introspect`,
        revocation_endpoint: `${calledEndpoint}/revoke`,
        userinfo_endpoint: `${calledEndpoint}/userinfo`,
        end_session_endpoint: `${endpoint}/logout`,
        check_session_iframe: `${endpoint}/login-status-iframe.html`,
        jwks_uri: jwksUriOf(calledIssuer),
        grant_types_supported: grants.filter(({ profiles }) => profiles.includes(profile)).map((row) => row.grantType),
        response_types_supported: ['code'],
        response_modes_supported: RESPONSE_MODES,
        subject_types_supported: ['public'],
        // Strict clients stop at a key in the JWKS whose algorithm is not listed.
        id_token_signing_alg_values_supported: [...new Set(context.publishedKeys().flatMap(({ alg }) => alg ?? []))],
        code_challenge_methods_supported: ['S256'],
        scopes_supported: SCOPES,
        claims_supported: [
          'iss',
          'sub',
          'aud',
          'exp',
          'iat',
          'auth_time',
          'nonce',
          'email',
          'email_verified',
          'preferred_username',
          'groups',
        ],
        token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
        introspection_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
        revocation_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post', 'none'],
        authorization_response_iss_parameter_supported: true,
      },
    };
  },
  get_realm_jwks: async (context) => {
    await readIssuerInPath(context);
    // Safe cast: published keys are RSA or EC keys with all members that the document requires.
    const keys = context.publishedKeys() as readonly Schema<'runai', 'JsonWebKey'>[];
    return { status: 200, body: { keys } };
  },
  get_userinfo: getUserinfo,
  get_userinfo_by_post: getUserinfo,
  /** Returns the state of a token (RFC 7662). Any confidential client may introspect any token. */
  introspect_token: async (context) => {
    await readIssuerInPath(context);
    const form = readForm(context.body);
    await authenticateSender(context, form);
    const token = requireField(form, 'token');
    return {
      status: 200,
      headers: NO_STORE_HEADERS,
      body: (await introspectAccessToken(context, token)) ?? (await introspectRefreshToken(context, token)),
    };
  },
  /** Unknown tokens are accepted, too (RFC 7009). A refresh token ends its login, even if it was used or has expired. */
  revoke_token: async (context) => {
    await readIssuerInPath(context);
    const form = readForm(context.body);
    const clientId = await authenticateSender(context, form, { mayBePublic: true });
    const token = requireField(form, 'token');
    const { store, now } = context;
    const presented = await readRefreshToken(token, context);
    const login = presented === null ? null : await grantsIn(store).loginOf(presented);
    const accessToken = login === null ? await introspectAccessToken(context, token) : null;
    const clientOfToken = login?.clientId ?? accessToken?.client_id ?? clientId;
    if (clientOfToken !== clientId) throw badCredentialsProblem('other_client', 'The token belongs to another client.');
    if (login !== null) await grantsIn(store).end(login.family, now, lastExpiryOf(context));
    else if (accessToken?.jti !== undefined) await grantsIn(store).revoke(accessToken.jti, now, accessToken.exp * 1000);
    return { status: 200, headers: NO_STORE_HEADERS };
  },
  /** Returns the same description of the realm as Keycloak. Some clients read the public key from it. */
  get_realm: async (context) => {
    const issuer = await readIssuerInPath(context);
    return {
      status: 200,
      body: {
        realm: context.params.realm,
        public_key: exportSpki(context.tokens.key.publicJwk),
        'token-service': endpointsOf(issuer),
        'account-service': `${issuer}/account`,
        'tokens-not-before': 0,
      },
    };
  },
} satisfies Partial<Operations<'runai'>>;
