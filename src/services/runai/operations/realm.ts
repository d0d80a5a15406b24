import { Problem } from '../../../core/problem.ts';
import type { Context, Handler } from '../../../service.ts';
import { issuerPath, realmOf } from '../access-token.ts';

/** OpenID Connect Discovery 1.0, 4: names only what answers. */
const getOpenidConfiguration: Handler = async (context) => {
  const issuer = `${context.origin}${issuerPath(await realmInPath(context))}`;
  return {
    status: 200,
    body: {
      issuer,
      jwks_uri: `${issuer}/protocol/openid-connect/certs`,
      grant_types_supported: [],
      response_types_supported: [],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [context.tokens.algorithm],
    },
  };
};

const getRealmJwks: Handler = async (context) => {
  await realmInPath(context);
  return { status: 200, body: context.tokens.jwks };
};

/** The realm that the path names. @throws Problem when there is none of that name */
async function realmInPath(context: Context): Promise<string> {
  const realm = await realmOf(context);
  if (context.params['realm'] === realm) return realm;
  throw new Problem('not_found', `There is no such realm; this tenant's is \`${realm}\`.`);
}

export const realmOperations = { get_openid_configuration: getOpenidConfiguration, get_realm_jwks: getRealmJwks };
