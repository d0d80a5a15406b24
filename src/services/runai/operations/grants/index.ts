import type { GRANT_TYPES } from '../../tables/index.ts';
import { authorizationCodeGrant } from './authorization-code.ts';
import { appTokenGrant, clientCredentialsGrant } from './client-credentials.ts';
import { externalTokenGrant } from './external-token.ts';
import type { Grant } from './grant.ts';
import { passwordGrant } from './password.ts';
import { refreshTokenGrant } from './refresh-token.ts';

export type GrantName = (typeof GRANT_TYPES)[number]['grantType'];

/** All grants by name. `tables/grant-types.ts` lists the endpoints and versions of each. */
export const GRANTS: Readonly<Record<GrantName, Grant>> = {
  app_token: appTokenGrant,
  client_credentials: clientCredentialsGrant,
  password: passwordGrant,
  refresh_token: refreshTokenGrant,
  authorization_code: authorizationCodeGrant,
  exchange_token: authorizationCodeGrant,
  external_token_exchange: externalTokenGrant,
};
