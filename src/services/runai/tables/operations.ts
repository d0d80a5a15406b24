import type { Section } from '../../../contract/sections.ts';
import type { OperationRow } from '../../../decisions/rule.ts';
import { type OfProfiles, ONLY_2_19, ONLY_2_24, SINCE_2_24, SINCE_3_0, UNTIL_2_24 } from './profiles.ts';
import type { RuleId } from './rules.ts';

const KEYCLOAK = "the path is Keycloak's";
const FRAMES = `OpenID Connect Session Management 1.0, 4; ${KEYCLOAK}, and keycloak-js loads it`;
const LOGOUT = `OpenID Connect RP-Initiated Logout 1.0; ${KEYCLOAK}`;
const CLIENTS = 'first calls of published clients';
const CLIENT_DOCUMENT =
  'OpenAPI 2.19 to 1.224.0 of the official Python client (runai-professional-services/runapy, .generator/swagger.json, b7d5b60 to 06000dd)';
const CLIENT_DOCUMENT_2_24 =
  'OpenAPI 1.224.0 of the official Python client (runai-professional-services/runapy, .generator/swagger.json, 06000dd)';

/** The guides since 2.20 and most clients have these names, the documents the others. */
export const PAGE_NAMES = { clientID: 'clientId', appID: 'appId' } as const;

export const OPERATION_SECTIONS = [
  // Tokens.
  {
    rule: 'public',
    selects: 'body',
    decidedBy: 'body',
    rows: {
      grant_token: {
        fieldNames: 'caseless',
        pageNames: PAGE_NAMES,
        source: `${CLIENT_DOCUMENT}; published clients spell its fields in four ways`,
        certainty: 'documented',
      },
      grant_token_v2: {
        profiles: SINCE_2_24,
        source: `${CLIENT_DOCUMENT_2_24} and the reference of 3.0`,
        certainty: 'documented',
      },
      app_token: {
        profiles: UNTIL_2_24,
        source: CLIENT_DOCUMENT,
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
      get_realm: { source: KEYCLOAK },
      get_openid_configuration: { source: `OpenID Connect Discovery 1.0, 4; ${KEYCLOAK}` },
      get_realm_jwks: { source: `RFC 7517, 5; ${KEYCLOAK}` },
      // Clients load it into a hidden frame with `prompt=none`. The login page itself is never framed.
      authorize: { framed: true, source: `RFC 6749, 4.1; OpenID Connect Core 1.0, 3.1; ${KEYCLOAK}` },
      authorize_by_post: { source: `OpenID Connect Core 1.0, 3.1.2.1; ${KEYCLOAK}` },
      log_in: { source: `the form of the login page; ${KEYCLOAK}` },
      get_cookie_step_1: { framed: true, source: FRAMES },
      get_cookie_step_2: { framed: true, source: FRAMES },
      get_login_status_frame: { framed: true, source: FRAMES },
      check_login_status_origin: { source: FRAMES },
      grant_realm_token: { selects: 'body', decidedBy: 'body', source: `RFC 6749, 3.2; ${KEYCLOAK}` },
      introspect_token: { selects: 'body', decidedBy: 'body', source: `RFC 7662; ${KEYCLOAK}` },
      revoke_token: { selects: 'body', decidedBy: 'body', source: `RFC 7009; ${KEYCLOAK}` },
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
    source: `${CLIENT_DOCUMENT_2_24} and reference page "Access keys", 2.24`,
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
    source: CLIENT_DOCUMENT_2_24,
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
    source: CLIENT_DOCUMENT,
    certainty: 'documented',
    rows: {
      get_applications: { rule: 'list-applications' },
      create_application: { rule: 'create-application' },
      get_application_by_id: { rule: 'read-application' },
      update_application_by_id: { rule: 'update-application' },
      delete_application_by_id: { rule: 'delete-application' },
      regenerate_application_secret: { rule: 'update-application' },
      get_roles_v1: { rule: 'read-roles' },
      get_role_v1: { rule: 'read-role-v1' },
    },
  },
  {
    profiles: SINCE_2_24,
    source: CLIENT_DOCUMENT_2_24,
    certainty: 'documented',
    rows: {
      get_service_accounts: { rule: 'list-service-accounts' },
      create_service_account: { rule: 'create-service-account' },
      get_service_account_by_id: { rule: 'read-service-account' },
      update_service_account_by_id: { rule: 'update-service-account' },
      delete_service_account_by_id: { rule: 'delete-service-account' },
      regenerate_service_account_secret: { rule: 'update-service-account' },
    },
  },
  {
    source: CLIENT_DOCUMENT,
    certainty: 'documented',
    rows: {
      get_access_rules: { rule: 'list-access-rules' },
      create_access_rule: { rule: 'create-access-rule' },
      count_access_rules: { rule: 'list-access-rules' },
      get_access_rule: { rule: 'read-access-rule' },
      delete_access_rule: { rule: 'delete-access-rule' },
      get_permissions: { rule: 'own-access' },
      get_permitted_scopes: { rule: 'own-access' },
      get_users: { rule: 'list-users' },
      create_user: { rule: 'create-user' },
      count_users: { rule: 'list-users' },
      get_user_by_id: { rule: 'read-user' },
      delete_user_by_id: { rule: 'delete-user' },
      logout_user: { rule: 'update-user' },
      reset_user_password: { rule: 'update-user' },
      change_user_password: { rule: 'own-password' },
    },
  },
  {
    profiles: SINCE_2_24,
    source: CLIENT_DOCUMENT_2_24,
    certainty: 'documented',
    rows: {
      access_rules_batch: { rule: 'delete-access-rules' },
      access_rules_batch_create: { rule: 'create-access-rules' },
      get_me_access_rules: { rule: 'own-access' },
      count_me_access_rules: { rule: 'own-access' },
    },
  },
  {
    profiles: SINCE_2_24,
    source: 'reference of 2.24 and 3.0; not in any published OpenAPI file',
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
        source: 'reference page "Settings" of 3.0, multi-tenant; the format of the list is not published',
        certainty: 'inferred',
      },
      get_authorization_setting_by_key: { rule: 'read-authorization-settings' },
      update_authorization_setting_by_key: { rule: 'update-authorization-settings' },
    },
  },

  {
    profiles: SINCE_2_24,
    source: `${CLIENT_DOCUMENT_2_24}; in 3.0, also the reference page "Settings", for \`tenantId\``,
    certainty: 'documented',
    rows: {
      get_security_settings: { rule: 'read-security-settings' },
      get_security_setting_by_key: { rule: 'read-security-settings' },
      update_security_setting_by_key: { rule: 'update-security-settings' },
    },
  },

  // Scopes and workloads.
  {
    source: CLIENT_DOCUMENT,
    certainty: 'documented',
    rows: {
      get_tenants: { rule: 'list-tenants', source: 'reference of 3.0, multi-tenant' },
      get_clusters: { rule: 'list-clusters' },
      get_clusters_minimal: { rule: 'list-clusters', source: CLIENTS, certainty: 'observed' },
      get_cluster_by_uuid: { rule: 'read-cluster' },
      get_departments: { rule: 'list-departments' },
      get_department: { rule: 'read-department' },
      count_departments: { rule: 'list-departments' },
      get_projects: { rule: 'list-projects' },
      get_project: { rule: 'read-project' },
      count_projects: { rule: 'list-projects' },
      get_workloads: { rule: 'list-workloads' },
      count_workloads: { rule: 'list-workloads' },
      get_workload: { rule: 'read-workload' },
      create_workspace1: { rule: 'create-workspace' },
      get_workspace: { rule: 'read-workspace' },
      delete_workspace: { rule: 'delete-workspace' },
      create_training1: { rule: 'create-training' },
      get_training: { rule: 'read-training' },
      delete_training: { rule: 'delete-training' },
      create_distributed: { rule: 'create-distributed' },
      get_distributed: { rule: 'read-distributed' },
      delete_distributed: { rule: 'delete-distributed' },
    },
  },
] as const satisfies readonly Section<OperationRow & OfProfiles & { readonly rule: RuleId | 'public' }, 'id'>[];
