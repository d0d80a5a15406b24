import { beforeAll, describe, expect, it } from 'vitest';
import { readDocument } from '../../support/documents.ts';
import { SCOPED_LISTS } from '../../support/runai-lists.ts';
import {
  ADMINISTERED,
  type Administered,
  PLACE_NAMES,
  PLACES,
  type PlaceName,
  placesOf,
  type RunaiCaller,
  type RunaiProfile,
  requestOf,
  type StagedRunai,
  stagedRunai,
  successOf,
  usualPlaceOf,
} from '../../support/runai-requests.ts';
import type { Answer } from '../../support/server.ts';

/**
 * Every operation: id | versions | the required permission | where the permission must be held.
 * `public`: no token is required; `-`: any token is accepted; `tenant`: in the whole tenant; `scope`: in any scope that
 * contains the object.
 */
const TABLE = `
grant_token | all | public | -
grant_token_v2 | since 2.24 | public | -
app_token | until 2.24 | public | -
exchange_code | only 2.19 | public | -
refresh_token | only 2.19 | public | -
get_openid_configuration | all | public | -
get_realm | all | public | -
get_realm_jwks | all | public | -
authorize | all | public | -
authorize_by_post | all | public | -
log_in | all | public | -
get_cookie_step_1 | all | public | -
get_cookie_step_2 | all | public | -
get_login_status_frame | all | public | -
check_login_status_origin | all | public | -
grant_realm_token | all | public | -
introspect_token | all | public | -
revoke_token | all | public | -
end_session | all | public | -
end_session_by_post | all | public | -
get_userinfo | all | - | -
get_userinfo_by_post | all | - | -
get_access_keys | since 2.24 | - | -
create_access_key1 | since 2.24 | - | -
get_access_key_by_id1 | since 2.24 | - | -
delete_access_key_by_id | since 2.24 | - | -
regenerate_access_key_secret | since 2.24 | - | -
get_access_keys_administration | since 2.24 | access-keys:read | tenant
delete_access_key_by_id_administration | since 2.24 | access-keys:delete | tenant
get_user_applications | only 2.24 | - | -
create_user_application | only 2.24 | - | -
get_user_application_by_id | only 2.24 | - | -
delete_user_application_by_id | only 2.24 | - | -
regenerate_user_application_secret | only 2.24 | - | -
get_user_applications_administration | only 2.24 | access-keys:read | tenant
delete_user_application_by_id_administration | only 2.24 | access-keys:delete | tenant
get_applications | until 2.24 | apps:read | tenant
create_application | until 2.24 | apps:create | tenant
get_application_by_id | until 2.24 | apps:read | tenant
update_application_by_id | until 2.24 | apps:update | tenant
delete_application_by_id | until 2.24 | apps:delete | tenant
regenerate_application_secret | until 2.24 | apps:update | tenant
get_service_accounts | since 2.24 | service-account:read | tenant
create_service_account | since 2.24 | service-account:create | tenant
get_service_account_by_id | since 2.24 | service-account:read | tenant
update_service_account_by_id | since 2.24 | service-account:update | tenant
delete_service_account_by_id | since 2.24 | service-account:delete | tenant
regenerate_service_account_secret | since 2.24 | service-account:update | tenant
get_access_rules | all | access_rules:read | scope
create_access_rule | all | access_rules:create | scope
count_access_rules | all | access_rules:read | scope
get_access_rule | all | access_rules:read | scope
delete_access_rule | all | access_rules:delete | scope
access_rules_batch | since 2.24 | access_rules:delete | scope
access_rules_batch_create | since 2.24 | access_rules:create | scope
get_me_access_rules | since 2.24 | - | -
count_me_access_rules | since 2.24 | - | -
get_permissions | all | - | -
get_permitted_scopes | all | - | -
get_roles_v1 | until 2.24 | roles:read | scope
get_role_v1 | until 2.24 | roles:read | scope
get_roles_v2 | since 2.24 | roles:read | scope
create_role_v2 | since 2.24 | roles:create | tenant
get_role_by_id_v2 | since 2.24 | roles:read | scope
update_role_v2 | since 2.24 | roles:update | tenant
delete_role_by_id_v2 | since 2.24 | roles:delete | tenant
enable_role_v2 | since 2.24 | roles:update | tenant
disable_role_v2 | since 2.24 | roles:update | tenant
get_permission_sets | since 2.24 | roles:read | scope
get_permission_set_by_id | since 2.24 | roles:read | scope
get_authorization_settings | since 3.0 | roles:read | tenant
get_authorization_setting_by_key | since 3.0 | roles:read | tenant
update_authorization_setting_by_key | since 3.0 | roles:update | tenant
get_security_settings | since 2.24 | security-settings:read | tenant
get_security_setting_by_key | since 2.24 | security-settings:read | tenant
update_security_setting_by_key | since 2.24 | security-settings:update | tenant
get_users | all | users:read | tenant
create_user | all | users:create | tenant
count_users | all | users:read | tenant
get_user_by_id | all | users:read | tenant
delete_user_by_id | all | users:delete | tenant
logout_user | all | users:update | tenant
reset_user_password | all | users:update | tenant
change_user_password | all | - | -
get_tenants | all | tenant:read | scope
get_clusters | all | cluster:read | scope
get_clusters_minimal | all | cluster:read | scope
get_cluster_by_uuid | all | cluster:read | scope
get_departments | all | department:read | scope
count_departments | all | department:read | scope
get_department | all | department:read | scope
get_projects | all | project:read | scope
count_projects | all | project:read | scope
get_project | all | project:read | scope
get_workloads | all | workloads:read | scope
count_workloads | all | workloads:read | scope
get_workload | all | workloads:read | scope
create_workspace1 | all | workspaces:create | scope
get_workspace | all | workspaces:read | scope
delete_workspace | all | workspaces:delete | scope
create_training1 | all | trainings:create | scope
get_training | all | trainings:read | scope
delete_training | all | trainings:delete | scope
create_distributed | all | trainings:create | scope
get_distributed | all | trainings:read | scope
delete_distributed | all | trainings:delete | scope
`;

const PROFILES: readonly RunaiProfile[] = ['2.19', '2.24', '3.0'];

const VERSIONS: Readonly<Record<string, readonly RunaiProfile[]>> = {
  all: PROFILES,
  'until 2.24': ['2.19', '2.24'],
  'since 2.24': ['2.24', '3.0'],
  'only 2.19': ['2.19'],
  'only 2.24': ['2.24'],
  'since 3.0': ['3.0'],
};

const ROLES_OF_2_19 = [
  'System administrator',
  'Editor',
  'Research manager',
  'L1 researcher',
  'ML engineer',
  'Viewer',
  'L2 researcher',
  'Environment administrator',
  'Data source administrator',
  'Compute resource administrator',
  'Template administrator',
  'Department viewer',
  'Credentials administrator',
  'Data volume administrator',
  'Application administrator',
  'Cloud support',
  'Department administrator',
  'Cloud operator',
] as const;
const ROLES_SINCE_2_24 = [
  ...ROLES_OF_2_19,
  'AI practitioner',
  'Data and storage administrator',
  'Project administrator',
] as const;
type RoleName = (typeof ROLES_SINCE_2_24)[number];

const ROLES_BY_PROFILE: Readonly<Record<RunaiProfile, readonly RoleName[]>> = {
  '2.19': ROLES_OF_2_19,
  '2.24': ROLES_SINCE_2_24,
  '3.0': ROLES_SINCE_2_24,
};

const ADMINISTRATOR: readonly RoleName[] = ['System administrator'];
const ADMINISTRATORS: readonly RoleName[] = ['System administrator', 'Department administrator'];
const OPERATORS: readonly RoleName[] = ['System administrator', 'Cloud operator'];
const RULE_CREATORS: readonly RoleName[] = [
  'System administrator',
  'Editor',
  'Research manager',
  'Application administrator',
  'Department administrator',
];
const RULE_READERS: readonly RoleName[] = [...RULE_CREATORS, 'Cloud support', 'Cloud operator'];
const ROLE_READERS: readonly RoleName[] = [...RULE_CREATORS, 'Cloud support'];
const USER_READERS: readonly RoleName[] = [
  'System administrator',
  'Editor',
  'Application administrator',
  'Cloud support',
  'Department administrator',
  'Cloud operator',
];
const APP_READERS: readonly RoleName[] = [
  'System administrator',
  'Editor',
  'Application administrator',
  'Department administrator',
  'Cloud operator',
];
const ACCOUNT_READERS: readonly RoleName[] = [
  'System administrator',
  'Editor',
  'Department administrator',
  'Project administrator',
];
const PROJECT: RoleName = 'Project administrator';

/** The roles that may submit workloads, from the capture of 2024. The guide of 2.25 adds two more. */
const SUBMITTERS: readonly RoleName[] = [
  'System administrator',
  'Editor',
  'Research manager',
  'L1 researcher',
  'L2 researcher',
  'Application administrator',
  'Department administrator',
];
const SUBMITTERS_SINCE_2_24: readonly RoleName[] = [...SUBMITTERS, 'AI practitioner', 'Project administrator'];

function exclude(roles: readonly RoleName[], ...excluded: readonly RoleName[]): readonly RoleName[] {
  return roles.filter((role) => !excluded.includes(role));
}

/** The roles that have a permission, in 2.19 and since 2.24. Null: the version has no such permission. */
const HOLDERS: Readonly<Record<string, readonly [in219: readonly RoleName[] | null, since224: readonly RoleName[]]>> = {
  'tenant:read': [ROLES_OF_2_19, ROLES_SINCE_2_24],
  'cluster:read': [ROLES_OF_2_19, ROLES_SINCE_2_24],
  'department:read': [ROLES_OF_2_19, ROLES_SINCE_2_24],
  'project:read': [ROLES_OF_2_19, ROLES_SINCE_2_24],
  'workloads:read': [exclude(ROLES_OF_2_19, 'Cloud operator'), exclude(ROLES_SINCE_2_24, 'Cloud operator')],
  'workspaces:read': [exclude(ROLES_OF_2_19, 'Cloud operator'), exclude(ROLES_SINCE_2_24, 'Cloud operator')],
  'workspaces:create': [SUBMITTERS, SUBMITTERS_SINCE_2_24],
  'workspaces:delete': [SUBMITTERS, SUBMITTERS_SINCE_2_24],
  'trainings:read': [
    exclude(ROLES_OF_2_19, 'Cloud operator', 'ML engineer'),
    exclude(ROLES_SINCE_2_24, 'Cloud operator', 'ML engineer'),
  ],
  'trainings:create': [SUBMITTERS, SUBMITTERS_SINCE_2_24],
  'trainings:delete': [SUBMITTERS, SUBMITTERS_SINCE_2_24],
  'access_rules:read': [RULE_READERS, [...RULE_READERS, PROJECT]],
  'access_rules:create': [RULE_CREATORS, [...RULE_CREATORS, PROJECT]],
  'access_rules:delete': [RULE_CREATORS, [...RULE_CREATORS, PROJECT]],
  'roles:read': [ROLE_READERS, [...ROLE_READERS, PROJECT]],
  'roles:create': [null, ADMINISTRATOR],
  'roles:update': [null, ADMINISTRATOR],
  'roles:delete': [null, ADMINISTRATOR],
  'users:read': [USER_READERS, USER_READERS],
  'users:create': [ADMINISTRATOR, ADMINISTRATORS],
  'users:update': [ADMINISTRATOR, ADMINISTRATORS],
  'users:delete': [ADMINISTRATOR, ADMINISTRATORS],
  'apps:read': [APP_READERS, [...APP_READERS, PROJECT]],
  'apps:create': [OPERATORS, [...OPERATORS, 'Department administrator']],
  'apps:update': [OPERATORS, [...OPERATORS, 'Department administrator']],
  'apps:delete': [OPERATORS, [...OPERATORS, 'Department administrator']],
  'service-account:read': [null, ACCOUNT_READERS],
  'service-account:create': [null, ADMINISTRATORS],
  'service-account:update': [null, ADMINISTRATORS],
  'service-account:delete': [null, ADMINISTRATORS],
  'security-settings:read': [null, ADMINISTRATOR],
  'security-settings:update': [null, ADMINISTRATOR],
  'access-keys:read': [null, ADMINISTRATOR],
  'access-keys:delete': [null, ADMINISTRATOR],
};

interface Row {
  readonly operation: string;
  readonly profiles: readonly RunaiProfile[];
  readonly isPublic: boolean;
  /** The required permission; null: any token is accepted. */
  readonly needs: string | null;
  readonly held: 'tenant' | 'scope' | null;
}

const ROWS = TABLE.trim()
  .split('\n')
  .map((line): Row => {
    const [operation = '', versions = '', needs = '', held = ''] = line.split(' | ');
    return {
      operation,
      profiles: VERSIONS[versions] ?? [],
      isPublic: needs === 'public',
      needs: needs.includes(':') ? needs : null,
      held: held === 'tenant' || held === 'scope' ? held : null,
    };
  });

/** Lists the roles that may call the operation of a row in a version. */
function listAllowedRoles({ needs }: Row, profile: RunaiProfile): readonly RoleName[] {
  if (needs === null) return ROLES_BY_PROFILE[profile];
  const [in219, since224] = HOLDERS[needs] ?? [];
  const holders = profile === '2.19' ? in219 : since224;
  if (holders === undefined || holders === null) throw new Error(`${profile} has no permission ${needs}`);
  return holders;
}

/** The places that the scope of an access rule contains. */
const CONTAINED_PLACES: Readonly<Record<Exclude<Administered, null>, readonly PlaceName[]>> = {
  system: PLACE_NAMES,
  acme: PLACE_NAMES.filter((name) => name !== 'system'),
  'cluster-a': ['cluster-a', 'research', 'platform', 'vision', 'speech', 'tooling'],
  research: ['research', 'vision', 'speech'],
  vision: ['vision'],
};

const ADMINISTERED_SCOPES = ADMINISTERED.filter((name) => name !== null);
const PARTS_OF_TENANT: readonly Administered[] = ['cluster-a', 'research', 'vision'];

const scopeContains = (administered: Administered, place: PlaceName) =>
  administered !== null && CONTAINED_PLACES[administered].includes(place);

const RULES = '/api/v1/authorization/access-rules';
const FORBIDDEN = { code: 403, message: 'You do not have sufficient permissions.' };

/** Formats the expected outcome of an allowed request as `formatOutcome` formats the actual one. */
function formatAllowed(operation: string, profile: RunaiProfile): string {
  return `${successOf(operation, profile)} allow`;
}

/** Formats the expected outcome of a request that is refused. */
function formatRefused(reason: string, missing?: readonly string[]): string {
  return [403, reason, missing, FORBIDDEN].map((part) => JSON.stringify(part)).join(' ');
}

function formatOutcome({ status, body, decision }: Answer): string {
  if (decision?.effect === 'allow') return `${status} allow`;
  return [status, decision?.reason, decision?.missing, body].map((part) => JSON.stringify(part)).join(' ');
}

/** Returns the expected decision about a request that names no object. */
function expectedDecision({ needs, held }: Row, administered: Administered): string {
  if (needs === null) return 'allow';
  if (administered === null) return `missing_permission ${needs}`;
  return held === 'tenant' && PARTS_OF_TENANT.includes(administered) ? 'incompatible_resource_type' : 'allow';
}

/** Applies the first fix of a refusal as the administrator, sends the request again, and reverts the fix. */
async function retryAfterFix(
  { server, make }: StagedRunai,
  refusal: Answer,
  retry: () => Promise<Answer>,
): Promise<string> {
  const { body: decision } = await server.call(`GET /_mock/decisions/${refusal.decision.id}`);
  const { method, path, body } = decision.fixes[0]?.request ?? {};
  if (path !== RULES) return `${refusal.decision.reason} has no access rule as its first fix`;
  const { id, scopeType, scopeId } = await make.ask(`${method} ${path}`, body);
  const answer = await retry();
  await make.ask(`DELETE ${RULES}/${id}`);
  return `fixed in ${scopeType} ${scopeId}: ${formatOutcome(answer)}`;
}

/** Formats the expected outcome of `retryAfterFix`. */
function formatFixed(operation: string, place: PlaceName, profile: RunaiProfile): string {
  return `fixed in ${PLACES[place].type} ${PLACES[place].id}: ${formatAllowed(operation, profile)}`;
}

const nameOf = ({ name }: { name: string }) => name;

function haveSameMembers(first: readonly string[], second: readonly string[]): boolean {
  return [...first].sort().join() === [...second].sort().join();
}

/** Reads the operations of the document of a version, with their requests. */
function readOperations(profile: RunaiProfile): Map<string, string> {
  const { operations } = readDocument(`runai.${profile}`);
  return new Map(operations.map(({ id, method, path }) => [id, `${method} ${path}`]));
}

interface RulesetRule {
  readonly id: string;
  readonly needs: { readonly all?: readonly string[] };
  readonly on?: readonly string[];
}

interface RulesetRole {
  readonly name: string;
  readonly grants: readonly string[];
}

describe.each(PROFILES)('Run:ai %s', (profile) => {
  const roles = ROLES_BY_PROFILE[profile];
  const rows = ROWS.filter(({ profiles, isPublic }) => profiles.includes(profile) && !isPublic);
  let staged: StagedRunai;

  beforeAll(async () => {
    staged = await stagedRunai(profile, roles);
    for (const name of PLACE_NAMES) await staged.make.lastingRule(PLACES[name], `seen-in-${name}`);
  });

  it('has the operations of the table in its document', () => {
    const all = ROWS.filter(({ profiles }) => profiles.includes(profile));
    const documented = readOperations(profile);

    expect(all.map(({ operation }) => operation).sort()).toEqual([...documented.keys()].sort());
    expect(rows.map(({ operation }) => requestOf(operation))).toEqual(
      rows.map(({ operation }) => documented.get(operation)),
    );
  });

  it('has the permissions, scopes and roles of the table in its ruleset', async () => {
    const { body: ruleset } = await staged.server.call('GET /_mock/tables/runai');
    const rules = new Map<string, RulesetRule>(ruleset.rules.map((rule: RulesetRule) => [rule.id, rule]));
    const reported = ruleset.operations.map(({ id, rule }: { id: string; rule: string }) => {
      const { needs, on } = rules.get(rule) ?? {};
      const isTenant = on !== undefined && !on.includes('project');
      const held = on === undefined ? null : isTenant ? 'tenant' : 'scope';
      return { operation: id, isPublic: rule === 'public', needs: needs?.all?.join(' + ') ?? null, held };
    });
    const rolesByOperation = rows.map((row) => {
      const isGranted = ({ grants }: RulesetRole) => row.needs === null || grants.includes(row.needs);
      return [row.operation, ruleset.roles.filter(isGranted).map(({ name }: RulesetRole) => name)];
    });

    const expectedRows = ROWS.filter(({ profiles }) => profiles.includes(profile));
    const byOperation = (a: { operation: string }, b: { operation: string }) => (a.operation < b.operation ? -1 : 1);
    expect(reported.sort(byOperation)).toEqual(expectedRows.map(({ profiles: _, ...row }) => row).sort(byOperation));
    expect(ruleset.roles.map(({ name }: RulesetRole) => name).sort()).toEqual([...roles].sort());
    expect(rolesByOperation.map(([operation, names]) => [operation, [...names].sort()])).toEqual(
      rows.map((row) => [row.operation, [...listAllowedRoles(row, profile)].sort()]),
    );
  });

  it('rejects every operation that is not public with 401 without a token', async () => {
    for (const { operation } of rows) {
      const answer = await staged.server.call(requestOf(operation).replace('{realm}', 'acme'));

      expect([answer.status, answer.decision?.reason], operation).toEqual([401, 'no_token']);
    }
  });

  it.each(roles)('allows the operations that the permissions of the role %s include', async (role) => {
    const decisions = await staged.decisionsAbout(await staged.userWith(role));

    expect(rows.map(({ operation }) => [operation, decisions.get(operation)])).toEqual(
      rows.map((row) => [
        row.operation,
        expectedDecision(row, listAllowedRoles(row, profile).includes(role) ? 'acme' : null),
      ]),
    );
  });

  it.each(ADMINISTERED)('allows the operations that the scope of an administrator of %s includes', async (place) => {
    const decisions = await staged.decisionsAbout(await staged.administratorOf(place));

    expect(rows.map(({ operation }) => [operation, decisions.get(operation)])).toEqual(
      rows.map((row) => [row.operation, expectedDecision(row, place)]),
    );
  });

  /** The tests above cover each version. Refusals are sent only in the newest version of an operation. */
  const isNewest = ({ profiles }: Row) => profiles.at(-1) === profile;

  /** The fix is applied to the first refusal for each permission. */
  const fixedRows = new Set(new Map(rows.toReversed().map((row) => [row.needs, row])).values());

  /** Sends the request of an operation. If a place for the fix is given, the fix is applied to the refusal. */
  async function sendRequest(row: Row, caller: RunaiCaller, place: PlaceName | null, fixPlace: PlaceName | null) {
    const { operation } = row;
    const filling = await staged.fill(operation, caller, place ?? undefined);
    const send = () => staged.ask(operation, filling, caller);
    const answer = await send();
    const outcomes = [formatOutcome(answer)];
    if (fixPlace !== null) outcomes.push(await retryAfterFix(staged, answer, send));
    return outcomes;
  }

  // The roles take turns, so each is used for some operations.
  it.each(rows)('$operation is allowed with the permission, and refused without it', async (row) => {
    const { operation, needs } = row;
    const turn = ROWS.indexOf(row);
    const allowedRoles = listAllowedRoles(row, profile);
    const holder = await staged.userWith(String(allowedRoles[turn % allowedRoles.length]));

    expect(await sendRequest(row, holder, null, null)).toEqual([formatAllowed(operation, profile)]);

    if (needs === null || !isNewest(row)) return;
    const refusedRoles = roles.filter((role) => !allowedRoles.includes(role));
    const refusedCaller = await (refusedRoles.length > 0
      ? staged.userWith(String(refusedRoles[turn % refusedRoles.length]))
      : staged.administratorOf(null));
    // The scope in the body of a new rule is only read if the caller may create rules somewhere.
    const place = operation.startsWith('create_') ? 'acme' : (usualPlaceOf(operation) ?? 'acme');
    const isFixed = fixedRows.has(row);

    expect(await sendRequest(row, refusedCaller, null, isFixed ? place : null)).toEqual([
      formatRefused('missing_permission', [needs]),
      ...(isFixed ? [formatFixed(operation, place, profile)] : []),
    ]);
  });

  const ofTenant = rows.filter((row) => row.held === 'tenant' && isNewest(row));

  it.each(ofTenant)('$operation is refused for administrators of a part of the tenant', async (row) => {
    const caller = await staged.administratorOf(PARTS_OF_TENANT[ROWS.indexOf(row) % PARTS_OF_TENANT.length] ?? null);
    const isFixed = fixedRows.has(row);

    expect(await sendRequest(row, caller, null, isFixed ? 'acme' : null)).toEqual([
      formatRefused('incompatible_resource_type'),
      ...(isFixed ? [formatFixed(row.operation, 'acme', profile)] : []),
    ]);
  });

  const scoped = rows.filter(({ held }) => held === 'scope');

  it.each(scoped)('$operation is allowed only for administrators of a scope that contains the object', async (row) => {
    const { operation } = row;
    const places = placesOf(operation);
    for (const place of places) {
      const narrowest = ADMINISTERED_SCOPES.findLast((administered) => scopeContains(administered, place)) ?? null;
      const widest = ADMINISTERED_SCOPES.find((administered) => !scopeContains(administered, place));

      expect(await sendRequest(row, await staged.administratorOf(narrowest), place, null), place).toEqual([
        formatAllowed(operation, profile),
      ]);

      if (widest === undefined) continue;
      const isFixed = place === PLACE_NAMES.findLast((name) => PLACES[name].type === PLACES[place].type);

      expect(
        await sendRequest(row, await staged.administratorOf(widest), place, isFixed ? place : null),
        place,
      ).toEqual([formatRefused('resource_mismatch'), ...(isFixed ? [formatFixed(operation, place, profile)] : [])]);
    }
    if (places.length > 0) return;
    expect(await sendRequest(row, await staged.administratorOf('vision'), null, null)).toEqual([
      formatAllowed(operation, profile),
    ]);
  });

  const lists = SCOPED_LISTS.filter(({ operation }) => rows.some((row) => row.operation === operation));

  it.each(lists)('$operation returns only objects in the scope of the caller', async (list) => {
    const failures: string[] = [];
    for (const administered of ADMINISTERED_SCOPES) {
      const { token } = await staged.administratorOf(administered);
      const { body } = await staged.server.call(`${requestOf(list.operation)}${list.query ?? ''}`, { token });
      const expected = PLACE_NAMES.filter(
        (name) => list.types.includes(PLACES[name].type) && scopeContains(administered, name),
      );
      const listed = list.readScopes(body);
      const isExpected = typeof listed === 'number' ? listed === expected.length : haveSameMembers(listed, expected);
      if (!isExpected) failures.push(`administrator of ${administered}: ${listed}, and not ${expected}`);
    }

    expect(failures).toEqual([]);
  });

  it('get_tenants returns the tenant for a role in any part of it', async () => {
    for (const administered of ADMINISTERED_SCOPES) {
      const { token } = await staged.administratorOf(administered);
      const { body } = await staged.server.call(requestOf('get_tenants'), { token });

      expect(body.map(nameOf), `administrator of ${administered}`).toEqual(['acme']);
    }
  });

  it.runIf(profile !== '2.19')(
    'access_rules_batch deletes the rules in the scope of the caller, and reports the others as forbidden',
    async () => {
      for (const administered of ADMINISTERED_SCOPES) {
        const { token } = await staged.administratorOf(administered);
        const ids = await Promise.all(PLACE_NAMES.map((name) => staged.make.rule(PLACES[name])));
        const selectIds = (inScope: boolean) =>
          ids.filter((_, index) => scopeContains(administered, PLACE_NAMES[index] as PlaceName) === inScope);
        for (const action of ['validate_delete', 'delete']) {
          const { body } = await staged.server.call(requestOf('access_rules_batch'), { token, body: { action, ids } });
          const failed = selectIds(false).map((id) => ({ id, ...FORBIDDEN }));

          expect(body, `administrator of ${administered}: ${action}`).toMatchObject({
            succeeded: selectIds(true),
            failed,
          });
        }
      }
    },
  );

  it.runIf(profile !== '2.19')(
    'access_rules_batch_create creates the rules in the scope of the caller, and reports the others as forbidden',
    async () => {
      for (const administered of ADMINISTERED_SCOPES) {
        const { token } = await staged.administratorOf(administered);
        const subject = { subjectId: `made-of-${administered}`, subjectType: 'group' };
        const scopes = PLACE_NAMES.map((name) => ({ scopeType: PLACES[name].type, scopeId: PLACES[name].id }));
        const rules = scopes.map((scope) => ({ ...subject, ...scope, roleId: 7 }));
        const selectRules = (inScope: boolean) =>
          rules.filter((_, index) => scopeContains(administered, PLACE_NAMES[index] as PlaceName) === inScope);
        const { body } = await staged.server.call(requestOf('access_rules_batch_create'), {
          token,
          body: { payload: { roleId: 7, subjects: [subject], scopes } },
        });
        const failed = selectRules(false).map((payload) => ({ payload, ...FORBIDDEN }));

        expect(body.succeeded, `administrator of ${administered}`).toMatchObject(selectRules(true));
        expect(body.failed, `administrator of ${administered}`).toEqual(failed);
      }
    },
  );
});
