import type { Sourced } from '../../../core/rule.ts';
import { ONLY_2_24, type Profile, SINCE_2_24, UNTIL_2_24 } from './profiles.ts';

/** Where tokens are asked for. */
export type TokenEndpoint = 'v1' | 'v2' | 'realm';

/** A way to get a token, and which endpoints have it in which version. */
export interface GrantTypeRow extends Sourced {
  readonly grantType: string;
  readonly endpoint: TokenEndpoint;
  readonly profiles: readonly Profile[];
}

const EVERY = ['2.19', '2.24', '3.0'] as const;
const V1 = 'OpenAPI 2.18 to 2.24 and the reference of 3.0, `POST /api/v1/token`';
const V2 = 'OpenAPI 2.24 and the reference of 3.0, `POST /api/v2/token`';
const REALM = 'RFC 6749 and OpenID Connect Core; guides before 2.16 and clients that ask Keycloak directly';

/** Which grants exist is a matter of the version and of the endpoint. */
export const GRANT_TYPES = [
  { grantType: 'app_token', endpoint: 'v1', profiles: UNTIL_2_24, source: V1, certainty: 'documented' },
  { grantType: 'client_credentials', endpoint: 'v1', profiles: SINCE_2_24, source: V1, certainty: 'documented' },
  { grantType: 'refresh_token', endpoint: 'v1', profiles: EVERY, source: V1, certainty: 'documented' },
  { grantType: 'exchange_token', endpoint: 'v1', profiles: EVERY, source: V1, certainty: 'documented' },
  { grantType: 'password', endpoint: 'v1', profiles: EVERY, source: V1, certainty: 'documented' },
  { grantType: 'external_token_exchange', endpoint: 'v1', profiles: SINCE_2_24, source: V1, certainty: 'documented' },
  { grantType: 'authorization_code', endpoint: 'v2', profiles: ONLY_2_24, source: V2, certainty: 'documented' },
  { grantType: 'client_credentials', endpoint: 'v2', profiles: SINCE_2_24, source: V2, certainty: 'documented' },
  { grantType: 'password', endpoint: 'v2', profiles: SINCE_2_24, source: V2, certainty: 'documented' },
  { grantType: 'refresh_token', endpoint: 'v2', profiles: ONLY_2_24, source: V2, certainty: 'documented' },
  {
    grantType: 'external_token_exchange',
    endpoint: 'v2',
    profiles: ['3.0'],
    source: `${V2}, multi-tenant`,
    certainty: 'documented',
  },
  { grantType: 'authorization_code', endpoint: 'realm', profiles: EVERY, source: REALM, certainty: 'inferred' },
  { grantType: 'client_credentials', endpoint: 'realm', profiles: EVERY, source: REALM, certainty: 'inferred' },
  { grantType: 'password', endpoint: 'realm', profiles: EVERY, source: REALM, certainty: 'observed' },
  { grantType: 'refresh_token', endpoint: 'realm', profiles: EVERY, source: REALM, certainty: 'inferred' },
] as const satisfies readonly GrantTypeRow[];
