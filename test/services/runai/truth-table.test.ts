import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { SCOPED_LISTS } from '../../support/runai-lists.ts';
import {
  ADMINISTERED,
  type Administered,
  PLACE_NAMES,
  PLACES,
  type PlaceName,
  placesOf,
  RUNAI_OPERATIONS,
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
 * Every operation: id | versions | the permission that it needs | where that has to be held.
 * `public`: needs no token; `-`: a token is enough; `tenant`: in the whole tenant; `scope`: in any scope that holds the object.
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

const ROLES_BEFORE = [
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
const ROLES_NOW = [
  ...ROLES_BEFORE,
  'AI practitioner',
  'Data and storage administrator',
  'Project administrator',
] as const;
type RoleName = (typeof ROLES_NOW)[number];

const ROLES_OF: Readonly<Record<RunaiProfile, readonly RoleName[]>> = {
  '2.19': ROLES_BEFORE,
  '2.24': ROLES_NOW,
  '3.0': ROLES_NOW,
};

const ADMINISTRATOR: readonly RoleName[] = ['System administrator'];
const ADMINISTRATORS: readonly RoleName[] = ['System administrator', 'Department administrator'];
const OPERATORS: readonly RoleName[] = ['System administrator', 'Cloud operator'];
const RULE_MAKERS: readonly RoleName[] = [
  'System administrator',
  'Editor',
  'Research manager',
  'Application administrator',
  'Department administrator',
];
const RULE_READERS: readonly RoleName[] = [...RULE_MAKERS, 'Cloud support', 'Cloud operator'];
const ROLE_READERS: readonly RoleName[] = [...RULE_MAKERS, 'Cloud support'];
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

/** Who runs workloads: by the capture of 2024, and by the guide of 2.25. */
const SUBMITTERS: readonly RoleName[] = [
  'System administrator',
  'Editor',
  'Research manager',
  'L1 researcher',
  'L2 researcher',
  'Application administrator',
  'Department administrator',
];
const SUBMITTERS_NOW: readonly RoleName[] = [...SUBMITTERS, 'AI practitioner', 'Project administrator'];

function without(roles: readonly RoleName[], ...others: readonly RoleName[]): readonly RoleName[] {
  return roles.filter((role) => !others.includes(role));
}

/** The roles that have a permission: in 2.19, and since. Null: the version has no such permission. */
const HOLDERS: Readonly<Record<string, readonly [before: readonly RoleName[] | null, now: readonly RoleName[]]>> = {
  'tenant:read': [ROLES_BEFORE, ROLES_NOW],
  'cluster:read': [ROLES_BEFORE, ROLES_NOW],
  'department:read': [ROLES_BEFORE, ROLES_NOW],
  'project:read': [ROLES_BEFORE, ROLES_NOW],
  'workloads:read': [without(ROLES_BEFORE, 'Cloud operator'), without(ROLES_NOW, 'Cloud operator')],
  'workspaces:read': [without(ROLES_BEFORE, 'Cloud operator'), without(ROLES_NOW, 'Cloud operator')],
  'workspaces:create': [SUBMITTERS, SUBMITTERS_NOW],
  'workspaces:delete': [SUBMITTERS, SUBMITTERS_NOW],
  'trainings:read': [
    without(ROLES_BEFORE, 'Cloud operator', 'ML engineer'),
    without(ROLES_NOW, 'Cloud operator', 'ML engineer'),
  ],
  'trainings:create': [SUBMITTERS, SUBMITTERS_NOW],
  'trainings:delete': [SUBMITTERS, SUBMITTERS_NOW],
  'access_rules:read': [RULE_READERS, [...RULE_READERS, PROJECT]],
  'access_rules:create': [RULE_MAKERS, [...RULE_MAKERS, PROJECT]],
  'access_rules:delete': [RULE_MAKERS, [...RULE_MAKERS, PROJECT]],
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
  /** Null: a token is enough. */
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

/** The roles that may, in a version. */
function mayBy({ needs }: Row, profile: RunaiProfile): readonly RoleName[] {
  if (needs === null) return ROLES_OF[profile];
  const [before, now] = HOLDERS[needs] ?? [];
  const holders = profile === '2.19' ? before : now;
  if (holders === undefined || holders === null) throw new Error(`${profile} has no permission ${needs}`);
  return holders;
}

/** The places that an access rule for a place holds. */
const HOLDS: Readonly<Record<Exclude<Administered, null>, readonly PlaceName[]>> = {
  system: PLACE_NAMES,
  acme: PLACE_NAMES.filter((name) => name !== 'system'),
  'cluster-a': ['cluster-a', 'research', 'platform', 'vision', 'speech', 'tooling'],
  research: ['research', 'vision', 'speech'],
  vision: ['vision'],
};

const SOMEWHERE = ADMINISTERED.filter((name) => name !== null);
/** Parts of the tenant. */
const PARTS: readonly Administered[] = ['cluster-a', 'research', 'vision'];

const holds = (administered: Administered, place: PlaceName) =>
  administered !== null && HOLDS[administered].includes(place);

const RULES = '/api/v1/authorization/access-rules';
const FORBIDDEN = { code: 403, message: 'You do not have sufficient permissions.' };

/** What an answer should be, and what it was: written alike. */
function allowed(operation: string, profile: RunaiProfile): string {
  return `${successOf(operation, profile)} allow`;
}

function refused(reason: string, missing?: readonly string[]): string {
  return [403, reason, missing, FORBIDDEN].map((part) => JSON.stringify(part)).join(' ');
}

function happened({ status, body, decision }: Answer): string {
  if (decision?.effect === 'allow') return `${status} allow`;
  return [status, decision?.reason, decision?.missing, body].map((part) => JSON.stringify(part)).join(' ');
}

/** What is decided before any object is known. */
function decidedFor({ needs, held }: Row, administered: Administered): string {
  if (needs === null) return 'allow';
  if (administered === null) return `missing_permission ${needs}`;
  return held === 'tenant' && PARTS.includes(administered) ? 'incompatible_resource_type' : 'allow';
}

/** Carries out the first fix of a refusal as the administrator, sends the request again, and takes the fix back. */
async function mended({ server, make }: StagedRunai, refusal: Answer, again: () => Promise<Answer>): Promise<string> {
  const { body: decision } = await server.call(`GET /_mock/decisions/${refusal.decision.id}`);
  const { method, path, body } = decision.fixes[0]?.request ?? {};
  if (path !== RULES) return `${refusal.decision.reason} has no access rule as its first fix`;
  const { id, scopeType, scopeId } = await make.ask(`${method} ${path}`, body);
  const answer = await again();
  await make.ask(`DELETE ${RULES}/${id}`);
  return `fixed in ${scopeType} ${scopeId}: ${happened(answer)}`;
}

function fixed(operation: string, place: PlaceName, profile: RunaiProfile): string {
  return `fixed in ${PLACES[place].type} ${PLACES[place].id}: ${allowed(operation, profile)}`;
}

const nameOf = ({ name }: { name: string }) => name;

function same(some: readonly string[], others: readonly string[]): boolean {
  return [...some].sort().join() === [...others].sort().join();
}

/** The operations of the document of a version, with their requests. */
function operationsOf(profile: RunaiProfile): Map<string, string> {
  const file = new URL(`../../../dist/openapi/runai.${profile}.json`, import.meta.url);
  const { paths } = JSON.parse(readFileSync(file, 'utf8')) as Document;
  const found = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, { operationId }]): [string, string][] =>
      operationId === undefined ? [] : [[operationId, `${method.toUpperCase()} ${path}`]],
    ),
  );
  return new Map(found);
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly operationId?: string }>>>>;
}

interface LawRule {
  readonly id: string;
  readonly needs: { readonly all?: readonly string[] };
  readonly on?: readonly string[];
}

interface LawRole {
  readonly name: string;
  readonly grants: readonly string[];
}

describe.each(PROFILES)('truth table of Run:ai, version %s:', (profile) => {
  const roles = ROLES_OF[profile];
  const rows = ROWS.filter(({ profiles, isPublic }) => profiles.includes(profile) && !isPublic);
  let staged: StagedRunai;

  beforeAll(async () => {
    staged = await stagedRunai(profile, roles);
    for (const name of PLACE_NAMES) await staged.make.lastingRule(PLACES[name], `seen-in-${name}`);
  });

  it('has every operation of the document, as the document has it', () => {
    const all = ROWS.filter(({ profiles }) => profiles.includes(profile));
    const documented = operationsOf(profile);

    expect(all.map(({ operation }) => operation).sort()).toEqual([...documented.keys()].sort());
    expect(rows.map(({ operation }) => requestOf(operation))).toEqual(
      rows.map(({ operation }) => documented.get(operation)),
    );
    expect(new Set(RUNAI_OPERATIONS)).toEqual(
      new Set(ROWS.filter(({ isPublic }) => !isPublic).map(({ operation }) => operation)),
    );
  });

  it('says of permissions, scopes and roles what the law says', async () => {
    const { body: ruleset } = await staged.server.call('GET /_mock/tables/runai');
    const rules = new Map<string, LawRule>(ruleset.rules.map((rule: LawRule) => [rule.id, rule]));
    const reported = ruleset.operations.map(({ id, rule }: { id: string; rule: string }) => {
      const { needs, on } = rules.get(rule) ?? {};
      const isTenant = on !== undefined && !on.includes('project');
      const held = on === undefined ? null : isTenant ? 'tenant' : 'scope';
      return { operation: id, isPublic: rule === 'public', needs: needs?.all?.join(' + ') ?? null, held };
    });
    const may = rows.map((row) => {
      const does = ({ grants }: LawRole) => row.needs === null || grants.includes(row.needs);
      return [row.operation, ruleset.roles.filter(does).map(({ name }: LawRole) => name)];
    });

    const ours = ROWS.filter(({ profiles }) => profiles.includes(profile));
    const byOperation = (one: { operation: string }, other: { operation: string }) =>
      one.operation < other.operation ? -1 : 1;
    expect(reported.sort(byOperation)).toEqual(ours.map(({ profiles: _, ...row }) => row).sort(byOperation));
    expect(ruleset.roles.map(({ name }: LawRole) => name).sort()).toEqual([...roles].sort());
    expect(may.map(([operation, names]) => [operation, [...names].sort()])).toEqual(
      rows.map((row) => [row.operation, [...mayBy(row, profile)].sort()]),
    );
  });

  it('answers nobody who has no token', async () => {
    for (const { operation } of rows) {
      const answer = await staged.server.call(requestOf(operation).replace('{realm}', 'acme'));

      expect([answer.status, answer.decision?.reason], operation).toEqual([401, 'no_token']);
    }
  });

  it.each(roles)('decides about every operation by the permissions of the role %s', async (role) => {
    const decided = await staged.decisionsAbout(await staged.userWith(role));

    expect(rows.map(({ operation }) => [operation, decided.get(operation)])).toEqual(
      rows.map((row) => [row.operation, decidedFor(row, mayBy(row, profile).includes(role) ? 'acme' : null)]),
    );
  });

  it.each(ADMINISTERED)('decides about every operation by the scope of an administrator of %s', async (place) => {
    const decided = await staged.decisionsAbout(await staged.administratorOf(place));

    expect(rows.map(({ operation }) => [operation, decided.get(operation)])).toEqual(
      rows.map((row) => [row.operation, decidedFor(row, place)]),
    );
  });

  /** What is decided in each version is told above: a refusal is sent in the newest version that has the operation. */
  const isNewest = ({ profiles }: Row) => profiles.at(-1) === profile;

  /** The first refusal of each permission is mended. */
  const mendedRows = new Set(new Map(rows.toReversed().map((row) => [row.needs, row])).values());

  /** Sends the request of an operation. A refusal is also mended where a place says where. */
  async function attempt(row: Row, caller: RunaiCaller, place: PlaceName | null, mendedIn: PlaceName | null) {
    const { operation } = row;
    const filling = await staged.fill(operation, caller, place ?? undefined);
    const again = () => staged.ask(operation, filling, caller);
    const answer = await again();
    const reported = [happened(answer)];
    if (mendedIn !== null) reported.push(await mended(staged, answer, again));
    return reported;
  }

  // Every role in turn.
  it.each(rows)('$operation answers somebody with the permission, and nobody without', async (row) => {
    const { operation, needs } = row;
    const turn = ROWS.indexOf(row);
    const may = mayBy(row, profile);
    const holder = await staged.userWith(String(may[turn % may.length]));

    expect(await attempt(row, holder, null, null)).toEqual([allowed(operation, profile)]);

    if (needs === null || !isNewest(row)) return;
    const others = roles.filter((role) => !may.includes(role));
    const other = await (others.length > 0
      ? staged.userWith(String(others[turn % others.length]))
      : staged.administratorOf(null));
    // The body that says where the new rule will be is only read once there is any right to make one.
    const place = operation.startsWith('create_') ? 'acme' : (usualPlaceOf(operation) ?? 'acme');
    const isMended = mendedRows.has(row);

    expect(await attempt(row, other, null, isMended ? place : null)).toEqual([
      refused('missing_permission', [needs]),
      ...(isMended ? [fixed(operation, place, profile)] : []),
    ]);
  });

  const ofTenant = rows.filter((row) => row.held === 'tenant' && isNewest(row));

  it.each(ofTenant)('$operation is not for administrators of a part of the tenant', async (row) => {
    const caller = await staged.administratorOf(PARTS[ROWS.indexOf(row) % PARTS.length] ?? null);
    const isMended = mendedRows.has(row);

    expect(await attempt(row, caller, null, isMended ? 'acme' : null)).toEqual([
      refused('incompatible_resource_type'),
      ...(isMended ? [fixed(row.operation, 'acme', profile)] : []),
    ]);
  });

  const scoped = rows.filter(({ held }) => held === 'scope');

  it.each(scoped)('$operation is for administrators of a scope that holds the object', async (row) => {
    const { operation } = row;
    const places = placesOf(operation);
    for (const place of places) {
      const narrowest = SOMEWHERE.findLast((administered) => holds(administered, place)) ?? null;
      const widest = SOMEWHERE.find((administered) => !holds(administered, place));

      expect(await attempt(row, await staged.administratorOf(narrowest), place, null), place).toEqual([
        allowed(operation, profile),
      ]);

      if (widest === undefined) continue;
      const isMended = place === PLACE_NAMES.findLast((name) => PLACES[name].type === PLACES[place].type);

      expect(await attempt(row, await staged.administratorOf(widest), place, isMended ? place : null), place).toEqual([
        refused('resource_mismatch'),
        ...(isMended ? [fixed(operation, place, profile)] : []),
      ]);
    }
    if (places.length > 0) return;
    expect(await attempt(row, await staged.administratorOf('vision'), null, null)).toEqual([
      allowed(operation, profile),
    ]);
  });

  const lists = SCOPED_LISTS.filter(({ operation }) => rows.some((row) => row.operation === operation));

  it.each(lists)('$operation shows what the scope of the caller holds, and nothing else', async (list) => {
    const wrong: string[] = [];
    for (const administered of SOMEWHERE) {
      const { token } = await staged.administratorOf(administered);
      const { body } = await staged.server.call(`${requestOf(list.operation)}${list.query ?? ''}`, { token });
      const wanted = PLACE_NAMES.filter((name) => list.types.includes(PLACES[name].type) && holds(administered, name));
      const shown = list.shown(body);
      const isShown = typeof shown === 'number' ? shown === wanted.length : same(shown, wanted);
      if (!isShown) wrong.push(`administrator of ${administered}: ${shown}, and not ${wanted}`);
    }

    expect(wrong).toEqual([]);
  });

  it('get_tenants shows the tenant to whoever has a role in any part of it', async () => {
    for (const administered of SOMEWHERE) {
      const { token } = await staged.administratorOf(administered);
      const { body } = await staged.server.call(requestOf('get_tenants'), { token });

      expect(body.map(nameOf), `administrator of ${administered}`).toEqual(['acme']);
    }
  });

  it.runIf(profile !== '2.19')(
    'access_rules_batch ends the rules that the scope holds, and tells of the others',
    async () => {
      for (const administered of SOMEWHERE) {
        const { token } = await staged.administratorOf(administered);
        const ids = await Promise.all(PLACE_NAMES.map((name) => staged.make.rule(PLACES[name])));
        const idsOf = (isHeld: boolean) =>
          ids.filter((_, at) => holds(administered, PLACE_NAMES[at] as PlaceName) === isHeld);
        for (const action of ['validate_delete', 'delete']) {
          const { body } = await staged.server.call(requestOf('access_rules_batch'), { token, body: { action, ids } });
          const failed = idsOf(false).map((id) => ({ id, ...FORBIDDEN }));

          expect(body, `administrator of ${administered}: ${action}`).toMatchObject({ succeeded: idsOf(true), failed });
        }
      }
    },
  );

  it.runIf(profile !== '2.19')(
    'access_rules_batch_create makes the rules that the scope holds, and tells of the others',
    async () => {
      for (const administered of SOMEWHERE) {
        const { token } = await staged.administratorOf(administered);
        const subject = { subjectId: `made-of-${administered}`, subjectType: 'group' };
        const scopes = PLACE_NAMES.map((name) => ({ scopeType: PLACES[name].type, scopeId: PLACES[name].id }));
        const orders = scopes.map((scope) => ({ ...subject, ...scope, roleId: 7 }));
        const ordersOf = (isHeld: boolean) =>
          orders.filter((_, at) => holds(administered, PLACE_NAMES[at] as PlaceName) === isHeld);
        const { body } = await staged.server.call(requestOf('access_rules_batch_create'), {
          token,
          body: { payload: { roleId: 7, subjects: [subject], scopes } },
        });
        const failed = ordersOf(false).map((payload) => ({ payload, ...FORBIDDEN }));

        expect(body.succeeded, `administrator of ${administered}`).toMatchObject(ordersOf(true));
        expect(body.failed, `administrator of ${administered}`).toEqual(failed);
      }
    },
  );
});
