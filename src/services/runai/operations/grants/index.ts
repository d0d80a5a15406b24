import type { GRANT_TYPES } from '../../tables/index.ts';
import { appToken } from './app-token.ts';
import { authorizationCode } from './authorization-code.ts';
import { clientCredentials } from './client-credentials.ts';
import { externalToken } from './external-token.ts';
import type { Grant } from './grant.ts';
import { password } from './password.ts';
import { refreshToken } from './refresh-token.ts';

export type GrantName = (typeof GRANT_TYPES)[number]['grantType'];

/** All grants by name. `tables/grant-types.ts` lists the endpoints and versions of each. */
export const GRANTS: Readonly<Record<GrantName, Grant>> = {
  app_token: appToken,
  client_credentials: clientCredentials,
  password,
  refresh_token: refreshToken,
  authorization_code: authorizationCode,
  exchange_token: authorizationCode,
  external_token_exchange: externalToken,
};
