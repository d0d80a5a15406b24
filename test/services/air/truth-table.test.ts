import { beforeAll, describe, expect, it } from 'vitest';
import {
  AIR_SCOPES,
  type AirProfile,
  personalKey,
  type StagedAir,
  serviceKey,
  stagedAir,
} from '../../support/air-requests.ts';
import { failuresOf } from '../../support/contract.ts';
import { castKey } from '../../support/ngc-cast.ts';
import { type Answer, type TestServer, testServer } from '../../support/server.ts';

/**
 * The needs of every operation, below `/api/v3`: operation | request | success | profile 2.0 | profile dsx |
 * certainty, with one value for each profile where they differ.
 * `a + b`: all of these scopes; `any a, b`: at least one of them; `any *`: any scope of Air; `/ role`: or this role;
 * `roles a + b`: all of these roles and no scope; `-`: not in this profile; `?`: any success.
 * A key of the table has no SSH keys, because they belong to users: 404 is a success where it requests one.
 */
const TABLE = `
simulations_list | GET /simulations/ | 200 | access + simulation_read | simulation_read / air_trainee | documented
simulations_create | POST /simulations/ | 201 | access + simulation_create | simulation_create | implied
simulations_get | GET /simulations/{id}/ | 200 | access + simulation_read | simulation_read / air_trainee | documented
simulations_update | PATCH /simulations/{id}/ | 200 | access + simulation_edit | simulation_edit | implied
simulations_delete | DELETE /simulations/{id}/ | 204 | access + simulation_delete | simulation_delete | documented
simulations_import | POST /simulations/import/ | 201 | access + simulation_create | simulation_create | documented
simulations_clone | POST /simulations/clone/ | 201 | access + simulation_create | simulation_create | documented
simulations_export | GET /simulations/{id}/export/ | 200 | access + simulation_read | simulation_read / air_trainee | documented
simulations_start | PATCH /simulations/{id}/start/ | 200 | access + simulation_start_stop | simulation_start_stop / air_trainee | documented
simulations_shutdown | PATCH /simulations/{id}/shutdown/ | 200 | access + simulation_start_stop | simulation_start_stop / air_trainee | documented
simulations_rebuild | PATCH /simulations/{id}/rebuild/ | 200 | access + simulation_start_stop | simulation_start_stop / air_trainee | documented
simulations_enable_auto_oob | PATCH /simulations/{id}/enable-auto-oob/ | 200 | access + simulation_edit | simulation_edit | documented
simulations_disable_auto_oob | PATCH /simulations/{id}/disable-auto-oob/ | 200 | access + simulation_edit | simulation_edit | documented
simulations_enable_auto_netq | PATCH /simulations/{id}/enable-auto-netq/ | 200 | access + simulation_edit | - | inferred
simulations_disable_auto_netq | PATCH /simulations/{id}/disable-auto-netq/ | 200 | access + simulation_edit | - | inferred
simulations_parse | POST /simulations/parse/ | 200 | access + simulation_create | simulation_create | inferred
simulation_ztp_script_create | POST /simulations/{id}/ztp-script/ | 201 | access + simulation_edit | simulation_edit | documented
simulation_ztp_script_get | GET /simulations/{id}/ztp-script/ | 200 | access + simulation_read | simulation_read | inferred
simulation_ztp_script_update | PATCH /simulations/{id}/ztp-script/ | 200 | access + simulation_edit | simulation_edit | inferred
simulation_ztp_script_delete | DELETE /simulations/{id}/ztp-script/ | 204 | access + simulation_edit | simulation_edit | documented
simulation_history_list | GET /simulations/{id}/history/ | 200 | - | simulation_read | inferred
simulation_history_filters | GET /simulations/{id}/history-filters/ | 200 | - | simulation_read | inferred
node_history_list | GET /simulations/nodes/{id}/history/ | 200 | - | simulation_read | inferred
node_history_filters | GET /simulations/nodes/{id}/history-filters/ | 200 | - | simulation_read | inferred
image_history_list | GET /images/{id}/history/ | 200 | - | image_read | inferred
image_history_filters | GET /images/{id}/history-filters/ | 200 | - | image_read | inferred
demo_history_list | GET /marketplace/demos/{id}/history/ | 200 | - | any * | inferred
demo_history_filters | GET /marketplace/demos/{id}/history-filters/ | 200 | - | any * | inferred
histories_list | GET /histories/ | 200 | access + simulation_read | simulation_read / air_trainee | documented
nodes_list | GET /simulations/nodes/ | 200 | access + simulation_read | simulation_read / air_trainee | documented
nodes_get | GET /simulations/nodes/{id}/ | 200 | access + simulation_read | simulation_read | implied
nodes_create | POST /simulations/nodes/ | 201 | access + simulation_edit | simulation_edit | implied
nodes_update | PATCH /simulations/nodes/{id}/ | 200 | access + simulation_edit | simulation_edit | implied
nodes_delete | DELETE /simulations/nodes/{id}/ | 204 | access + simulation_edit | simulation_edit | documented
nodes_from_system_node | POST /simulations/nodes/from-system-node/ | 201 | access + simulation_edit | simulation_edit | documented
nodes_bulk_reset | PATCH /simulations/nodes/bulk-reset/ | 204 | access + simulation_edit | simulation_edit | documented
nodes_bulk_rebuild | PATCH /simulations/nodes/bulk-rebuild/ | 204 | access + simulation_edit | simulation_edit | documented
nodes_bulk_update | PATCH /simulations/nodes/bulk-update/ | 200 | - | simulation_edit | documented
nodes_bulk_delete | PATCH /simulations/nodes/bulk-delete/ | 204 | - | simulation_edit | documented
nodes_bulk_assign | PATCH /simulations/nodes/bulk-assign/ | 204 | access + simulation_edit | simulation_edit | inferred
nodes_bulk_copy | POST /simulations/nodes/bulk-copy/ | ? | - | simulation_edit | inferred
interfaces_list | GET /simulations/nodes/interfaces/ | 200 | access + simulation_read | simulation_read | implied
interfaces_get | GET /simulations/nodes/interfaces/{id}/ | 200 | access + simulation_read | simulation_read | implied
interfaces_create | POST /simulations/nodes/interfaces/ | 201 | access + simulation_edit | simulation_edit | documented
interfaces_update | PATCH /simulations/nodes/interfaces/{id}/ | 200 | access + simulation_edit | simulation_edit | documented
interfaces_delete | DELETE /simulations/nodes/interfaces/{id}/ | 204 | access + simulation_edit | simulation_edit | inferred
interfaces_breakout | POST /simulations/nodes/interfaces/{id}/breakout/ | 200 | access + simulation_edit | simulation_edit | inferred
interfaces_revert_breakout | POST /simulations/nodes/interfaces/{id}/revert-breakout/ | 200 | access + simulation_edit | simulation_edit | inferred
links_list | GET /simulations/nodes/interfaces/links/ | 200 | access + simulation_read | simulation_read / air_trainee | documented
links_get | GET /simulations/nodes/interfaces/links/{id}/ | 200 | access + simulation_read | simulation_read / air_trainee | documented
links_create | POST /simulations/nodes/interfaces/links/ | 201 | access + simulation_edit | simulation_edit | documented
links_delete | DELETE /simulations/nodes/interfaces/links/{id}/ | 204 | access + simulation_edit | simulation_edit | inferred
services_list | GET /simulations/nodes/interfaces/services/ | 200 | access + simulation_read | simulation_read / air_trainee | documented
services_get | GET /simulations/nodes/interfaces/services/{id}/ | 200 | access + simulation_read | simulation_read / air_trainee | documented
services_create | POST /simulations/nodes/interfaces/services/ | 201 | access + simulation_edit | simulation_edit | documented
services_delete | DELETE /simulations/nodes/interfaces/services/{id}/ | 204 | access + simulation_edit | simulation_edit | documented
instructions_create | POST /simulations/nodes/instructions/ | 201 | access + simulation_edit | simulation_edit | documented
instructions_list | GET /simulations/nodes/instructions/ | 200 | access + simulation_read | simulation_read | inferred
instructions_get | GET /simulations/nodes/instructions/{id}/ | 200 | access + simulation_read | simulation_read | inferred
instructions_update | PATCH /simulations/nodes/instructions/{id}/ | 200 | access + simulation_edit | simulation_edit | inferred
instructions_delete | DELETE /simulations/nodes/instructions/{id}/ | 204 | access + simulation_edit | simulation_edit | inferred
checkpoints_list | GET /simulations/runs/checkpoints/ | 200 | access + simulation_read | simulation_read / air_trainee | documented
checkpoints_get | GET /simulations/runs/checkpoints/{id}/ | 200 | access + simulation_read | simulation_read / air_trainee | documented
checkpoints_update | PATCH /simulations/runs/checkpoints/{id}/ | 200 | access + simulation_edit | simulation_edit | documented
checkpoints_delete | DELETE /simulations/runs/checkpoints/{id}/ | 204 | access + simulation_edit | simulation_edit | inferred
runs_list | GET /simulations/runs/ | 200 | - | simulation_read | inferred
runs_get | GET /simulations/runs/{id}/ | 200 | - | simulation_read | inferred
runs_update | PATCH /simulations/runs/{id}/ | 200 | - | simulation_edit | inferred
userconfigs_list | GET /userconfigs/ | 200 | access + simulation_read | simulation_read / air_trainee | documented
userconfigs_get | GET /userconfigs/{id}/ | 200 | access + simulation_read | simulation_read / air_trainee | documented
userconfigs_create | POST /userconfigs/ | 201 | access + simulation_edit | simulation_edit | documented
userconfigs_update | PATCH /userconfigs/{id}/ | 200 | access + simulation_edit | simulation_edit | inferred
userconfigs_delete | DELETE /userconfigs/{id}/ | 204 | access + simulation_edit | simulation_edit | inferred
images_list | GET /images/ | 200 | access + image_read | image_read | implied
images_get | GET /images/{id}/ | 200 | access + image_read | image_read / air_trainee | documented
images_create | POST /images/ | 201 | access + image_write | image_write | documented
images_update | PATCH /images/{id}/ | 200 | access + image_write | image_write | implied
images_delete | DELETE /images/{id}/ | 204 | access + image_write | image_write | inferred
images_start_upload | PATCH /images/{id}/start-upload/ | 200 | access + image_write | image_write | documented
images_complete_upload | PATCH /images/{id}/complete-upload/ | 200 | access + image_write | image_write | documented
images_abort_upload | PATCH /images/{id}/abort-upload/ | 204 | access + image_write | image_write | implied
images_clear_upload | PATCH /images/{id}/clear-upload/ | 200 | access + image_write | image_write | documented
images_publish | PATCH /images/{id}/publish/ | 200 | access + image_publish | image_publish | documented
images_unpublish | PATCH /images/{id}/unpublish/ | 200 | access + image_publish | image_publish | documented
images_request_publish | PATCH /images/{id}/request-publish/ | 200 | - | any image_write, image_publish | documented
images_request_unpublish | PATCH /images/{id}/request-unpublish/ | 200 | - | any image_write, image_publish | documented
images_cancel_publish_access_record | PATCH /images/{id}/cancel-publish-access-record/ | 200 | - | any image_write, image_publish | documented
images_request_public | PATCH /images/{id}/request-public/ | 200 | - | any image_write, image_publish | inferred
images_request_allowlist_change | PATCH /images/{id}/request-allowlist-change/ | 200 | - | any image_write, image_publish | documented
image_publish_access_records_list | GET /publishing/image-publish-access-records/ | 200 | - | any image_write, image_publish | documented
image_publish_access_records_get | GET /publishing/image-publish-access-records/{id}/ | 200 | - | any image_write, image_publish | documented
image_publish_access_records_approve | PATCH /publishing/image-publish-access-records/{id}/approve/ | 200 | - | any sre, admin | documented
image_publish_access_records_deny | PATCH /publishing/image-publish-access-records/{id}/deny/ | 200 | - | any sre, admin | documented
image_publish_access_records_set_visibility | PATCH /publishing/image-publish-access-records/{id}/set-visibility/ | 200 | - | any sre, admin | documented
image_shares_create | POST /images/shares/ | 201 | access + image_sharing | image_sharing | documented
image_shares_get | GET /images/shares/{id}/ | 200 | access + image_sharing | image_sharing | documented
image_shares_list | GET /images/shares/ | 200 | access + image_sharing | image_sharing | inferred
image_shares_delete | DELETE /images/shares/{id}/ | 204 | access + image_sharing | image_sharing | inferred
image_shares_claim | POST /images/claim-image-share/ | 201 | access + image_write | any image_write, image_claiming | documented
demos_list | GET /marketplace/demos/ | 200 | access + marketplace_demo_read | any * | implied, documented
demos_get | GET /marketplace/demos/{id}/ | 200 | access + marketplace_demo_read | any * | implied, documented
demos_create | POST /marketplace/demos/ | 201 | access + marketplace_demo_write | marketplace_demo_write | documented
demos_update | PATCH /marketplace/demos/{id}/ | 200 | access + marketplace_demo_write | marketplace_demo_write | documented
demos_delete | DELETE /marketplace/demos/{id}/ | 204 | access + marketplace_demo_write | marketplace_demo_write | documented
demos_publish | PATCH /marketplace/demos/{id}/publish/ | 204 | access + marketplace_demo_publish | marketplace_demo_publish | documented
demos_unpublish | PATCH /marketplace/demos/{id}/unpublish/ | 204 | access + marketplace_demo_publish | marketplace_demo_publish | documented
demos_request_publish | PATCH /marketplace/demos/{id}/request-publish/ | 200 | - | any marketplace_demo_write, marketplace_demo_publish | documented
demos_request_allowlist_change | PATCH /marketplace/demos/{id}/request-allowlist-change/ | 200 | - | any marketplace_demo_write, marketplace_demo_publish | documented
demos_request_unpublish | PATCH /marketplace/demos/{id}/request-unpublish/ | 200 | - | any marketplace_demo_write, marketplace_demo_publish | inferred
demos_request_public | PATCH /marketplace/demos/{id}/request-public/ | 200 | - | any marketplace_demo_write, marketplace_demo_publish | inferred
demos_cancel_publish_access_record | PATCH /marketplace/demos/{id}/cancel-publish-access-record/ | 200 | - | any marketplace_demo_write, marketplace_demo_publish | inferred
demos_tighten_order | PATCH /marketplace/demos/tighten-order/ | 204 | - | any sre, admin | documented
demo_publish_access_records_list | GET /publishing/marketplace-demo-publish-access-records/ | 200 | - | any marketplace_demo_write, marketplace_demo_publish | documented
demo_publish_access_records_get | GET /publishing/marketplace-demo-publish-access-records/{id}/ | 200 | - | any marketplace_demo_write, marketplace_demo_publish | documented
demo_publish_access_records_approve | PATCH /publishing/marketplace-demo-publish-access-records/{id}/approve/ | 200 | - | any sre, admin | inferred
demo_publish_access_records_deny | PATCH /publishing/marketplace-demo-publish-access-records/{id}/deny/ | 200 | - | any sre, admin | inferred
demo_publish_access_records_set_visibility | PATCH /publishing/marketplace-demo-publish-access-records/{id}/set-visibility/ | 200 | - | any sre, admin | inferred
demos_request_access | PATCH /marketplace/demos/{id}/request-access/ | 201,200 | - | any * | documented
demos_provision | POST /marketplace/demos/{id}/provision/ | 201 | access + marketplace_demo_read + simulation_create | simulation_create | inferred
demos_manage | PATCH /marketplace/demos/{id}/manage/ | 200 | - | any sre, admin | documented
demo_tags_list | GET /marketplace/demos/tags/ | 200 | access + marketplace_demo_read | any * | inferred
demo_tags_get | GET /marketplace/demos/tags/{id}/ | 200 | access + marketplace_demo_read | any * | inferred
demo_tags_create | POST /marketplace/demos/tags/ | 201 | access + sre | sre | inferred
demo_tags_update | PATCH /marketplace/demos/tags/{id}/ | 200 | access + sre | sre | inferred
demo_tags_delete | DELETE /marketplace/demos/tags/{id}/ | 204 | access + sre | sre | documented
trainings_list | GET /trainings/ | 200 | access + training_instructor | roles air_instructor + air_org_admin | implied, documented
trainings_get | GET /trainings/{id}/ | 200 | access + training_instructor | roles air_instructor + air_org_admin | implied, documented
trainings_create | POST /trainings/ | 201 | access + training_instructor | roles air_instructor + air_org_admin + user_admin | implied, documented
trainings_update | PATCH /trainings/{id}/ | 200 | access + training_instructor | roles air_instructor + air_org_admin + user_admin | implied, inferred
trainings_delete | DELETE /trainings/{id}/ | 204 | access + training_instructor | roles air_instructor + air_org_admin + user_admin | implied, documented
trainings_attendees_add | PATCH /trainings/{id}/attendees/add/ | 204 | access + training_instructor | roles air_instructor + air_org_admin + user_admin | implied, documented
trainings_attendees_remove | PATCH /trainings/{id}/attendees/remove/ | 204 | access + training_instructor | roles air_instructor + air_org_admin + user_admin | implied, inferred
trainings_external_user_group | GET /trainings/{id}/external-user-group/ | 200 | access + training_instructor | roles air_instructor + air_org_admin + user_admin | inferred, documented
trainings_workbench_simulations | GET /trainings/{id}/workbench-simulations/ | 200 | - | roles air_instructor + air_org_admin | inferred
resource_budgets_list | GET /resource-budgets/ | 200 | access | any * | documented
resource_budgets_get | GET /resource-budgets/{id}/ | 200 | access | any * | documented
ssh_keys_list | GET /users/ssh-keys/ | 200 | access | any * | documented
ssh_keys_create | POST /users/ssh-keys/ | 201 | access | any * | documented
ssh_keys_get | GET /users/ssh-keys/{id}/ | 200,404 | access | any * | documented
ssh_keys_delete | DELETE /users/ssh-keys/{id}/ | 204,404 | access | any * | inferred
system_nodes_list | GET /systems/nodes/ | 200 | access | any * | inferred
system_nodes_get | GET /systems/nodes/{id}/ | 200 | access | any * | inferred
system_nodes_delete | DELETE /systems/nodes/{id}/ | 204 | - | any * | inferred
fleets_list | GET /infra/fleets/ | 200 | access | any * | inferred
workers_list | GET /infra/workers/ | 200 | access | any * | inferred
worker_certificates_list | GET /infra/workers/certificates/ | 200 | access | any * | inferred
fleets_create | POST /infra/fleets/ | 201 | access | any * | inferred
workers_create | POST /infra/workers/ | 201 | access | any * | inferred
fleets_get | GET /infra/fleets/{id}/ | 200 | access | any * | inferred
fleets_update | PATCH /infra/fleets/{id}/ | 200 | access | any * | inferred
workers_get | GET /infra/workers/{id}/ | 200 | access | any * | inferred
workers_update | PATCH /infra/workers/{id}/ | 200 | access | any * | inferred
fleets_delete | DELETE /infra/fleets/{id}/ | 204 | access | any * | inferred
workers_delete | DELETE /infra/workers/{id}/ | 204 | access | any * | inferred
workers_issue_certificate | POST /infra/workers/{id}/issue-certificate/ | 201 | access | any * | inferred
worker_certificates_get | GET /infra/workers/certificates/{id}/ | 200 | access | any * | inferred
worker_certificates_revoke | PATCH /infra/workers/certificates/{id}/revoke/ | 200 | access | any * | inferred
manifests_list | GET /manifests/ | 200 | access + manifest_read | - | inferred
manifests_get | GET /manifests/{id}/ | 200 | access + manifest_read | - | inferred
manifests_create | POST /manifests/ | 201 | access + manifest_write | - | inferred
manifests_update | PATCH /manifests/{id}/ | 200 | access + manifest_write | - | inferred
manifests_delete | DELETE /manifests/{id}/ | 204 | access + manifest_write | - | inferred
plugin_images_list | GET /manifests/plugin-images/ | 200 | - | manifest_read | documented
plugin_images_create | POST /manifests/plugin-images/ | 201 | - | manifest_write | inferred
plugin_images_get | GET /manifests/plugin-images/{id}/ | 200 | - | manifest_read | inferred
plugin_images_update | PATCH /manifests/plugin-images/{id}/ | 200 | - | manifest_write | inferred
plugin_images_delete | DELETE /manifests/plugin-images/{id}/ | 204 | - | manifest_write | inferred
os_image_manifests_list | GET /manifests/os-images/ | 200 | - | image_read | documented
os_image_manifests_get | GET /manifests/os-images/{id}/ | 200 | - | image_read | documented
os_image_manifests_create | POST /manifests/os-images/ | 201 | - | image_write | inferred
os_image_manifests_update | PATCH /manifests/os-images/{id}/ | 200 | - | image_write | documented
os_image_manifests_delete | DELETE /manifests/os-images/{id}/ | 204 | - | image_write | inferred
os_templates_list | GET /manifests/os-templates/ | 200 | - | image_read | documented
os_templates_get | GET /manifests/os-templates/{id}/ | 200 | - | image_read | documented
os_templates_create | POST /manifests/os-templates/ | 201 | - | image_write | inferred
os_templates_delete | DELETE /manifests/os-templates/{id}/ | 204 | - | image_write | inferred
platform_information_list | GET /manifests/platform-information/ | 200 | - | image_read | documented
platform_information_get | GET /manifests/platform-information/{id}/ | 200 | - | image_read | documented
platform_information_create | POST /manifests/platform-information/ | 201 | - | image_write | documented
platform_information_delete | DELETE /manifests/platform-information/{id}/ | 204 | - | image_write | inferred
feedback_create | POST /users/feedback/ | ? | - | any * | inferred
`;

const PROFILES = ['2.0', 'dsx'] as const;
const NOTHING = '00000000-0000-4000-8000-000000000000';
const DETAIL = 'You do not have permission to perform this action.';
const ABSENT = 'No object matches the given query.';

/** The responses to another organisation: 404 by default, with exceptions for some operations. */
const HIDDEN = '404 foreign_object';
const NOT_OWNER = '403 not_owner';
const NO_SCOPE = '403 missing_scope';
const NO_ROLE = '403 missing_role';
const CROSS_ORG_EXCEPTIONS: Readonly<Record<AirProfile | 'both', Readonly<Record<string, string>>>> = {
  both: {
    // Public objects, and objects without an owner, are visible to every organisation.
    demo_tags_get: '200 allowed',
    system_nodes_get: '200 allowed',
    images_unpublish: NOT_OWNER,
    demos_unpublish: NOT_OWNER,
    // The id is the name of an organisation.
    resource_budgets_get: '404 no_such_object',
  },
  '2.0': { demo_tags_update: '200 allowed', demo_tags_delete: '204 allowed' },
  dsx: {
    images_request_unpublish: NOT_OWNER,
    images_request_public: NOT_OWNER,
    demos_request_unpublish: NOT_OWNER,
    demos_request_public: NOT_OWNER,
    system_nodes_delete: NOT_OWNER,
    // The key of the other organisation has no scope of the platform, and no roles.
    ...Object.fromEntries(
      ['image', 'demo'].flatMap((kind) =>
        ['approve', 'deny', 'set_visibility'].map((act) => [`${kind}_publish_access_records_${act}`, NO_SCOPE]),
      ),
    ),
    demos_manage: NO_SCOPE,
    demo_tags_update: NO_SCOPE,
    demo_tags_delete: NO_SCOPE,
    plugin_images_get: NO_SCOPE,
    plugin_images_update: NO_SCOPE,
    plugin_images_delete: NO_SCOPE,
    trainings_get: NO_ROLE,
    trainings_update: NO_ROLE,
    trainings_delete: NO_ROLE,
    trainings_attendees_add: NO_ROLE,
    trainings_attendees_remove: NO_ROLE,
    trainings_external_user_group: NO_ROLE,
    trainings_workbench_simulations: NO_ROLE,
  },
};

/** The scopes and roles that a profile requires. */
interface Needs {
  readonly all: readonly string[];
  readonly any: readonly string[];
  readonly roles: readonly string[];
  readonly orRole: string | null;
}

interface Row {
  readonly operation: string;
  readonly request: string;
  /** Empty for any success. */
  readonly success: readonly number[];
  readonly needs: Readonly<Record<AirProfile, Needs | null>>;
  readonly certainty: Readonly<Record<AirProfile, string>>;
}

function parseScopes(text: string, between: string): string[] {
  return text.split(between).map((name) => `air:${name.trim()}`);
}

function parseNeeds(expression: string): Needs | null {
  const none: Needs = { all: [], any: [], roles: [], orRole: null };
  if (expression === '-') return null;
  if (expression === 'any *') return { ...none, any: AIR_SCOPES };
  if (expression.startsWith('any ')) return { ...none, any: parseScopes(expression.slice(4), ',') };
  if (expression.startsWith('roles ')) return { ...none, roles: expression.slice(6).split(' + ') };
  const [scopes = '', orRole = null] = expression.split(' / ');
  return { ...none, all: parseScopes(scopes, '+'), orRole };
}

const ROWS = TABLE.trim()
  .split('\n')
  .map((line): Row => {
    const [operation = '', request = '', success = '', old = '', dsx = '', certainty = ''] = line.split(' | ');
    const [ofOld = '', ofDsx = ofOld] = certainty.split(', ');
    return {
      operation,
      request: request.replace(' ', ' /api/v3'),
      success: success === '?' ? [] : success.split(',').map(Number),
      needs: { '2.0': parseNeeds(old), dsx: parseNeeds(dsx) },
      certainty: { '2.0': ofOld, dsx: ofDsx },
    };
  });

/** One operation for each kind of need, requested with every variant of a key. */
const EXAMPLES = [
  'simulations_get',
  'demos_provision',
  'images_request_publish',
  'trainings_create',
  'system_nodes_get',
];

/** The rights of a caller and the expected outcome. */
interface Variant {
  readonly name: string;
  readonly scopes?: readonly string[];
  readonly roles?: readonly string[];
  readonly outcome: 'allow' | 'missing_scope' | 'missing_role';
}

const omit = (names: readonly string[], removed: readonly string[]) => names.filter((name) => !removed.includes(name));

/** A key with exactly the required rights. */
function sufficientVariant({ all, any, roles }: Needs): Variant {
  const held = roles.length > 0 ? { roles } : { scopes: [...all, ...any.slice(0, 1)] };
  return { name: 'exactly the required rights', ...held, outcome: 'allow' };
}

/** Keys with exactly the required rights, without each of them, with none, and with all other rights. */
function variantsOf(needs: Needs, profile: AirProfile): Variant[] {
  const common = [sufficientVariant(needs), ...(needs.roles.length > 0 ? roleVariants(needs) : scopeVariants(needs))];
  if (profile === '2.0')
    return [...common, { name: 'only the role air-admin', roles: ['air-admin'], outcome: 'allow' }];
  if (needs.roles.length > 0) return common;
  const outcome = needs.orRole === 'air_trainee' ? 'allow' : 'missing_scope';
  return [...common, { name: 'only the role air_trainee', roles: ['air_trainee'], outcome }];
}

function scopeVariants({ all, any }: Needs): Variant[] {
  const remaining = omit(AIR_SCOPES, [...all, ...any]);
  return [
    ...any.slice(1).map((scope): Variant => ({ name: `only ${scope}`, scopes: [scope], outcome: 'allow' })),
    ...all.map((scope): Variant => {
      return { name: `without ${scope}`, scopes: omit(all, [scope]), outcome: 'missing_scope' };
    }),
    { name: 'every other scope', scopes: remaining, outcome: 'missing_scope' },
  ];
}

function roleVariants({ roles }: Needs): Variant[] {
  return [
    ...roles.map((role): Variant => ({ name: `without ${role}`, roles: omit(roles, [role]), outcome: 'missing_role' })),
    { name: 'every scope of a user without the roles', roles: ['air-admin', 'air_admin'], outcome: 'missing_role' },
    { name: 'no role', roles: [], outcome: 'missing_role' },
    { name: 'a service key with every scope', scopes: AIR_SCOPES, outcome: 'missing_role' },
  ];
}

/** The outcome of a request with a key that has access. */
function outcomeOf({ success }: Pick<Row, 'success'>, { status, decision }: Answer): string {
  const isNotTheirs = status === 404 && success.includes(404);
  if (decision?.effect === 'deny' && !isNotTheirs) return `${status} ${decision.reason}`;
  const isSuccess = success.length === 0 ? status >= 200 && status < 300 : success.includes(status);
  return isSuccess ? 'allow' : String(status);
}

/** The needs of a rule in the table of the mock, in the form of this test. */
function normalizeNeeds({
  all = [],
  any = [],
  roles = [],
  orRoles = [],
}: Partial<Needs> & { orRoles?: string[] }): Needs {
  return { all, any: [...any].sort(), roles, orRole: orRoles[0] ?? null };
}

describe.each(PROFILES)('access table of Air, profile %s:', (profile) => {
  let server: TestServer;
  let staged: StagedAir;
  const keys = new Map<string, Promise<string>>();
  const rows = ROWS.flatMap(({ needs, ...row }) => {
    const own = needs[profile];
    return own === null ? [] : [{ ...row, needs: own }];
  });

  beforeAll(async () => {
    server = await testServer({ air: profile });
    staged = await stagedAir(server, profile);
  });

  const createKeyWith = ({ scopes, roles }: Pick<Variant, 'scopes' | 'roles'>): Promise<string> => {
    const name = JSON.stringify([scopes, roles]);
    const user = `person-${keys.size}@acme.test`;
    const key =
      keys.get(name) ??
      (scopes === undefined ? personalKey(server, user, roles ?? []) : serviceKey(server, scopes)).then(
        ({ key }) => key,
      );
    keys.set(name, key);
    return key;
  };
  const readTables = async () => (await server.call('GET /_mock/tables/air')).body;

  it('has every operation of the document once, with its needs', async () => {
    const { operations, rules } = await readTables();
    const ruleOf = new Map(rules.map((rule: { id: string }) => [rule.id, rule]));
    const actual = operations.flatMap(({ id, rule }: { id: string; rule: string }) =>
      rule === 'public' ? [] : [[id, normalizeNeeds((ruleOf.get(rule) as { needs: object }).needs)]],
    );
    const expected = rows.map(({ operation, needs }) => [operation, { ...needs, any: [...needs.any].sort() }]);

    expect(actual).toHaveLength(rows.length);
    expect(Object.fromEntries(actual)).toEqual(Object.fromEntries(expected));
  });

  it('has the certainty of every operation and rule that the sources have', async () => {
    const { operations, rules } = await readTables();
    const certaintiesOf = (listed: readonly { id: string; certainty: string }[]) =>
      Object.fromEntries(
        listed.filter(({ id }) => id !== 'uploads_put_part').map((operation) => [operation.id, operation.certainty]),
      );
    const expected = Object.fromEntries(rows.map(({ operation, certainty }) => [operation, certainty[profile]]));

    expect.soft(certaintiesOf(rules)).toEqual(expected);
    // The SDK documents the shape of many operations whose rule is inferred.
    const isFromSdk = (operation: { source: string }) => operation.source.includes('SDK 1.3.1');
    const withoutSdk = certaintiesOf(operations.filter((operation: { source: string }) => !isFromSdk(operation)));
    expect.soft(withoutSdk).toEqual(Object.fromEntries(Object.keys(withoutSdk).map((id) => [id, expected[id]])));
  });

  it.each(rows)(
    '$operation returns 403 for a key without scopes before the object and the body are read',
    async (row) => {
      const [method = ''] = row.request.split(' ');
      const hasBody = method === 'POST' || method === 'PATCH';
      const { status, body, headers, decision } = await server.call(row.request.replace('{id}', NOTHING), {
        token: await createKeyWith({ scopes: [] }),
        ...(hasBody && { body: { name: 7, nodes: 'no', content: [] } }),
      });
      const { all, any, roles } = row.needs;

      expect([status, decision?.reason]).toEqual([403, roles.length > 0 ? 'missing_role' : 'missing_scope']);
      expect([decision.missing ?? [], decision.missingAnyOf ?? []]).toEqual([[...roles, ...all], any]);
      expect(body).toEqual({ detail: DETAIL, request_id: expect.any(String) });
      expect(headers).toMatchObject({ 'content-type': expect.stringMatching(/^application\/json/) });
      expect(headers['www-authenticate']).toBeUndefined();
    },
  );

  it.each(rows)(
    '$operation allows a key with the required rights, and hides the object from other organisations',
    async (row) => {
      const token = await createKeyWith(sufficientVariant(row.needs));
      const fill = () => staged.fill(row.operation, row.needs.roles.includes('user_admin') ? token : undefined);
      let filling = await fill();
      if (row.request.includes('{id}')) {
        const { status, body, decision } = await staged.ask(row.request, filling, castKey('globex-air').key);
        const { operation } = row;
        const expected = CROSS_ORG_EXCEPTIONS[profile][operation] ?? CROSS_ORG_EXCEPTIONS.both[operation] ?? HIDDEN;
        expect(`${status} ${decision?.reason ?? 'allowed'}`).toBe(expected);
        // The response is the same as for an object that does not exist.
        if (expected === HIDDEN) expect(body).toEqual({ detail: ABSENT, request_id: expect.any(String) });
        if (status < 300) filling = await fill();
      }

      expect(outcomeOf(row, await staged.ask(row.request, filling, token))).toBe('allow');
    },
  );

  it.each(rows.filter(({ operation }) => EXAMPLES.includes(operation)))(
    '$operation has the expected decision for each variant of a key, and records it',
    async ({ operation, request, needs }) => {
      const failures = await failuresOf(
        variantsOf(needs, profile).map((variant) => [variant.name, variant] as const),
        async (variant) => {
          const token = await createKeyWith(variant);
          const { status, decision } = await staged.ask(request, await staged.fill(operation), token);
          const reason = variant.outcome === 'allow' ? null : variant.outcome;
          const effect = reason === null ? 'allow' : 'deny';
          expect([status === 403, decision.effect, decision.reason ?? null]).toEqual([reason !== null, effect, reason]);
          const recorded = await server.call(`GET /_mock/decisions/${decision.id}`);
          expect(recorded).toMatchObject({ status: 200, body: { effect, reason, operation } });
        },
      );

      expect(failures).toEqual([]);
    },
  );
});
