import type { Section } from '../../../contract/sections.ts';
import type { Sourced } from '../../../decisions/rule.ts';
import { ONLY_2_24, type Profile, SINCE_2_24, UNTIL_2_24 } from './profiles.ts';

export type TokenEndpoint = 'v1' | 'v2' | 'realm';

/** A grant at an endpoint, with the versions that support it. */
export interface GrantTypeRow extends Sourced {
  readonly grantType: string;
  readonly endpoint: TokenEndpoint;
  readonly profiles: readonly Profile[];
}

const EVERY = ['2.19', '2.24', '3.0'] as const;
const V1 = 'OpenAPI 2.18 to 2.24 and the reference of 3.0, `POST /api/v1/token`';
const V2 = 'OpenAPI 2.24 and the reference of 3.0, `POST /api/v2/token`';
const REALM = 'RFC 6749 and OpenID Connect Core; guides before 2.16, and clients that call Keycloak directly';

export const GRANT_TYPE_SECTIONS = [
  {
    endpoint: 'v1',
    source: V1,
    certainty: 'documented',
    rows: {
      app_token: { profiles: UNTIL_2_24 },
      client_credentials: { profiles: SINCE_2_24 },
      refresh_token: { profiles: EVERY },
      exchange_token: { profiles: EVERY },
      password: { profiles: EVERY },
      external_token_exchange: { profiles: SINCE_2_24 },
    },
  },
  {
    endpoint: 'v2',
    source: V2,
    certainty: 'documented',
    rows: {
      authorization_code: { profiles: ONLY_2_24 },
      client_credentials: { profiles: SINCE_2_24 },
      password: { profiles: SINCE_2_24 },
      refresh_token: { profiles: ONLY_2_24 },
      external_token_exchange: {
        profiles: ['3.0'],
        source: 'reference of 3.0, `POST /api/v2/token`, self-hosted and multi-tenant',
      },
    },
  },
  {
    endpoint: 'realm',
    profiles: EVERY,
    source: REALM,
    certainty: 'inferred',
    rows: {
      authorization_code: {},
      client_credentials: {},
      password: { certainty: 'observed' },
      refresh_token: {},
    },
  },
] as const satisfies readonly Section<GrantTypeRow, 'grantType'>[];

/** A version that allows applications to use `client_credentials` at the realm. */
export interface ApplicationAtRealmRow extends Sourced {
  readonly profile: Profile;
}

const REST_AUTH = 'page "API Authentication" (`rest-auth`) of run-ai/docs';

export const APPLICATION_AT_REALM_SECTIONS = [
  {
    rows: {
      '2.19': { source: REST_AUTH, certainty: 'documented' },
      '2.24': { source: `${REST_AUTH}, for earlier versions; 2.24 deprecates applications`, certainty: 'inferred' },
    },
  },
] as const satisfies readonly Section<ApplicationAtRealmRow, 'profile'>[];
