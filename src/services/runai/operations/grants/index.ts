import type { GRANT_TYPES } from '../../tables/index.ts';
import { appToken } from './app-token.ts';
import { authorizationCode } from './authorization-code.ts';
import { clientCredentials } from './client-credentials.ts';
import { externalToken } from './external-token.ts';
import type { Grant } from './grant.ts';
import { password } from './password.ts';
import { refreshToken } from './refresh-token.ts';

/** The grants of every version, at any endpoint. */
export type GrantName = (typeof GRANT_TYPES)[number]['grantType'];

/** All grants by name. `tables/grant-types.ts` says which endpoints have them. */
export const GRANTS: Readonly<Record<GrantName, Grant>> = {
  app_token: appToken,
  client_credentials: clientCredentials,
  password,
  refresh_token: refreshToken,
  authorization_code: authorizationCode,
  /** The name of the grant for a code at `POST /api/v1/token`. */
  exchange_token: authorizationCode,
  external_token_exchange: externalToken,
};
