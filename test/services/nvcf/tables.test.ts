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

const CERTAINTIES = ['documented', 'implied', 'observed', 'inferred', 'contradicted', 'ours'];

interface Expected {
  readonly action: string;
  /** The certainty of the types of the row. Default: `documented`. */
  readonly certainty?: string;
  /** Required scopes: all of them, unless `any` is true. */
  readonly scopes: readonly string[];
  readonly any?: boolean;
  /** Accepted types; empty: resources are not checked. */
  readonly types: readonly string[];
  readonly closed?: boolean;
  readonly endpoints: readonly string[];
}

const FUNCTION = '/v2/nvcf/functions/{functionId}';
const VERSION = 'functions/{functionId}/versions/{versionId}';
/** The endpoints of the row of the page: creating and updating a deployment. */
const DEPLOYING = [
  `POST /v2/nvcf/deployments/${VERSION}`,
  `PUT /v2/nvcf/deployments/${VERSION}`,
  'PATCH /v2/nvcf/deployments/{deploymentId}/gpu-specifications/{gpuSpecId}',
];
const OTHER_DEPLOYMENT_CALLS = [
  `GET /v2/nvcf/deployments/${VERSION}`,
  'GET /v2/nvcf/deployments/{deploymentId}',
  `DELETE /v2/nvcf/deployments/${VERSION}`,
];
const DEPLOYMENTS = [...DEPLOYING, ...OTHER_DEPLOYMENT_CALLS];
const INVOCATIONS = [
  'POST /v2/nvcf/pexec/functions/{functionId}',
  `POST /v2/nvcf/pexec/${VERSION}`,
  'GET /v2/nvcf/pexec/status/{requestId}',
];
const READS = [
  'GET /v2/nvcf/functions',
  'GET /v2/nvcf/functions/ids',
  `GET ${FUNCTION}/versions`,
  `GET /v2/nvcf/${VERSION}`,
];
const UPDATES = [
  `PUT /v2/nvcf/${VERSION}`,
  `PUT /v2/nvcf/metadata/${VERSION}`,
  `PUT /v2/nvcf/ratelimit/${VERSION}`,
  `DELETE /v2/nvcf/ratelimit/${VERSION}`,
];
const SHARING = ['functions/{functionId}', VERSION].flatMap((place) => [
  `POST /v2/nvcf/authorizations/${place}`,
  `GET /v2/nvcf/authorizations/${place}`,
  `DELETE /v2/nvcf/authorizations/${place}`,
  `PATCH /v2/nvcf/authorizations/${place}/add`,
  `PATCH /v2/nvcf/authorizations/${place}/remove`,
]);
const REGISTRIES = [
  'POST /v2/nvcf/registry-credentials',
  'GET /v2/nvcf/registry-credentials',
  'GET /v2/nvcf/registry-credentials/{registryCredentialId}',
  'PATCH /v2/nvcf/registry-credentials/{registryCredentialId}',
  'DELETE /v2/nvcf/registry-credentials/{registryCredentialId}',
  'GET /v2/nvcf/recognized-registries',
];
const TELEMETRIES = [
  'POST /v2/nvcf/telemetries',
  'GET /v2/nvcf/telemetries',
  'GET /v2/nvcf/telemetries/{telemetryId}',
  'DELETE /v2/nvcf/telemetries/{telemetryId}',
];
const QUEUES = ['GET /v2/nvcf/queues/functions/{functionId}', `GET /v2/nvcf/queues/${VERSION}`];
const ASSETS = [
  'POST /v2/nvcf/assets',
  'GET /v2/nvcf/assets',
  'GET /v2/nvcf/assets/{assetId}',
  'GET /v2/nvcf/assets/{assetId}/content-redirect',
  'DELETE /v2/nvcf/assets/{assetId}',
];
const TOKENS = ['POST /v2/nvcf/tokens/functions/{functionId}', `POST /v2/nvcf/tokens/${VERSION}`];
const GPU_QUOTA = ['GET /v2/orgs/{org}/ngc/nvcf/gpu/quota/rules'];
const GPU_CAPACITY = [
  'GET /v3/orgs/{org}/ngc/nvcf/deployments/available/instanceTypes',
  'GET /v3/orgs/{org}/ngc/nvcf/deployments/instanceTypes',
];

const AF = 'All Functions';
const F = 'Function';
const FV = 'Function Versions';
const AE = 'All Entity';
const SHARED = 'Authorized Functions';

/** The thirteen rows of the service-keys page. */
const PAGE_ROWS: readonly Expected[] = [
  { action: 'Create Function', scopes: ['Register Function'], types: [AF, AE], endpoints: ['POST /v2/nvcf/functions'] },
  {
    action: 'Deploy Function',
    certainty: 'contradicted',
    scopes: ['Deploy Function', 'List Functions'],
    types: [AF, F, AE],
    endpoints: DEPLOYING,
  },
  { action: 'Invoke Function', scopes: ['Invoke Function'], types: [AF, F], endpoints: INVOCATIONS },
  {
    action: 'Get / List Functions',
    certainty: 'contradicted',
    scopes: ['List Functions', 'List Function Details'],
    any: true,
    types: [AF, F, AE],
    endpoints: READS,
  },
  { action: 'Update Function', scopes: ['Update Function'], types: [AF, F, AE], endpoints: UPDATES },
  {
    action: 'Delete Function',
    scopes: ['Delete Function'],
    types: [AF, F, AE],
    endpoints: [`DELETE /v2/nvcf/${VERSION}`],
  },
  {
    action: 'Update Function Secrets',
    scopes: ['Update Function Secrets'],
    types: [AF, F, AE],
    endpoints: [`PUT /v2/nvcf/secrets/${VERSION}`],
  },
  {
    action: 'Authorize Clients',
    certainty: 'contradicted',
    scopes: ['Authorize Clients'],
    types: [AF],
    endpoints: SHARING,
  },
  {
    action: 'List Clusters',
    certainty: 'contradicted',
    scopes: ['List Clusters'],
    types: ['All Clusters', AE],
    endpoints: ['GET /v2/nvcf/clusterGroups'],
  },
  {
    action: 'Manage Registry Credentials',
    certainty: 'contradicted',
    scopes: ['Manage Registry Credentials'],
    types: [AE],
    endpoints: REGISTRIES,
  },
  {
    action: 'Manage Telemetry Endpoints',
    certainty: 'contradicted',
    scopes: ['Manage Telemetries'],
    types: [AE],
    endpoints: TELEMETRIES,
  },
  { action: 'GPU Quota', scopes: ['Read GPU Quota Rule'], types: [AE], endpoints: GPU_QUOTA },
  { action: 'GPU Instance Types / Capacity', scopes: ['GPU Capacity'], types: [AE], endpoints: GPU_CAPACITY },
];

const OWN = [AF, F, FV];
const OWN_AND_SHARED = [...OWN, SHARED];

/** The rows of the published control plane, which lacks the GPU actions. */
const CODE_ROWS: readonly Expected[] = [
  { action: 'create-function', scopes: ['Register Function'], types: [AF], endpoints: ['POST /v2/nvcf/functions'] },
  { action: 'deploy-function', scopes: ['Deploy Function'], types: OWN, endpoints: DEPLOYMENTS },
  { action: 'invoke-function', scopes: ['Invoke Function'], types: OWN_AND_SHARED, endpoints: INVOCATIONS },
  {
    action: 'get-list-functions',
    scopes: ['List Functions', 'List Function Details'],
    any: true,
    types: OWN_AND_SHARED,
    endpoints: READS,
  },
  {
    action: 'queue-details',
    scopes: ['Queue Details'],
    types: OWN_AND_SHARED,
    endpoints: QUEUES,
  },
  {
    action: 'queue-position',
    scopes: ['Queue Details'],
    types: OWN_AND_SHARED,
    endpoints: ['GET /v2/nvcf/queues/{requestId}/position'],
  },
  { action: 'update-function', scopes: ['Update Function'], types: OWN, endpoints: UPDATES },
  { action: 'delete-function', scopes: ['Delete Function'], types: OWN, endpoints: [`DELETE /v2/nvcf/${VERSION}`] },
  {
    action: 'update-function-secrets',
    scopes: ['Update Function Secrets'],
    types: OWN,
    endpoints: [`PUT /v2/nvcf/secrets/${VERSION}`],
  },
  {
    action: 'update-telemetry-secret',
    scopes: ['Update Function Secrets'],
    types: [],
    endpoints: ['PUT /v2/nvcf/secrets/telemetries/{telemetryId}'],
  },
  { action: 'authorize-clients', scopes: ['Authorize Clients'], types: OWN, endpoints: SHARING },
  {
    action: 'list-clusters',
    scopes: ['List Cluster Groups'],
    types: [],
    closed: true,
    endpoints: ['GET /v2/nvcf/clusterGroups'],
  },
  {
    action: 'manage-registry-credentials',
    scopes: ['Manage Registry Credentials'],
    types: [],
    endpoints: REGISTRIES,
  },
  { action: 'manage-telemetry-endpoints', scopes: ['Manage Telemetries'], types: [], endpoints: TELEMETRIES },
  {
    action: 'manage-assets',
    scopes: ['Invoke Function'],
    types: [],
    endpoints: ASSETS,
  },
  {
    action: 'issue-invocation-token',
    scopes: ['Invoke Function'],
    types: OWN_AND_SHARED,
    endpoints: TOKENS,
  },
  {
    action: 'issue-multi-invocation-token',
    scopes: ['Invoke Function'],
    types: [],
    endpoints: ['POST /v2/nvcf/tokens/functions'],
  },
];

interface RuleView {
  readonly id: string;
  readonly needs: { readonly all?: readonly string[]; readonly any?: readonly string[] };
  readonly on?: readonly string[];
  readonly added?: readonly {
    readonly types: readonly string[];
    readonly source: string;
    readonly certainty: string;
  }[];
  readonly closed?: boolean;
  readonly versionless?: string;
  readonly source: string;
  readonly certainty: string;
}

/** Returns the certainty of each type that a rule accepts. */
function certaintiesOf({ on = [], added = [], certainty }: RuleView): Record<string, string> {
  const origin = (type: string) => added.find(({ types }) => types.includes(type));
  return Object.fromEntries(on.map((type) => [type, origin(type)?.certainty ?? certainty]));
}

interface TypeView {
  readonly id: string;
  readonly label: string;
  readonly encoding: { readonly type: string; readonly id?: string };
  readonly source: string;
  readonly certainty: string;
}

interface TablesView {
  readonly profile: string;
  readonly grants: readonly { id: string; label: string; onlyOn?: string[]; source: string; certainty: string }[];
  readonly resourceTypes: readonly TypeView[];
  readonly roles: readonly { source: string; certainty: string }[];
  readonly rules: readonly RuleView[];
  readonly operations: readonly { id: string; rule: string; source: string; certainty: string }[];
}

/** Reads the tables of a profile, with lookups of rules by endpoint and of labels by id. */
async function readTables(profile: (typeof PROFILES)[number]) {
  const server = await testServer({ nvcf: profile });
  const tables = (await server.call('GET /_mock/tables/nvcf')).body as TablesView;
  const paths = (await server.call('GET /openapi/nvcf.json')).body.paths as Record<string, Record<string, unknown>>;
  const operations = new Map(
    Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]): [string, string] => [
        `${method.toUpperCase()} ${path}`,
        (operation as { operationId: string }).operationId,
      ]),
    ),
  );
  return {
    tables,
    ruleOf: (endpoint: string): RuleView => {
      const operation = tables.operations.find(({ id }) => id === operations.get(endpoint));
      const rule = tables.rules.find(({ id }) => id === operation?.rule);
      if (rule === undefined) throw new Error(`no rule for ${endpoint}`);
      return rule;
    },
    scopeLabels: (ids: readonly string[] = []) =>
      ids.map((id) => tables.grants.find((grant) => grant.id === id)?.label ?? id),
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
      'Authorize Clients': [AF],
      'Manage Registry Credentials': [AE],
      'Manage Telemetries': [AE],
      'Read GPU Quota Rule': [AE],
      'GPU Capacity': [AE],
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

  it('has a source and a certainty in every row', () => {
    const { tables } = RULESETS[profile];
    const { grants, resourceTypes, roles, rules, operations } = tables;
    const rows = [...grants, ...resourceTypes, ...roles, ...rules, ...operations];

    expect(rules.length).toBeGreaterThan(20);
    expect(operations.length).toBeGreaterThan(50);
    for (const row of rows) {
      expect(row.source, JSON.stringify(row)).toMatch(/\w/);
      expect(CERTAINTIES, JSON.stringify(row)).toContain(row.certainty);
    }
  });
});

describe('rules of the service-keys page, documented profile:', () => {
  it.each(PAGE_ROWS)('$action', ({ action, scopes, any, types, endpoints }) => {
    const { ruleOf, scopeLabels, typeLabels } = RULESETS.documented;
    for (const endpoint of endpoints) {
      const { needs, on, closed, source, versionless } = ruleOf(endpoint);
      expect(scopeLabels(any === true ? needs.any : needs.all), endpoint).toEqual(scopes);
      expect(any === true ? needs.all : needs.any, endpoint).toBeUndefined();
      expect(closed, endpoint).not.toBe(true);
      expect(source, endpoint).toContain('service-keys page');
      // Function Versions is accepted wherever Function is, and Authorized Functions for functions of other accounts.
      const isOfOthers = ['Invoke Function', 'Get / List Functions'].includes(action);
      const beyond = [...(types.includes(F) ? [FV] : []), ...(isOfOthers ? [SHARED] : [])];
      const actual = typeLabels(on);
      expect(actual.filter((type) => !beyond.includes(type)).sort(), endpoint).toEqual([...types].sort());
      expect(actual.includes(FV), endpoint).toBe(types.includes(F) && versionless !== 'refuse');
    }
  });

  it.each(PAGE_ROWS)(
    '$action: types of the page have the certainty of the row, and added types are inferred',
    (row) => {
      const { ruleOf, typeLabels } = RULESETS.documented;
      for (const endpoint of row.endpoints) {
        const rule = ruleOf(endpoint);
        const certainties = Object.entries(certaintiesOf(rule)).map(([type, certainty]) => [
          typeLabels([type])[0],
          certainty,
        ]);
        const expected = certainties.map(([type]) => [
          type,
          row.types.includes(type ?? '') ? rule.certainty : 'inferred',
        ]);
        expect(certainties, endpoint).toEqual(expected);
        expect(row.certainty ?? 'documented', endpoint).toBe(rule.certainty);
      }
    },
  );

  const contradicted = [
    ...DEPLOYING,
    ...READS,
    ...SHARING,
    'GET /v2/nvcf/clusterGroups',
    ...REGISTRIES,
    ...TELEMETRIES,
  ];

  it.each(contradicted)('the rule of %s is marked as contradicted by the published code', (endpoint) => {
    const { ruleOf } = RULESETS.documented;
    expect(ruleOf(endpoint).certainty).toBe('contradicted');
  });
});

describe('rules without a row of the page, documented profile:', () => {
  it.each([
    [OTHER_DEPLOYMENT_CALLS, [AF, F, FV, AE]],
    [[`POST ${FUNCTION}/versions`], [AF, F, AE]],
    [
      [...QUEUES, 'GET /v2/nvcf/queues/{requestId}/position'],
      [AF, F, FV, SHARED, AE],
    ],
    [['PUT /v2/nvcf/secrets/telemetries/{telemetryId}'], [AF, AE]],
    [ASSETS, [AF, F, FV, SHARED]],
    [
      [...TOKENS, 'POST /v2/nvcf/tokens/functions'],
      [AF, F, FV, SHARED],
    ],
  ])('the rule of %s is inferred, as its source states', (endpoints, types) => {
    const { ruleOf, typeLabels } = RULESETS.documented;
    for (const endpoint of endpoints) {
      const rule = ruleOf(endpoint);
      const accepted = types.filter((type) => type !== FV || rule.versionless !== 'refuse');
      expect(typeLabels(rule.on), endpoint).toEqual(accepted);
      expect(rule.certainty, endpoint).toBe('inferred');
      expect(rule.source, endpoint).toMatch(/inferred|no row|placed here/);
    }
  });

  it('all other rules have a row of the page as their source', () => {
    const { tables } = RULESETS.documented;
    const others = tables.rules.filter(({ certainty }) => certainty !== 'inferred');

    expect(others.filter(({ source }) => !source.startsWith('service-keys page, scope requirements'))).toEqual([]);
    // A quotation refers to the whole page instead of a row of its table.
    expect(others.filter(({ source }) => source.includes('"Each scope'))).toEqual([]);
  });
});

describe('rules of the published code, open-source profile:', () => {
  it.each(CODE_ROWS)('$action', ({ scopes, any, types, closed, endpoints }) => {
    const { ruleOf, scopeLabels, typeLabels } = RULESETS['open-source'];
    for (const endpoint of endpoints) {
      const rule = ruleOf(endpoint);
      expect(scopeLabels(any === true ? rule.needs.any : rule.needs.all), endpoint).toEqual(scopes);
      expect(any === true ? rule.needs.all : rule.needs.any, endpoint).toBeUndefined();
      const accepted = types.filter((type) => type !== FV || rule.versionless !== 'refuse');
      expect([...typeLabels(rule.on)].sort(), endpoint).toEqual(accepted.sort());
      expect(rule.closed === true, endpoint).toBe(closed === true);
      expect(rule.source, endpoint).toContain('published control-plane code');
    }
  });

  it.each(CODE_ROWS)('$action: every type has the certainty of the code', ({ endpoints }) => {
    const { ruleOf } = RULESETS['open-source'];
    for (const endpoint of endpoints) {
      const rule = ruleOf(endpoint);
      expect(rule.certainty, endpoint).toBe('documented');
      const certainties = new Set(Object.values(certaintiesOf(rule)));
      expect([...certainties], endpoint).toEqual((rule.on ?? []).length === 0 ? [] : ['documented']);
    }
  });

  it('new versions require All Functions or Function', () => {
    const { ruleOf, scopeLabels, typeLabels } = RULESETS['open-source'];
    const { needs, on } = ruleOf(`POST ${FUNCTION}/versions`);

    expect(scopeLabels(needs.all)).toEqual(['Register Function']);
    expect(typeLabels(on)).toEqual([AF, F]);
  });

  it('GPU actions, which the code lacks, have the rules of the page', () => {
    const { ruleOf, typeLabels } = RULESETS['open-source'];
    for (const endpoint of [...GPU_QUOTA, ...GPU_CAPACITY]) {
      expect(typeLabels(ruleOf(endpoint).on), endpoint).toEqual([AE]);
      expect(ruleOf(endpoint).source, endpoint).toContain('service-keys page');
      expect(ruleOf(endpoint).certainty, endpoint).toBe('ours');
    }
  });
});
