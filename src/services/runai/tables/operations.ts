import type { OperationRow } from '../../../core/rule.ts';
import type { Section } from '../../../core/sections.ts';
import { type OfProfiles, ONLY_2_19, ONLY_2_24, SINCE_2_24, SINCE_3_0, UNTIL_2_24 } from './profiles.ts';
import type { RuleId } from './rules.ts';

const SPEC = 'OpenAPI 2.18 to 2.24';
const KEYCLOAK = 'the path is the one that Keycloak uses';
const LOGOUT = `OpenID Connect RP-Initiated Logout 1.0; ${KEYCLOAK}`;
const CLIENTS = 'first calls of published clients';
const CLIENT_DOCUMENT =
  'OpenAPI 2.19 to 1.224.0 of the official Python client (runai-professional-services/runapy, .generator/swagger.json, b7d5b60 to 06000dd)';

/** The operations, each with its rule. */
export const OPERATION_SECTIONS = [
  // Tokens.
  {
    rule: 'public',
    selects: 'body',
    rows: {
      grant_token: {
        fieldNames: 'caseless',
        source: 'API authentication guides 2.19 to 2.24; four spellings in published clients',
        certainty: 'observed',
      },
      grant_token_v2: {
        profiles: SINCE_2_24,
        source: 'OpenAPI 2.24 and the reference of 3.0',
        certainty: 'documented',
      },
      grant_app_token: {
        profiles: UNTIL_2_24,
        source: 'OpenAPI 2.18 to 2.24, deprecated',
        certainty: 'documented',
      },
    },
  },
  {
    rule: 'public',
    selects: 'query',
    profiles: ONLY_2_19,
    source: 'OpenAPI 2.18 and 2.19',
    certainty: 'documented',
    rows: ['exchange_code', 'refresh_token'],
  },

  // The realm.
  {
    rule: 'public',
    certainty: 'inferred',
    rows: {
      get_openid_configuration: { source: `OpenID Connect Discovery 1.0, 4; ${KEYCLOAK}` },
      get_realm_jwks: { source: `RFC 7517, 5; ${KEYCLOAK}` },
      authorize: { source: `RFC 6749, 4.1; OpenID Connect Core 1.0, 3.1; ${KEYCLOAK}` },
      authorize_by_post: { source: `OpenID Connect Core 1.0, 3.1.2.1; ${KEYCLOAK}` },
      log_in: { source: `the form of the login page; ${KEYCLOAK}` },
      grant_realm_token: { selects: 'body', source: `RFC 6749, 3.2; ${KEYCLOAK}` },
      introspect_token: { selects: 'body', source: `RFC 7662; ${KEYCLOAK}` },
      revoke_token: { selects: 'body', source: `RFC 7009; ${KEYCLOAK}` },
    },
  },
  { rule: 'public', source: LOGOUT, certainty: 'inferred', rows: ['end_session', 'end_session_by_post'] },
  {
    rule: 'own-access',
    source: `OpenID Connect Core 1.0, 5.3; ${KEYCLOAK}`,
    certainty: 'inferred',
    rows: ['get_userinfo', 'get_userinfo_by_post'],
  },

  // Access keys, under their current and former names.
  {
    profiles: SINCE_2_24,
    source: 'reference page "Access keys", 2.24',
    certainty: 'documented',
    rows: {
      get_access_keys: { rule: 'own-access-keys' },
      create_access_key1: { rule: 'own-access-keys' },
      get_access_key_by_id1: { rule: 'own-access-key' },
      delete_access_key_by_id: { rule: 'own-access-key' },
      regenerate_access_key_secret: { rule: 'own-access-key' },
      get_access_keys_administration: { rule: 'list-all-access-keys' },
      delete_access_key_by_id_administration: { rule: 'delete-any-access-key' },
    },
  },
  {
    profiles: ONLY_2_24,
    source: 'OpenAPI 2.20 to 2.24',
    certainty: 'documented',
    rows: {
      get_user_applications: { rule: 'own-access-keys' },
      create_user_application: { rule: 'own-access-keys' },
      get_user_application_by_id: { rule: 'own-user-application' },
      delete_user_application_by_id: { rule: 'own-user-application' },
      regenerate_user_application_secret: { rule: 'own-user-application' },
      get_user_applications_administration: { rule: 'list-all-access-keys' },
      delete_user_application_by_id_administration: { rule: 'delete-any-user-application' },
    },
  },

  // Identities, rules and roles.
  {
    profiles: UNTIL_2_24,
    source: SPEC,
    certainty: 'documented',
    rows: {
      get_applications: { rule: 'list-applications' },
      create_application: { rule: 'create-application' },
      get_application_by_id: { rule: 'read-application' },
      update_application: { rule: 'update-application' },
      delete_application_by_id: { rule: 'delete-application' },
      regenerate_application_secret: { rule: 'update-application' },
      get_roles: { rule: 'read-roles' },
      get_role_by_id: { rule: 'read-role' },
    },
  },
  {
    profiles: SINCE_2_24,
    source: 'OpenAPI 2.24',
    certainty: 'documented',
    rows: {
      get_service_accounts: { rule: 'list-service-accounts' },
      create_service_account: { rule: 'create-service-account' },
      get_service_account_by_id: { rule: 'read-service-account' },
      update_service_account: { rule: 'update-service-account' },
      delete_service_account_by_id: { rule: 'delete-service-account' },
      regenerate_service_account_secret: { rule: 'update-service-account' },
    },
  },
  {
    source: SPEC,
    certainty: 'documented',
    rows: {
      get_access_rules: { rule: 'list-access-rules' },
      create_access_rule: { rule: 'create-access-rule' },
      count_access_rules: { rule: 'list-access-rules' },
      get_access_rule_by_id: { rule: 'read-access-rule' },
      delete_access_rule_by_id: { rule: 'delete-access-rule' },
      get_permissions: { rule: 'own-access' },
      get_permitted_scopes: { rule: 'own-access' },
      get_users: { rule: 'list-users' },
      create_user: { rule: 'create-user' },
      count_users: { rule: 'list-users' },
      get_user_by_id: { rule: 'read-user' },
      delete_user_by_id: { rule: 'delete-user' },
      logout_user: { rule: 'update-user' },
      reset_user_password: { rule: 'update-user' },
      change_my_password: { rule: 'own-password' },
    },
  },
  {
    profiles: SINCE_2_24,
    source: 'OpenAPI 2.22 to 2.24',
    certainty: 'documented',
    rows: {
      batch_access_rules: { rule: 'delete-access-rules' },
      batch_create_access_rules: {
        rule: 'create-access-rules',
        source: 'OpenAPI 2.22 to 2.24; the entries of its lists are not published',
        certainty: 'inferred',
      },
      get_my_access_rules: { rule: 'own-access' },
      count_my_access_rules: { rule: 'own-access' },
    },
  },
  {
    profiles: SINCE_2_24,
    source: 'reference of 2.24 and 3.0; in no published OpenAPI file',
    certainty: 'documented',
    rows: {
      get_roles_v2: { rule: 'read-roles' },
      create_role_v2: { rule: 'create-role' },
      get_role_by_id_v2: { rule: 'read-role' },
      update_role_v2: { rule: 'update-role' },
      delete_role_by_id_v2: { rule: 'delete-role' },
      enable_role_v2: { rule: 'update-role' },
      disable_role_v2: { rule: 'update-role' },
      get_permission_sets: { rule: 'read-roles' },
      get_permission_set_by_id: { rule: 'read-permission-set' },
    },
  },

  {
    profiles: SINCE_3_0,
    source: 'reference page "Settings" of 3.0, multi-tenant',
    certainty: 'documented',
    rows: {
      get_authorization_settings: {
        rule: 'read-authorization-settings',
        source: 'reference page "Settings" of 3.0, multi-tenant; the form of the list is not published',
        certainty: 'inferred',
      },
      get_authorization_setting_by_key: { rule: 'read-authorization-settings' },
      update_authorization_setting_by_key: { rule: 'update-authorization-settings' },
    },
  },

  {
    profiles: SINCE_2_24,
    source: 'OpenAPI 2.22 to 2.24 and reference page "Settings" of 3.0; the members of the values are not published',
    certainty: 'inferred',
    rows: {
      get_security_settings: { rule: 'read-security-settings' },
      get_security_setting_by_key: { rule: 'read-security-settings' },
      update_security_setting_by_key: { rule: 'update-security-settings' },
    },
  },

  // Parts of scopes.
  {
    source: CLIENTS,
    certainty: 'observed',
    rows: {
      get_tenants: { rule: 'list-tenants', source: 'reference of 3.0, multi-tenant', certainty: 'documented' },
      get_clusters: { rule: 'list-clusters' },
      get_clusters_minimal: { rule: 'list-clusters' },
      get_projects: { rule: 'list-projects' },
      get_workloads: { rule: 'list-workloads' },
    },
  },
  {
    source: CLIENT_DOCUMENT,
    certainty: 'documented',
    rows: {
      count_departments: { rule: 'list-departments' },
      count_projects: { rule: 'list-projects' },
      count_workloads: { rule: 'list-workloads' },
    },
  },
  {
    source: `${CLIENTS}; this one belongs to them`,
    certainty: 'ours',
    rows: {
      get_cluster_by_uuid: { rule: 'read-cluster' },
      get_departments: { rule: 'list-departments' },
      get_department_by_id: { rule: 'read-department' },
      get_project_by_id: { rule: 'read-project' },
    },
  },
] as const satisfies readonly Section<OperationRow & OfProfiles & { readonly rule: RuleId | 'public' }, 'id'>[];
