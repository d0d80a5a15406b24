/** What the tables of Cloud Functions say about themselves. The truth table says which key may call which operation. */
import { describe, expect, it } from 'vitest';
import { testServer } from '../../support/server.ts';

const PROFILES = ['documented', 'open-source'] as const;

const SCOPES = {
  invoke_function: 'Invoke Function',
  list_functions: 'List Functions',
  list_functions_details: 'List Function Details',
  queue_details: 'Queue Details',
  register_function: 'Register Function',
  deploy_function: 'Deploy Function',
  update_function: 'Update Function',
  delete_function: 'Delete Function',
  authorize_clients: 'Authorize Clients',
  update_secrets: 'Update Function Secrets',
  manage_registry_credentials: 'Manage Registry Credentials',
  manage_telemetries: 'Manage Telemetries',
  list_clusters: 'List Clusters',
  read_gpu_quota_rule: 'Read GPU Quota Rule',
  gpu_capacity: 'GPU Capacity',
  list_accounts: 'List Accounts',
  account_setup: 'Account Setup',
  'admin:authorize_clients': 'Authorize Clients of any account',
  list_cluster_groups: 'List Cluster Groups',
  'cluster-management': 'Cluster Management',
  'read:cluster-management': 'Read Clusters',
  cluster_listing: 'Cluster Listing',
};

/** The vendor's public encoding; `null`: the ids are the mock's own. */
const TYPES = [
  { label: 'All Functions', encoding: { type: 'account-functions', id: '*' } },
  { label: 'Function', encoding: { type: 'function' } },
  { label: 'Function Versions', encoding: { type: 'function' } },
  { label: 'All Clusters', encoding: null },
  { label: 'All Entity', encoding: null },
  { label: 'Authorized Functions', encoding: { type: 'authorized-functions', id: '*' } },
];

interface TablesView {
  readonly profile: string;
  readonly grants: readonly { id: string; label: string; onlyOn?: string[]; certainty: string }[];
  readonly resourceTypes: readonly { id: string; label: string; encoding: object; certainty: string }[];
  readonly rules: readonly {
    readonly id: string;
    readonly added?: readonly { readonly certainty: string }[];
    readonly source: string;
    readonly certainty: string;
  }[];
}

/** Reads the tables of a profile, with a lookup of labels of resource types by id. */
async function readTables(profile: (typeof PROFILES)[number]) {
  const server = await testServer({ nvcf: profile });
  const tables = (await server.call('GET /_mock/tables/nvcf')).body as TablesView;
  return {
    tables,
    typeLabels: (ids: readonly string[] = []) =>
      ids.map((id) => tables.resourceTypes.find((type) => type.id === id)?.label ?? id),
  };
}

const RULESETS = { documented: await readTables('documented'), 'open-source': await readTables('open-source') };

describe.each(PROFILES)('GET /_mock/tables/nvcf, %s profile', (profile) => {
  it('returns each scope once, with its label', () => {
    const { tables } = RULESETS[profile];

    expect(tables.profile).toBe(profile);
    expect(Object.fromEntries(tables.grants.map(({ id, label }) => [id, label]))).toEqual(SCOPES);
    expect(tables.grants).toHaveLength(Object.keys(SCOPES).length);
  });

  it('returns the only resource types of scopes that the page limits to them', () => {
    const { tables, typeLabels } = RULESETS[profile];
    const bound = tables.grants.filter(({ onlyOn }) => onlyOn !== undefined);

    expect(Object.fromEntries(bound.map(({ label, onlyOn }) => [label, typeLabels(onlyOn)]))).toEqual({
      'Authorize Clients': ['All Functions'],
      'Manage Registry Credentials': ['All Entity'],
      'Manage Telemetries': ['All Entity'],
      'Read GPU Quota Rule': ['All Entity'],
      'GPU Capacity': ['All Entity'],
    });
  });

  it('marks the three scopes without a public id as `ours`', () => {
    const { tables } = RULESETS[profile];
    const ours = tables.grants.filter(({ certainty }) => certainty === 'ours').map(({ label }) => label);

    expect(ours).toEqual(['List Clusters', 'Read GPU Quota Rule', 'GPU Capacity']);
  });

  it("returns the six resource types with the vendor's encoding, and marks invented encodings as `ours`", () => {
    const { tables } = RULESETS[profile];

    expect(tables.resourceTypes.map(({ label }) => label)).toEqual(TYPES.map(({ label }) => label));
    for (const { label, encoding } of TYPES) {
      const actual = tables.resourceTypes.find((type) => type.label === label);
      if (encoding !== null) expect(actual?.encoding, label).toEqual(encoding);
      expect(actual?.certainty === 'ours', label).toBe(encoding === null);
    }
  });
});

describe('the rules of the documented profile', () => {
  const { rules } = RULESETS.documented.tables;
  const idsOf = (certainty: string) => rules.filter((rule) => rule.certainty === certainty).map(({ id }) => id);

  it('are marked where the published code contradicts the service-keys page', () => {
    expect(idsOf('contradicted')).toEqual([
      ...['deploy-function', 'deploy-function-by-deployment'],
      ...['list-functions', 'list-function-versions', 'get-function-version'],
      ...['authorize-clients', 'read-authorizations', 'authorize-clients-version', 'list-clusters'],
      ...['manage-registry-credentials', 'manage-registry-credential', 'manage-telemetries', 'manage-telemetry'],
    ]);
  });

  it('are documented by the page where both agree, and types that the page does not name are inferred', () => {
    expect(idsOf('documented')).toEqual([
      ...['create-function', 'invoke-function', 'invoke-function-version', 'invoke-by-llm-gateway', 'poll-invocation'],
      ...['update-function', 'delete-function', 'update-function-secrets', 'gpu-quota', 'gpu-capacity'],
    ]);
    const added = rules.flatMap((rule) => rule.added ?? []);
    expect(new Set(added.map(({ certainty }) => certainty))).toEqual(new Set(['inferred']));
  });

  it('have a row of the page as their source unless they are inferred', () => {
    const others = rules.filter(({ certainty }) => certainty !== 'inferred');

    expect(others.filter(({ source }) => !source.startsWith('service-keys page, scope requirements'))).toEqual([]);
    // A quotation refers to the whole page instead of a row of its table.
    expect(others.filter(({ source }) => source.includes('"Each scope'))).toEqual([]);
  });
});

it('the rules of the open-source profile are those of the published code, except for GPU actions, which it lacks', () => {
  const { rules } = RULESETS['open-source'].tables;
  const ours = rules.filter(({ certainty }) => certainty !== 'documented');

  expect(ours.map(({ id, certainty }) => [id, certainty])).toEqual([
    ['gpu-quota', 'ours'],
    ['gpu-capacity', 'ours'],
  ]);
  for (const { source } of ours) expect(source).toContain('service-keys page');
  for (const rule of rules) {
    expect(rule.added, rule.id).toBeUndefined();
    if (!ours.includes(rule))
      expect(rule.source, rule.id).toMatch(/^published (?:control-plane code|code of instance)/);
  }
});
