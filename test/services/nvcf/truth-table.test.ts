import { beforeAll, describe, expect, it } from 'vitest';
import { buildNamesInPath, decideOnResource, type ResourceAttributes } from '../../../src/decisions/decide.ts';
import type { Relation, Rule } from '../../../src/decisions/rule.ts';
import { RULESETS } from '../../../src/services/nvcf/rulesets.ts';
import { type CastFunction, castFunction, functions, ngcCast } from '../../support/ngc-cast.ts';
import {
  makeKey,
  OPERATION_NAMES,
  type OperationName,
  SCOPES,
  type Staged,
  type StagedServer,
  stagedServer,
  successOf,
} from '../../support/nvcf-requests.ts';
import { type Answer, type TestServer, testServer } from '../../support/server.ts';

type Profile = 'documented' | 'open-source';
const PROFILES = ['documented', 'open-source'] as const;

type Scope = (typeof SCOPES)[number];

type TypeLabel =
  | 'All Functions'
  | 'Function'
  | 'Function Versions'
  | 'All Clusters'
  | 'All Entity'
  | 'Authorized Functions';

/** The resource that a profile requires of a key. */
interface Ruleset {
  /** Accepted types; `any`: no check of resources; `no key`: keys are never allowed. */
  readonly types: readonly TypeLabel[] | 'any' | 'no key';
  /** How calls without a version are handled for a key bound to versions. */
  readonly versionless?: 'refuse' | 'narrow';
  /** The response is filtered instead of denied; public functions are never filtered out. */
  readonly filters?: boolean;
}

/** A row of the truth table: operations with the same requirements. */
interface Row {
  readonly operations: readonly OperationName[];
  readonly needs: { readonly all: readonly Scope[] } | { readonly any: readonly Scope[] };
  /** The object in the path: only the account, a function, or a single version. */
  readonly about: 'account' | 'function' | 'version';
  readonly documented: Ruleset;
  readonly 'open-source': Ruleset;
}

const AF = 'All Functions';
const F = 'Function';
const FV = 'Function Versions';
const AC = 'All Clusters';
const AE = 'All Entity';
const SHARED = 'Authorized Functions';

/** All Functions, Function and All Entity as on the page, and Function Versions wherever Function is accepted. */
const PAGE: Ruleset = { types: [AF, F, FV, AE] };
/** The same, and the type that the published code accepts for functions of other accounts. */
const PAGE_READ: Ruleset = { types: [AF, F, FV, AE, SHARED] };
const PAGE_INVOKE: Ruleset = { types: [AF, F, FV, SHARED] };
const ONLY_ALL_ENTITY: Ruleset = { types: [AE] };
const CODE_OWN: Ruleset = { types: [AF, F, FV] };
const CODE_SHARED: Ruleset = { types: [AF, F, FV, SHARED] };
const UNTESTED: Ruleset = { types: 'any' };
const CLOSED: Ruleset = { types: 'no key' };

const ONLY_ALL_FUNCTIONS: Ruleset = { types: [AF] };
const narrow = (ruleset: Ruleset): Ruleset => ({ ...ruleset, versionless: 'narrow' });
const refuse = (ruleset: Ruleset): Ruleset => ({ ...ruleset, versionless: 'refuse' });
const filtered = (ruleset: Ruleset): Ruleset => ({ ...ruleset, filters: true });
const [LIST, INVOKE, AUTHORIZE]: readonly [Row['needs'], Row['needs'], Row['needs']] = [
  { any: ['list_functions', 'list_functions_details'] },
  { all: ['invoke_function'] },
  { all: ['authorize_clients'] },
];

/** Creates a row: what its operations need, the object in their path, and the resource of a key in each profile. */
function row(
  needs: Row['needs'],
  about: Row['about'],
  documented: Ruleset,
  openSource: Ruleset,
  ...operations: readonly OperationName[]
): Row {
  return { operations, needs, about, documented, 'open-source': openSource };
}

/** The thirteen rows of the page, followed by rows for operations that only the API has. */
const ROWS: readonly Row[] = [
  row({ all: ['register_function'] }, 'account', { types: [AF, AE] }, ONLY_ALL_FUNCTIONS, 'createFunction'),
  row(
    { all: ['deploy_function', 'list_functions'] },
    'version',
    PAGE,
    CODE_OWN,
    'createDeployment',
    'updateDeployment',
    'updateGpuSpecification',
    'getDeployment',
    'getDeploymentById',
    'deleteDeployment',
  ),
  row(
    INVOKE,
    'function',
    refuse(PAGE_INVOKE),
    narrow(CODE_SHARED),
    'invokeFunction',
    'execFunction',
    'invokeAtOwnHost',
    'createChatCompletion',
    'createResponse',
    'createMessage',
    'createEmbedding',
  ),
  row(
    INVOKE,
    'version',
    PAGE_INVOKE,
    CODE_SHARED,
    'invokeFunctionVersion',
    'execFunctionVersion',
    'getInvocationStatus',
    'getExecStatus',
  ),
  row(LIST, 'account', PAGE_READ, filtered(CODE_SHARED), 'listFunctions', 'listFunctionIds'),
  row(LIST, 'function', narrow(PAGE_READ), narrow(CODE_SHARED), 'listFunctionVersions'),
  row(LIST, 'version', PAGE_READ, CODE_SHARED, 'getFunctionVersion'),
  row(
    { all: ['update_function'] },
    'version',
    PAGE,
    CODE_OWN,
    'updateFunctionVersion',
    'updateFunctionMetadata',
    'updateFunctionRateLimit',
    'deleteFunctionRateLimit',
  ),
  row({ all: ['delete_function'] }, 'version', PAGE, CODE_OWN, 'deleteFunctionVersion'),
  row({ all: ['update_secrets'] }, 'version', PAGE, CODE_OWN, 'updateFunctionSecrets'),
  row(
    AUTHORIZE,
    'function',
    ONLY_ALL_FUNCTIONS,
    refuse(CODE_OWN),
    'createFunctionAuthorization',
    'deleteFunctionAuthorization',
    'addFunctionAuthorization',
    'removeFunctionAuthorization',
  ),
  row(AUTHORIZE, 'function', ONLY_ALL_FUNCTIONS, filtered(CODE_OWN), 'getFunctionAuthorizations'),
  row(
    AUTHORIZE,
    'version',
    ONLY_ALL_FUNCTIONS,
    CODE_OWN,
    'createFunctionVersionAuthorization',
    'getFunctionVersionAuthorizations',
    'deleteFunctionVersionAuthorization',
    'addFunctionVersionAuthorization',
    'removeFunctionVersionAuthorization',
  ),
  row({ all: ['list_clusters'] }, 'account', { types: [AC, AE] }, { types: 'no key' }, 'listClusterGroups'),
  row(
    { all: ['manage_registry_credentials'] },
    'account',
    ONLY_ALL_ENTITY,
    UNTESTED,
    'createRegistryCredential',
    'listRegistryCredentials',
    'getRegistryCredential',
    'updateRegistryCredential',
    'deleteRegistryCredential',
    'listRecognizedRegistries',
  ),
  row(
    { all: ['manage_telemetries'] },
    'account',
    ONLY_ALL_ENTITY,
    UNTESTED,
    'createTelemetry',
    'listTelemetries',
    'getTelemetry',
    'deleteTelemetry',
  ),
  row({ all: ['read_gpu_quota_rule'] }, 'account', ONLY_ALL_ENTITY, ONLY_ALL_ENTITY, 'getGpuQuotaRules'),
  row(
    { all: ['gpu_capacity'] },
    'account',
    ONLY_ALL_ENTITY,
    ONLY_ALL_ENTITY,
    'listAvailableInstanceTypes',
    'listInstanceTypes',
  ),
  row({ all: ['register_function'] }, 'function', refuse(PAGE), refuse(CODE_OWN), 'createFunctionVersion'),
  row({ all: ['queue_details'] }, 'function', narrow(PAGE_READ), narrow(CODE_SHARED), 'getFunctionQueues'),
  row({ all: ['queue_details'] }, 'version', PAGE_READ, CODE_SHARED, 'getFunctionVersionQueue', 'getQueuePosition'),
  row({ all: ['update_secrets'] }, 'account', { types: [AF, AE] }, UNTESTED, 'updateTelemetrySecret'),
  row(
    INVOKE,
    'account',
    PAGE_INVOKE,
    UNTESTED,
    'createAsset',
    'listAssets',
    'getAsset',
    'getAssetContent',
    'deleteAsset',
  ),
  row(INVOKE, 'function', refuse(PAGE_INVOKE), narrow(CODE_SHARED), 'createInvocationToken'),
  row(INVOKE, 'version', PAGE_INVOKE, CODE_SHARED, 'createVersionInvocationToken'),
  row(INVOKE, 'function', PAGE_INVOKE, UNTESTED, 'createMultiFunctionInvocationToken'),
  row(AUTHORIZE, 'account', ONLY_ALL_FUNCTIONS, filtered(CODE_OWN), 'listFunctionAuthorizations'),
  row({ any: ['list_accounts', 'account_setup'] }, 'account', UNTESTED, UNTESTED, 'listAccounts', 'getAccount'),
  row(
    { all: ['account_setup'] },
    'account',
    UNTESTED,
    UNTESTED,
    'updateAccount',
    'associateAccountClient',
    'disassociateAccountClient',
  ),
  row({ all: ['account_setup'] }, 'account', CLOSED, CLOSED, 'createAccount', 'deleteAccount'),
  row({ all: ['admin:authorize_clients'] }, 'account', CLOSED, CLOSED, 'listAccountFunctionAuthorizations'),
  row({ any: ['cluster-management', 'read:cluster-management'] }, 'account', CLOSED, CLOSED, 'listClusters'),
  row({ all: ['cluster_listing'] }, 'account', CLOSED, CLOSED, 'listRegisteredClusterGroups'),
];

/** Scopes that the published code requires where it contradicts the page. */
const NEEDS_OF_CODE: Partial<Record<OperationName, Row['needs']>> = {
  createDeployment: { all: ['deploy_function'] },
  updateDeployment: { all: ['deploy_function'] },
  updateGpuSpecification: { all: ['deploy_function'] },
  getDeployment: { all: ['deploy_function'] },
  getDeploymentById: { all: ['deploy_function'] },
  deleteDeployment: { all: ['deploy_function'] },
};

/** Every kind of resource that a key can be bound to, relative to the function in the request. */
const BINDINGS = [
  { name: AF, type: AF, names: 'everything' },
  { name: 'Function, the target', type: F, names: 'target' },
  { name: 'Function, another', type: F, names: 'another' },
  { name: "Function Versions, the target's", type: FV, names: 'target' },
  { name: 'Function Versions, another of the same function', type: FV, names: 'sibling' },
  { name: 'Function Versions, of another function', type: FV, names: 'another' },
  { name: AC, type: AC, names: 'everything' },
  { name: AE, type: AE, names: 'everything' },
  { name: SHARED, type: SHARED, names: 'nothing of its own account' },
  { name: 'no resource', type: null, names: 'nothing' },
] as const;
type Binding = (typeof BINDINGS)[number];

/** Lists sets of scopes: the minimal sufficient sets, the maximal insufficient sets, no scope, and every scope. */
function listScopeVariants(needs: Row['needs']): { name: string; scopes: readonly Scope[] }[] {
  const needed: readonly Scope[] = 'all' in needs ? needs.all : needs.any;
  const allScopesBut = (excluded: readonly Scope[]) => SCOPES.filter((scope) => !excluded.includes(scope));
  const min =
    'all' in needs
      ? [{ name: 'exactly the required scopes', scopes: needed }]
      : needed.map((scope) => ({ name: `${scope} alone`, scopes: [scope] }));
  const lacking = 'all' in needs ? needed.map((scope) => [scope]) : [needed];
  return [
    ...min,
    ...lacking.map((excluded) => ({
      name: `all scopes but ${excluded.join(' and ')}`,
      scopes: allScopesBut(excluded),
    })),
    { name: 'no scope', scopes: [] },
    { name: 'every scope', scopes: SCOPES },
  ];
}

type Outcome = 'allow' | 'missing_scope' | 'incompatible_resource_type' | 'resource_mismatch' | 'closed_to_keys';

function expectOutcome(
  row: Row,
  profile: Profile,
  needs: Row['needs'],
  scopes: readonly Scope[],
  binding: Binding,
): Outcome {
  const { types, versionless, filters } = row[profile];
  if (types === 'no key') return 'closed_to_keys';
  const holdsNeeded =
    'all' in needs
      ? needs.all.every((scope) => scopes.includes(scope))
      : needs.any.some((scope) => scopes.includes(scope));
  if (!holdsNeeded) return 'missing_scope';
  if (types === 'any' || filters === true) return 'allow';
  if (binding.type === null || !types.includes(binding.type)) return 'incompatible_resource_type';
  if (binding.type === FV && versionless === 'refuse') return 'incompatible_resource_type';
  if (row.about === 'account' || binding.names === 'everything') return 'allow';
  if (binding.type === F) return binding.names === 'target' ? 'allow' : 'resource_mismatch';
  if (binding.type !== FV) return 'resource_mismatch';
  if (row.about === 'version') return binding.names === 'target' ? 'allow' : 'resource_mismatch';
  return versionless === 'narrow' && binding.names !== 'another' ? 'allow' : 'resource_mismatch';
}

const VERSION = "Function id '{functionId}', version '{versionId}': ";
const FUNCTION = "Function id '{functionId}': ";
const NO_ENTRY = 'Missing resource entry in ApiKey for the function';

/** Details that the published code returns if the resource is not sufficient; other operations have no such check. */
const TEXTS: Partial<Record<OperationName, string>> = {
  createFunction: 'Forbidden to create function',
  createFunctionVersion: `${FUNCTION}Forbidden to create function version`,
  listFunctionVersions: `${FUNCTION}Forbidden to retrieve versions`,
  getFunctionVersion: `${VERSION}Forbidden to retrieve function details`,
  updateFunctionVersion: `${VERSION}Forbidden to update`,
  updateFunctionMetadata: `${VERSION}Forbidden to update`,
  deleteFunctionRateLimit: `${VERSION}Forbidden to update ratelimit for this function`,
  deleteFunctionVersion: `${VERSION}Forbidden to delete`,
  createDeployment: `${VERSION}Forbidden to 'create' deployment`,
  getDeployment: `${VERSION}Forbidden to 'get' deployment`,
  updateDeployment: `${VERSION}Forbidden to 'update' deployment`,
  deleteDeployment: `${VERSION}Forbidden to 'delete' deployment`,
  updateFunctionSecrets: `${VERSION}Forbidden to update secrets for this function`,
  createFunctionAuthorization: `${FUNCTION}Forbidden to create authorized party`,
  deleteFunctionAuthorization: `${FUNCTION}Forbidden to delete authorized party`,
  addFunctionAuthorization: `${FUNCTION}Forbidden to add authorized party`,
  removeFunctionAuthorization: `${FUNCTION}Forbidden to remove authorized party`,
  createFunctionVersionAuthorization: `${VERSION}Forbidden to create authorized party`,
  getFunctionVersionAuthorizations: `${VERSION}Forbidden to get authorized party`,
  deleteFunctionVersionAuthorization: `${VERSION}Forbidden to delete authorized party`,
  addFunctionVersionAuthorization: `${VERSION}Forbidden to add authorized party`,
  removeFunctionVersionAuthorization: `${VERSION}Forbidden to remove authorized party`,
  getFunctionQueues: `${FUNCTION}Forbidden to retrieve versions`,
  getFunctionVersionQueue: `${VERSION}Forbidden to retrieve function details`,
  invokeFunction: `Function '{functionId}':  ${NO_ENTRY}`,
  execFunction: `Function '{functionId}':  ${NO_ENTRY}`,
  invokeAtOwnHost: `Function '{functionId}':  ${NO_ENTRY}`,
  createInvocationToken: `Function '{functionId}':  ${NO_ENTRY}`,
  invokeFunctionVersion: `${VERSION}${NO_ENTRY}`,
  execFunctionVersion: `${VERSION}${NO_ENTRY}`,
  createVersionInvocationToken: `${VERSION}${NO_ENTRY}`,
};

/** Details for paths that identify a function indirectly; the published code still returns the ids of the function. */
const INDIRECT_TEXTS: Partial<Record<OperationName, string>> = {
  getDeploymentById: `${VERSION}Forbidden to 'get' deployment`,
  updateGpuSpecification: `${VERSION}Forbidden to 'update' deployment`,
  getInvocationStatus: `${VERSION}${NO_ENTRY}`,
  getExecStatus: `${VERSION}${NO_ENTRY}`,
  getQueuePosition: `${VERSION}${NO_ENTRY}`,
};

/** Operations of the NGC gateway, which has its own error format. */
const GATEWAY: readonly OperationName[] = ['getGpuQuotaRules', 'listAvailableInstanceTypes', 'listInstanceTypes'];

/** Operations of the LLM gateway, which has its own error format. */
const LLM: readonly OperationName[] = ['createChatCompletion', 'createResponse', 'createMessage', 'createEmbedding'];

/** Operations of instance and cluster management, which has its own error format. */
const ICMS: readonly OperationName[] = ['listClusters', 'listRegisteredClusterGroups'];

/** A cell of the table: an operation, the scopes and resource of a key, and the expected outcome. */
interface Cell {
  readonly row: Row;
  readonly operation: OperationName;
  readonly binding: Binding;
  readonly scopes: readonly Scope[];
  readonly name: string;
  readonly outcome: Outcome;
}

/** A cell with the response to its request. */
interface Case extends Cell {
  readonly path: string;
  readonly target: { readonly functionId: string; readonly versionId: string };
  readonly answer: Answer;
}

const EVERY_OPERATION = ROWS.flatMap((row) => row.operations.map((operation) => ({ operation, row })));

/** Combines every set of scopes with every resource. */
function createCells(row: Row, operation: OperationName, profile: Profile): readonly Cell[] {
  const needs = (profile === 'open-source' ? NEEDS_OF_CODE[operation] : undefined) ?? row.needs;
  return listScopeVariants(needs).flatMap(({ name, scopes }) =>
    BINDINGS.map((binding) => ({
      row,
      operation,
      binding,
      scopes,
      name: `${operation}; ${name}; ${binding.name}`,
      outcome: expectOutcome(row, profile, needs, scopes, binding),
    })),
  );
}

/** Operations with content that depends on the key: these are sent with every resource. */
const LISTS: readonly OperationName[] = [
  'listFunctions',
  'listFunctionIds',
  'listFunctionVersions',
  'getFunctionQueues',
];

/** Returns whether a key for versions is refused because the call names none. */
function isWithoutVersion({ row, operation, binding, outcome }: Cell): boolean {
  const isNarrowRow = row.documented.versionless === 'refuse' && !LLM.includes(operation);
  return isNarrowRow && binding.type === FV && outcome === 'incompatible_resource_type';
}

/**
 * Selects the cells to send: one for each outcome. A type with ids is only compared after the object is looked up, so
 * both types with ids are separate outcomes.
 */
function selectCells(cells: readonly Cell[]): readonly Cell[] {
  const isAboutNames = ({ row, binding: { type }, outcome }: Cell) =>
    row.about !== 'account' && (type === F || type === FV) && ['allow', 'resource_mismatch'].includes(outcome);
  const kindOf = (cell: Cell) =>
    `${cell.outcome} ${isAboutNames(cell) || isWithoutVersion(cell) ? cell.binding.type : ''}`;
  const isList = ({ operation, scopes }: Cell) => LISTS.includes(operation) && scopes === cells[0]?.scopes;
  return cells.filter(
    (cell, index) => isList(cell) || cells.findIndex((candidate) => kindOf(candidate) === kindOf(cell)) === index,
  );
}

type Place = Pick<Staged, 'functionId' | 'versionId'>;

/** Returns the resource of a key for a request about this function. */
function resourceOf({ type, names }: Binding, { functionId, versionId, sibling }: Staged, other: Place) {
  if (type === null) return null;
  if (type !== F && type !== FV) return { type };
  if (type === F) return { type, ids: [names === 'target' ? functionId : other.functionId] };
  const ids = {
    target: `${functionId}/${versionId}`,
    sibling: `${functionId}/${sibling}`,
    another: `${other.functionId}/${other.versionId}`,
  };
  return { type, ids: [ids[names]] };
}

const TARGET: Staged = { functionId: 'target', versionId: '1', sibling: '2' };

/** Evaluates the rule of the operation for the key of a cell and an existing object. */
function evaluate(profile: Profile, { row, operation, scopes, binding }: Cell, relation: Relation = 'owned'): string {
  const ruleset = RULESETS[profile];
  const { rules, operations, resourceTypes = [] } = ruleset.tables;
  const rule = rules.find(
    ({ id }) => id === operations.find(({ id: operationId }) => operationId === operation)?.rule,
  ) as Rule;
  const resource = resourceOf(binding, TARGET, { functionId: 'another', versionId: '1' });
  const idOf = (label: string) => resourceTypes.find((type) => type.label === label)?.id ?? label;
  const verdict = decideOnResource(
    { rule, ruleset, names: buildNamesInPath(rule, { ...TARGET }) },
    {
      principal: { kind: 'service-key', id: 'key', name: 'key' },
      held: {
        roles: [],
        permissions: new Set(scopes),
        services: ['nvcf'],
        pending: [],
        resources: resource === null ? [] : [{ ...resource, type: idOf(resource.type) }],
      },
    },
    row.about === 'account' || rule.cover === undefined
      ? null
      : { found: 'object', attributes: attributesOf(row, relation) },
  );
  return verdict.effect === 'allow' ? 'allow' : verdict.reason;
}

function attributesOf({ about }: Row, relation: Relation): ResourceAttributes {
  const { functionId, versionId, sibling } = TARGET;
  const [version, another] = [`${functionId}/${versionId}`, `${functionId}/${sibling}`];
  return about === 'version'
    ? { relation, names: { function: [functionId], 'function-versions': [version] } }
    : { relation, names: { function: [functionId] }, parts: { 'function-versions': [version, another] } };
}

function outcomeOf({ operation, answer: { status, decision } }: Case): string {
  if (decision?.effect === 'deny') return `${status} ${decision.reason}`;
  return status === successOf(operation) ? 'allow' : String(status);
}

function detailOf({ operation, answer: { body } }: Case): string {
  if (LLM.includes(operation)) return body.message;
  if (ICMS.includes(operation)) return body.error;
  return GATEWAY.includes(operation) ? body.requestStatus.statusDescription : body.detail;
}

function fillIn(template: string, { target }: Case): string {
  return template.replace('{functionId}', target.functionId).replace('{versionId}', target.versionId);
}

/** Finds operations with an unexpected detail, each once. */
function findUnexpectedDetails(cases: readonly Case[], expectedDetailOf: (item: Case) => string | undefined): string[] {
  const reported = cases.flatMap((item) => {
    const expected = expectedDetailOf(item);
    const detail = detailOf(item);
    const isExpected = expected === undefined || detail === fillIn(expected, item);
    return isExpected ? [] : [`${item.operation} returns "${detail}" instead of "${fillIn(expected, item)}"`];
  });
  return [...new Set(reported)];
}

/** Operations on functions of other accounts that are shared with this account, or public. */
const FOREIGN_OPERATIONS: readonly OperationName[] = [
  'listFunctionVersions',
  'getFunctionVersion',
  'invokeFunction',
  'invokeFunctionVersion',
  'execFunction',
  'execFunctionVersion',
  'invokeAtOwnHost',
  'getFunctionQueues',
  'getFunctionVersionQueue',
  'createInvocationToken',
  'createVersionInvocationToken',
  ...LLM,
];

/** Returns the expected outcome for a function of another account. */
function expectForeignOutcome(row: Row, profile: Profile, binding: Binding, relation: 'shared' | 'public'): Outcome {
  const { types } = row[profile];
  if (profile === 'open-source' && relation === 'public') return 'allow';
  if (binding.type === null || !types.includes(binding.type)) return 'incompatible_resource_type';
  switch (binding.type) {
    case AF:
      return profile === 'documented' ? 'allow' : 'resource_mismatch';
    case SHARED:
      return relation === 'shared' ? 'allow' : 'resource_mismatch';
    default:
      return expectOutcome(row, profile, { all: [] }, [], binding);
  }
}

describe.each(PROFILES)('the %s profile', (profile) => {
  let server: TestServer;
  let staged: StagedServer;
  let allFunctions: { id: string; versionId: string }[];
  const cases: Case[] = [];
  const keys = new Map<string, string>();

  beforeAll(async () => {
    server = await testServer({ nvcf: profile });
    staged = await stagedServer(server);
    allFunctions = (await staged.admin('GET /v2/nvcf/functions')).body.functions;
  });

  /** Returns a key with these scopes and this resource, which is created only once. */
  async function getKey(scopes: readonly Scope[], binding: Binding, about: Staged): Promise<string> {
    const resource = resourceOf(binding, about, staged.stage.other);
    const name = JSON.stringify([scopes, resource]);
    const key = keys.get(name) ?? (await makeKey(server, scopes, resource)).key;
    keys.set(name, key);
    return key;
  }

  async function send(cell: Cell): Promise<Case> {
    const { operation, scopes, binding } = cell;
    const about = staged.targetOf(operation);
    const { functionId, versionId } = about;
    const token = await getKey(scopes, binding, about);
    const { path } = staged.requestOf(operation);
    return { ...cell, path, target: { functionId, versionId }, answer: await staged.ask(operation, token) };
  }

  it('has one row in the truth table for every operation that requires a key', async () => {
    const { body } = await server.call('GET /_mock/tables/nvcf');
    const listed = body.operations.filter(({ rule }: { rule: string }) => rule !== 'public');
    const ours = ROWS.flatMap(({ operations }) => operations);

    expect([...ours].sort()).toEqual(listed.map(({ id }: { id: string }) => id).sort());
    expect([...ours].sort()).toEqual([...OPERATION_NAMES].sort());
  });

  it.each(EVERY_OPERATION)('decides and answers $operation as in the truth table', async ({ operation, row }) => {
    const cells = createCells(row, operation, profile);
    const unexpectedCells = cells.filter((cell) => evaluate(profile, cell) !== cell.outcome);
    expect(
      unexpectedCells.map((cell) => `${cell.name}: ${evaluate(profile, cell)} instead of ${cell.outcome}`),
    ).toEqual([]);

    const sentCases: Case[] = [];
    for (const cell of selectCells(cells)) sentCases.push(await send(cell));
    cases.push(...sentCases);
    const unexpected = sentCases.filter(
      (item) => outcomeOf(item) !== (item.outcome === 'allow' ? 'allow' : `403 ${item.outcome}`),
    );
    expect(unexpected.map((item) => `${item.name}: ${outcomeOf(item)} instead of ${item.outcome}`)).toEqual([]);
  });

  it('denies with the error format of the service: problem details, or the format of a gateway', () => {
    const refused = cases.filter(({ answer }) => answer.status === 403);
    expect(new Set(refused.map(({ operation }) => operation)).size).toBe(OPERATION_NAMES.length);
    for (const { operation, answer, path } of refused) {
      if (GATEWAY.includes(operation)) {
        expect(answer.body.requestStatus).toMatchObject({
          statusCode: 'FORBIDDEN',
          statusDescription: 'Access Denied',
        });
        continue;
      }
      if (LLM.includes(operation)) {
        expect(answer.body).toEqual({ message: 'permission denied' });
        continue;
      }
      if (ICMS.includes(operation)) {
        expect(answer.body).toEqual({ error: 'Access Denied' });
        continue;
      }
      expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
      const common = { title: 'Forbidden', status: 403, detail: expect.any(String) };
      expect(answer.body).toEqual(
        operation === 'invokeAtOwnHost'
          ? common
          : { ...common, type: 'urn:nv-boot:problem-details:forbidden', instance: path },
      );
    }
  });

  it('denies a key without the scope with `Access Denied`, or the text of the gateway or the own host', () => {
    const refused = cases.filter(({ answer }) => ['missing_scope', 'closed_to_keys'].includes(answer.decision?.reason));
    expect(
      findUnexpectedDetails(refused, ({ operation }) =>
        LLM.includes(operation)
          ? 'permission denied'
          : operation === 'invokeAtOwnHost'
            ? 'missing requested authorities'
            : 'Access Denied',
      ),
    ).toEqual([]);
  });

  const mismatched = () => cases.filter(({ answer }) => answer.decision?.reason === 'resource_mismatch');

  it('denies a key for another function with the text of the published code', () => {
    expect(mismatched().length).toBeGreaterThan(20);
    expect(findUnexpectedDetails(mismatched(), ({ operation }) => TEXTS[operation])).toEqual([]);
  });

  it('denies with the ids of function and version if the path contains another id', () => {
    expect(findUnexpectedDetails(mismatched(), ({ operation }) => INDIRECT_TEXTS[operation])).toEqual([]);
  });

  const wrongType = () => cases.filter(({ answer }) => answer.decision?.reason === 'incompatible_resource_type');

  it.runIf(profile === 'documented')('denies a key with a type that never fits with `Access Denied`', () => {
    expect(
      findUnexpectedDetails(wrongType(), (cell) =>
        LLM.includes(cell.operation)
          ? 'permission denied'
          : cell.operation === 'createFunction'
            ? 'Forbidden to create function'
            : isWithoutVersion(cell)
              ? TEXTS[cell.operation]
              : 'Access Denied',
      ),
    ).toEqual([]);
    expect(wrongType().filter(isWithoutVersion).length).toBeGreaterThan(3);
  });

  it.runIf(profile === 'open-source')(
    'denies a key with an incompatible resource type with the same text as for another function',
    () => {
      expect(wrongType().length).toBeGreaterThan(20);
      expect(findUnexpectedDetails(wrongType(), ({ operation }) => TEXTS[operation])).toEqual([]);
    },
  );

  it('returns only functions that the key covers in lists of an account', () => {
    const shared = functionIds('translate');
    const isPublic = functionIds('llama');
    const isOwn = (id: string) => ![...shared, ...isPublic].includes(id);
    const hidden = functions.filter(({ name }) => name === 'private').map(({ functionId }) => functionId);
    const isShown = ({ binding, target }: Case, id: string, versionId: string): boolean => {
      if (profile === 'open-source' && isPublic.includes(id)) return true;
      const includesForeign = profile === 'documented';
      switch (binding.name) {
        case AF:
          return includesForeign || isOwn(id);
        case AE:
          return includesForeign;
        case 'Function, the target':
          return id === target.functionId;
        case 'Function, another':
          return id === staged.stage.other.functionId;
        case "Function Versions, the target's":
          return versionId === staged.stage.running.versionId;
        case 'Function Versions, another of the same function':
          return versionId === staged.stage.running.sibling;
        case 'Function Versions, of another function':
          return versionId === staged.stage.other.versionId;
        case SHARED:
          return shared.includes(id);
        default:
          return false;
      }
    };
    const lists = cases.filter(
      ({ operation, answer }) =>
        (operation === 'listFunctions' || operation === 'listFunctionIds') && answer.status === 200,
    );
    expect(lists.length).toBeGreaterThan(10);
    for (const item of lists) {
      const rows = allFunctions.filter(({ id, versionId }) => isShown(item, id, versionId));
      const { body } = item.answer;
      const actual = item.operation === 'listFunctions' ? body.functions.map(versionOf) : body.functionIds;
      const expected = item.operation === 'listFunctions' ? rows.map(versionOf) : rows.map(({ id }) => id);
      expect([...new Set(actual)].sort(), item.name).toEqual([...new Set(expected)].sort());
      for (const id of hidden) expect(JSON.stringify(body)).not.toContain(id);
    }
  });

  it('returns only versions that the key covers in lists of a function', () => {
    const { running } = staged.stage;
    const lists = cases.filter(
      ({ operation, answer }) =>
        ['listFunctionVersions', 'getFunctionQueues'].includes(operation) && answer.status === 200,
    );
    expect(lists.length).toBeGreaterThan(5);
    for (const { answer, binding, operation, name } of lists) {
      const actual =
        operation === 'listFunctionVersions'
          ? answer.body.functions.map(versionOf)
          : answer.body.queues.map(({ functionVersionId }: { functionVersionId: string }) => functionVersionId);
      const expected =
        binding.type === FV
          ? [binding.names === 'sibling' ? running.sibling : running.versionId]
          : [running.versionId, running.sibling];
      expect([...actual].sort(), name).toEqual([...expected].sort());
    }
  });

  const foreignCases = FOREIGN_OPERATIONS.flatMap((operation) => [
    { operation, relation: 'shared', name: 'translate' } as const,
    { operation, relation: 'public', name: 'llama' } as const,
  ]);
  /** With these three, the responses for shared, public and own functions all differ. */
  const DISTINGUISHING: readonly string[] = [AF, 'Function, another', SHARED];

  it.each(foreignCases)(
    'decides and answers $operation for a $relation function as in the truth table',
    async (item) => {
      const { operation, relation, name } = item;
      const row = ROWS.find(({ operations }) => operations.includes(operation)) as Row;
      const [{ functionId, versionId }] = castFunction(name) as [CastFunction];
      const about = { functionId, versionId, sibling: staged.stage.running.sibling };
      for (const binding of BINDINGS) {
        if (binding.names === 'sibling') continue;
        const outcome = expectForeignOutcome(row, profile, binding, relation);
        const cell = { row, operation, binding, scopes: SCOPES, name: binding.name, outcome };
        expect(evaluate(profile, cell, relation), binding.name).toBe(outcome);
        if (!DISTINGUISHING.includes(binding.name)) continue;
        const answer = await staged.ask(operation, await getKey(SCOPES, binding, about), about);
        const outcomeOfResponse = answer.decision.effect === 'allow' ? answer.status : `403 ${answer.decision.reason}`;
        expect(outcomeOfResponse, binding.name).toBe(outcome === 'allow' ? successOf(operation) : `403 ${outcome}`);
      }
    },
  );

  it('has the same outcome at paths with the organisation, and denies the path of another organisation', async () => {
    const kinds = BINDINGS.filter(({ name }) => name === AF || name === 'Function, another');
    for (const operation of OPERATION_NAMES.filter((name) => /^(get|list)/.test(name))) {
      const { method, path } = staged.requestOf(operation);
      // Paths of accounts contain the account instead of an organisation.
      if (method !== 'GET' || !path.startsWith('/v2/nvcf/') || path.startsWith('/v2/nvcf/accounts')) continue;
      for (const binding of kinds) {
        const token = await getKey(SCOPES, binding, staged.targetOf(operation));
        const under = (family: string) => server.call(`GET ${path.replace('/v2/nvcf/', family)}`, { token });
        const [short, long] = [await under('/v2/nvcf/'), await under(`/v2/orgs/${ngcCast.org}/nvcf/`)];
        const reported = `${operation}; ${binding.name}`;
        expect([long.status, long.decision.reason], reported).toEqual([short.status, short.decision.reason]);
        expect({ ...long.body, instance: null }, reported).toEqual({ ...short.body, instance: null });
        if (binding.name !== AF) continue;
        const elsewhere = await under('/v2/orgs/globex/nvcf/');
        expect([elsewhere.status, elsewhere.decision.reason], reported).toEqual([403, 'other_organization']);
      }
    }
  });
});

function functionIds(name: string): string[] {
  return castFunction(name).map(({ functionId }) => functionId);
}

function versionOf({ versionId }: { versionId: string }): string {
  return versionId;
}
