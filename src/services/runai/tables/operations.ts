import type { OperationRow } from '../../../core/rule.ts';
import type { RuleId } from './rules.ts';

const KEYS = 'reference page "Access keys", 2.24';

/** Which rule each operation falls under. */
export const OPERATIONS = [
  {
    id: 'grant_token',
    rule: 'public',
    fieldNames: 'caseless',
    source: 'API authentication guides 2.19 to 2.24; four spellings in published clients',
    certainty: 'observed',
  },
  {
    id: 'get_openid_configuration',
    rule: 'public',
    source: 'OpenID Connect Discovery 1.0, 4; the path is the one that Keycloak uses',
    certainty: 'inferred',
  },
  {
    id: 'get_realm_jwks',
    rule: 'public',
    source: 'RFC 7517, 5; the path is the one that Keycloak uses',
    certainty: 'inferred',
  },
  { id: 'get_access_keys', rule: 'own-access-keys', source: KEYS, certainty: 'documented' },
  { id: 'create_access_key1', rule: 'own-access-keys', source: KEYS, certainty: 'documented' },
  { id: 'get_access_key_by_id1', rule: 'own-access-key', source: KEYS, certainty: 'documented' },
  { id: 'delete_access_key_by_id', rule: 'own-access-key', source: KEYS, certainty: 'documented' },
  { id: 'regenerate_access_key_secret', rule: 'own-access-key', source: KEYS, certainty: 'documented' },
  { id: 'get_access_keys_administration', rule: 'list-all-access-keys', source: KEYS, certainty: 'documented' },
  {
    id: 'delete_access_key_by_id_administration',
    rule: 'delete-any-access-key',
    source: KEYS,
    certainty: 'documented',
  },
] as const satisfies readonly (OperationRow & { readonly rule: RuleId | 'public' })[];
