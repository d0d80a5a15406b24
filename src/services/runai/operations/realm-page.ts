import type { Handler } from '../../../contract/request.ts';
import { exportSpki } from '../../../tokens/keys.ts';
import { endpointsOf } from '../tenant.ts';
import { readIssuerInPath } from './oauth-client.ts';

/** Returns the same description of the realm as Keycloak. Some clients read the public key from it. */
const getRealm: Handler<'runai', 'get_realm'> = async (context) => {
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
};

export const realmPageOperations = { get_realm: getRealm };
