import { describe, expect, it } from 'vitest';
import { AIR_SCOPES } from '../../support/air-requests.ts';
import { testServer } from '../../support/server.ts';

/** The roles of 2.0, with their certainty in 2.0. */
const CERTAINTIES = {
  air: 'documented',
  'air-admin': 'documented',
  'air-demo-manager': 'implied',
  'air-image-uploader': 'implied',
  'air-image-publisher': 'implied',
  'air-image-sharer': 'implied',
  'air-instructor': 'implied',
};

interface Row {
  readonly id: string;
  readonly source: string;
  readonly certainty: string;
}
interface Tables {
  readonly grants: readonly (Row & { readonly label: string })[];
  readonly roles: readonly (Row & { readonly name: string; readonly grants: readonly string[] })[];
  readonly rules: readonly Row[];
  readonly operations: readonly (Row & { readonly rule: string })[];
}

describe.each(['2.0', 'dsx'] as const)('GET /_mock/tables/air in profile %s', async (profile) => {
  const server = await testServer({ air: profile });
  const tables: Tables = (await server.call('GET /_mock/tables/air')).body;

  it('has the fourteen documented scopes, followed by the scopes of dsx with their source', () => {
    const documented = { source: 'API authentication page, scopes', certainty: 'documented' };

    expect(tables.grants.map(({ id }) => id)).toEqual(AIR_SCOPES);
    for (const grant of tables.grants.slice(0, 14)) expect(grant).toMatchObject({ ...documented, label: grant.id });
    for (const { id, source } of tables.grants.slice(14)) expect(source, id).toMatch(/later edition|DSX/);
  });

  it('has the certainty of each role of 2.0', () => {
    const roles = tables.roles.filter(({ name }) => name in CERTAINTIES);
    const expected = Object.entries(CERTAINTIES).map(([name, certainty]) => [
      name,
      profile === 'dsx' ? 'inferred' : certainty,
    ]);

    expect(Object.fromEntries(roles.map(({ name, certainty }) => [name, certainty]))).toEqual(
      Object.fromEntries(expected),
    );
    if (profile === 'dsx') return;
    for (const { name, source } of roles.filter(({ grants }) => !grants.includes('air:access')))
      expect(source, name).toContain('that it does not grant `air:access` is inferred');
  });

  it('has one public operation, the upload of a part', () => {
    expect(tables.operations.filter(({ rule }) => rule === 'public').map(({ id }) => id)).toEqual(['uploads_put_part']);
  });

  it('has the same source for an operation and its rule, unless the SDK documents the operation', () => {
    const rules = new Map(tables.rules.map((row) => [row.id, row]));
    const mismatches = tables.operations.filter(({ id, rule, source, certainty }) => {
      const row = rules.get(rule);
      const isFromSdk = /^source of the SDK 1\.3\.1/.test(source) && ['documented', 'contradicted'].includes(certainty);
      if (rule === 'public') return false;
      return rule !== id || (!isFromSdk && (row?.source !== source || row.certainty !== certainty));
    });

    expect(mismatches.map(({ id }) => id)).toEqual([]);
    expect(tables.rules.filter(({ source }) => source.includes('SDK 1.3.1'))).toEqual([]);
  });
});
