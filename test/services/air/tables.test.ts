import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { testServer } from '../../support/server.ts';

const SCOPES_2_0 = [
  'air:access',
  'air:simulation_read',
  'air:simulation_create',
  'air:simulation_edit',
  'air:simulation_delete',
  'air:simulation_start_stop',
  'air:image_read',
  'air:image_write',
  'air:image_publish',
  'air:image_sharing',
  'air:marketplace_demo_read',
  'air:marketplace_demo_write',
  'air:marketplace_demo_publish',
  'air:training_instructor',
];
const DSX_SCOPES = ['air:image_claiming', 'air:admin', 'air:sre', 'air:manifest_read', 'air:manifest_write'];
const ROLES_2_0 = [
  'air',
  'air-admin',
  'air-demo-manager',
  'air-image-uploader',
  'air-image-publisher',
  'air-image-sharer',
  'air-instructor',
];
const DSX_ROLES = [
  'air_user',
  'air_org_admin',
  'air_demo_manager',
  'air_image_uploader',
  'air_image_publisher',
  'air_image_sharer',
  'air_image_claimer',
  'air_instructor',
  'air_admin',
  'air_sre',
  'air_simengine_debugger',
  'air_simengine_developer',
  'air_trainee',
  'user_admin',
];
const CERTAINTIES = ['documented', 'implied', 'observed', 'inferred', 'contradicted', 'ours'];
const METHODS = ['get', 'post', 'put', 'patch', 'delete'];

interface Sourced {
  readonly id: string;
  readonly source: string;
  readonly certainty: string;
}
interface RuleRow extends Sourced {
  readonly needs: Readonly<Record<'all' | 'any' | 'roles' | 'orRoles', readonly string[] | undefined>>;
}
interface OperationRow extends Sourced {
  readonly rule: string;
}
interface RoleRow extends Sourced {
  readonly name: string;
  readonly grants: readonly string[];
}
interface Tables {
  readonly grants: readonly (Sourced & { readonly label: string })[];
  readonly roles: readonly RoleRow[];
  readonly rules: readonly RuleRow[];
  readonly operations: readonly OperationRow[];
}

function listDocumented(profile: string): string[] {
  const file = new URL(`../../../dist/openapi/air.${profile}.json`, import.meta.url);
  const { paths } = JSON.parse(readFileSync(file, 'utf8')) as {
    paths: Record<string, Record<string, { operationId: string }>>;
  };
  return Object.values(paths).flatMap((path) =>
    METHODS.flatMap((method) => (path[method] === undefined ? [] : [path[method].operationId])),
  );
}

describe.each(['2.0', 'dsx'] as const)('GET /_mock/tables/air in profile %s', async (profile) => {
  const server = await testServer({ air: profile });
  const { status, body } = await server.call('GET /_mock/tables/air');
  const tables = body as Tables;
  const protectedOperations = tables.operations.filter(({ rule }) => rule !== 'public');

  it('has the service and the profile', () => {
    expect(status).toBe(200);
    expect(body).toMatchObject({ service: 'air', profile, term: 'scope', product: 'air' });
  });

  it('has the fourteen documented scopes, followed by the scopes of dsx with their source', () => {
    const documented = tables.grants.slice(0, 14);
    const further = tables.grants.slice(14);

    expect(documented.map(({ id }) => id)).toEqual(SCOPES_2_0);
    for (const { id, source, certainty, label } of documented) {
      expect({ source, certainty, label }, id).toEqual({
        source: 'API authentication page, scopes',
        certainty: 'documented',
        label: id,
      });
    }
    expect(further.map(({ id }) => id)).toEqual(DSX_SCOPES);
    for (const { id, source } of further) expect(source, id).toMatch(/later edition|DSX/);
  });

  it('has the roles of the profile, each with scopes of the table', () => {
    const names = tables.roles.map(({ name }) => name);
    const scopes = tables.grants.map(({ id }) => id);

    expect(new Set(names).size).toBe(names.length);
    expect([...names].sort()).toEqual([...ROLES_2_0, ...(profile === 'dsx' ? DSX_ROLES : [])].sort());
    for (const { name, grants } of tables.roles) {
      expect(scopes, name).toEqual(expect.arrayContaining([...grants]));
      expect(new Set(grants).size, name).toBe(grants.length);
    }
  });

  it('has the certainty of each documented role', () => {
    const roles_2_0 = tables.roles.filter(({ name }) => ROLES_2_0.includes(name));
    const certainties = Object.fromEntries(roles_2_0.map(({ name, certainty }) => [name, certainty]));
    const rolesWithAccess = tables.roles.filter(({ grants }) => grants.includes('air:access')).map(({ name }) => name);
    if (profile === 'dsx') {
      expect(new Set(Object.values(certainties))).toEqual(new Set(['inferred']));
      return;
    }

    expect(certainties).toEqual({
      air: 'documented',
      'air-admin': 'documented',
      'air-demo-manager': 'implied',
      'air-image-uploader': 'implied',
      'air-image-publisher': 'implied',
      'air-image-sharer': 'implied',
      'air-instructor': 'implied',
    });
    expect(rolesWithAccess).toEqual(['air', 'air-admin']);
    for (const { name, source } of roles_2_0.filter(({ name: role }) => !rolesWithAccess.includes(role)))
      expect(source, name).toContain('that it does not grant `air:access` is inferred');
  });

  it('has a source and a certainty in every row', () => {
    for (const rows of [tables.grants, tables.roles, tables.rules, tables.operations]) {
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) {
        expect(row.source, JSON.stringify(row)).toMatch(/\w+ \w+/);
        expect(CERTAINTIES, JSON.stringify(row)).toContain(row.certainty);
      }
    }
  });

  it('has every operation of the document once, with exactly one rule', () => {
    const rules = tables.rules.map(({ id }) => id);

    expect(tables.operations.map(({ id }) => id).sort()).toEqual(listDocumented(profile).sort());
    expect(new Set(rules).size).toBe(rules.length);
    expect(protectedOperations.map(({ rule }) => rule).sort()).toEqual([...rules].sort());
  });

  it('has one public operation, the upload of a part', () => {
    expect(tables.operations.filter(({ rule }) => rule === 'public').map(({ id }) => id)).toEqual(['uploads_put_part']);
  });

  it('requires only scopes and roles of the table', () => {
    const scopes = tables.grants.map(({ id }) => id);
    const roles = tables.roles.map(({ name }) => name);
    for (const { id, needs } of tables.rules) {
      expect(scopes, id).toEqual(expect.arrayContaining([...(needs.all ?? []), ...(needs.any ?? [])]));
      expect(roles, id).toEqual(expect.arrayContaining([...(needs.roles ?? []), ...(needs.orRoles ?? [])]));
      expect([needs.all, needs.any, needs.roles].flat().filter(Boolean).length, id).toBeGreaterThan(0);
    }
  });

  it('requires `air:access` for all operations of 2.0 and none of dsx, and roles only in dsx', () => {
    for (const { id, needs } of tables.rules) {
      if (profile === '2.0') {
        expect(needs.all?.[0], id).toBe('air:access');
        expect([needs.roles, needs.orRoles], id).toEqual([undefined, undefined]);
      } else expect(needs.all ?? [], id).not.toContain('air:access');
    }
    const rulesWithRoles = tables.rules.filter(({ needs }) => needs.roles !== undefined);
    expect(rulesWithRoles.map(({ id }) => id).every((id) => id.startsWith('trainings_'))).toBe(true);
    expect(rulesWithRoles).toHaveLength(profile === 'dsx' ? 9 : 0);
  });

  it('has the same source for an operation and its rule, unless the SDK documents the operation', () => {
    const rules = new Map(tables.rules.map((row) => [row.id, row]));
    const mismatches = protectedOperations.filter(({ id, rule, source, certainty }) => {
      const row = rules.get(rule);
      const isFromSdk = /^source of the SDK 1\.3\.1/.test(source) && ['documented', 'contradicted'].includes(certainty);
      return rule !== id || (!isFromSdk && (row?.source !== source || row.certainty !== certainty));
    });

    expect(mismatches.map(({ id }) => id)).toEqual([]);
    expect(tables.rules.filter(({ source }) => source.includes('SDK 1.3.1'))).toEqual([]);
  });
});
