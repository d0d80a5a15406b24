import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { testServer } from '../../support/server.ts';

const PAGE_SCOPES = [
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
const LATER_SCOPES = ['air:image_claiming', 'air:admin', 'air:sre', 'air:manifest_read', 'air:manifest_write'];
const PAGE_ROLES = [
  'air',
  'air-admin',
  'air-demo-manager',
  'air-image-uploader',
  'air-image-publisher',
  'air-image-sharer',
  'air-instructor',
];
const LATER_ROLES = [
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

function documented(profile: string): string[] {
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
  const keyed = tables.operations.filter(({ rule }) => rule !== 'public');

  it('names the service and the profile', () => {
    expect(status).toBe(200);
    expect(body).toMatchObject({ service: 'air', profile, term: 'scope', product: 'air' });
  });

  it('has the fourteen scopes of the page, and after them the later ones, marked as such', () => {
    const page = tables.grants.slice(0, 14);
    const later = tables.grants.slice(14);

    expect(page.map(({ id }) => id)).toEqual(PAGE_SCOPES);
    for (const { id, source, certainty, label } of page) {
      expect({ source, certainty, label }, id).toEqual({
        source: 'API authentication page, scopes',
        certainty: 'documented',
        label: id,
      });
    }
    expect(later.map(({ id }) => id)).toEqual(LATER_SCOPES);
    for (const { id, source } of later) expect(source, id).toMatch(/later edition|DSX/);
  });

  it('has the roles of the profile, each with scopes of the table', () => {
    const names = tables.roles.map(({ name }) => name);
    const scopes = tables.grants.map(({ id }) => id);

    expect(new Set(names).size).toBe(names.length);
    expect([...names].sort()).toEqual([...PAGE_ROLES, ...(profile === 'dsx' ? LATER_ROLES : [])].sort());
    for (const { name, grants } of tables.roles) {
      expect(scopes, name).toEqual(expect.arrayContaining([...grants]));
      expect(new Set(grants).size, name).toBe(grants.length);
    }
  });

  it('says how certain each role of the page is', () => {
    const ofPage = tables.roles.filter(({ name }) => PAGE_ROLES.includes(name));
    const certainties = Object.fromEntries(ofPage.map(({ name, certainty }) => [name, certainty]));
    const entered = tables.roles.filter(({ grants }) => grants.includes('air:access')).map(({ name }) => name);
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
    expect(entered).toEqual(['air', 'air-admin']);
    for (const { name, source } of ofPage.filter(({ name: role }) => !entered.includes(role)))
      expect(source, name).toContain('that it does not grant `air:access` is inferred');
  });

  it('says of every row where it is from and how certain it is', () => {
    for (const rows of [tables.grants, tables.roles, tables.rules, tables.operations]) {
      expect(rows.length).toBeGreaterThan(0);
      for (const row of rows) {
        expect(row.source, JSON.stringify(row)).toMatch(/\w+ \w+/);
        expect(CERTAINTIES, JSON.stringify(row)).toContain(row.certainty);
      }
    }
  });

  it('has every operation of the document once, and exactly one rule for each', () => {
    const rules = tables.rules.map(({ id }) => id);

    expect(tables.operations.map(({ id }) => id).sort()).toEqual(documented(profile).sort());
    expect(new Set(rules).size).toBe(rules.length);
    expect(keyed.map(({ rule }) => rule).sort()).toEqual([...rules].sort());
  });

  it('is public only where parts of an image arrive', () => {
    expect(tables.operations.filter(({ rule }) => rule === 'public').map(({ id }) => id)).toEqual(['uploads_put_part']);
  });

  it('asks only for scopes and roles that it has', () => {
    const scopes = tables.grants.map(({ id }) => id);
    const roles = tables.roles.map(({ name }) => name);
    for (const { id, needs } of tables.rules) {
      expect(scopes, id).toEqual(expect.arrayContaining([...(needs.all ?? []), ...(needs.any ?? [])]));
      expect(roles, id).toEqual(expect.arrayContaining([...(needs.roles ?? []), ...(needs.orRoles ?? [])]));
      expect([needs.all, needs.any, needs.roles].flat().filter(Boolean).length, id).toBeGreaterThan(0);
    }
  });

  it('asks for `air:access` everywhere, or nowhere alone, and for roles in the later profile only', () => {
    for (const { id, needs } of tables.rules) {
      if (profile === '2.0') {
        expect(needs.all?.[0], id).toBe('air:access');
        expect([needs.roles, needs.orRoles], id).toEqual([undefined, undefined]);
      } else expect(needs.all ?? [], id).not.toContain('air:access');
    }
    const byRole = tables.rules.filter(({ needs }) => needs.roles !== undefined);
    expect(byRole.map(({ id }) => id).every((id) => id.startsWith('trainings_'))).toBe(true);
    expect(byRole).toHaveLength(profile === 'dsx' ? 9 : 0);
  });

  it('says of an operation what it says of its rule, or where its shape is from', () => {
    const rules = new Map(tables.rules.map((row) => [row.id, row]));
    const unlike = keyed.filter(({ id, rule, source, certainty }) => {
      const row = rules.get(rule);
      const isOfSdk = /^source of the SDK 1\.3\.1/.test(source) && ['documented', 'contradicted'].includes(certainty);
      return rule !== id || (!isOfSdk && (row?.source !== source || row.certainty !== certainty));
    });

    expect(unlike.map(({ id }) => id)).toEqual([]);
    expect(tables.rules.filter(({ source }) => source.includes('SDK 1.3.1'))).toEqual([]);
  });
});
