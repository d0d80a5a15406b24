import { appToken } from './app-token.ts';
import { clientCredentials } from './client-credentials.ts';
import type { Grant } from './grant.ts';
import { password } from './password.ts';
import { refreshToken } from './refresh-token.ts';

/** The ways to get a token, by `grantType`. A new one is a file and a line. */
export const GRANTS: ReadonlyMap<string, Grant> = new Map(
  [clientCredentials, appToken, password, refreshToken].map((grant) => [grant.grantType, grant]),
);
