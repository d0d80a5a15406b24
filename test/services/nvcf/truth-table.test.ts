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

/** What a profile asks of a key's resource. */
interface Ruleset {
  /** Types that count; `any`: no test at all; `no key`: whatever it holds. */
  readonly types: readonly TypeLabel[] | 'any' | 'no key';
  /** Calls without a version, for a key that names versions. */
  readonly versionless?: 'refuse' | 'narrow';
  /** The answer shows less instead of being refused; public functions are shown to everybody. */
  readonly filters?: boolean;
}

/** What the operations of a row have in common. */
interface Row {
  readonly operations: readonly OperationName[];
  readonly needs: { readonly all: readonly Scope[] } | { readonly any: readonly Scope[] };
  /** What the path names: nothing that a resource names, a function, or one version. */
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

/** The page's All Functions, Function, All Entity; Function Versions wherever Function is, as ruled. */
const PAGE: Ruleset = { types: [AF, F, FV, AE] };
/** The same, and what the published code takes for functions of others. */
const PAGE_READ: Ruleset = { types: [AF, F, FV, AE, SHARED] };
const PAGE_INVOKE: Ruleset = { types: [AF, F, FV, SHARED] };
const ONLY_ALL_ENTITY: Ruleset = { types: [AE] };
const CODE_OWN: Ruleset = { types: [AF, F, FV] };
const CODE_ANYBODYS: Ruleset = { types: [AF, F, FV, SHARED] };
const UNTESTED: Ruleset = { types: 'any' };
const CLOSED: Ruleset = { types: 'no key' };

/** The page's thirteen rows, and after them the rows that only the API has. */
const ROWS: readonly Row[] = [
  {
    operations: ['createFunction'],
    needs: { all: ['register_function'] },
    about: 'account',
    documented: { types: [AF, AE] },
    'open-source': { types: [AF] },
  },
  {
    operations: [
      'createDeployment',
      'updateDeployment',
      'updateGpuSpecification',
      'getDeployment',
      'getDeploymentById',
      'deleteDeployment',
    ],
    needs: { all: ['deploy_function', 'list_functions'] },
    about: 'version',
    documented: PAGE,
    'open-source': CODE_OWN,
  },
  {
    operations: [
      'invokeFunction',
      'execFunction',
      'invokeAtOwnHost',
      'createChatCompletion',
      'createResponse',
      'createMessage',
      'createEmbedding',
    ],
    needs: { all: ['invoke_function'] },
    about: 'function',
    documented: { ...PAGE_INVOKE, versionless: 'refuse' },
    'open-source': { ...CODE_ANYBODYS, versionless: 'narrow' },
  },
  {
    operations: ['invokeFunctionVersion', 'execFunctionVersion', 'getInvocationStatus', 'getExecStatus'],
    needs: { all: ['invoke_function'] },
    about: 'version',
    documented: PAGE_INVOKE,
    'open-source': CODE_ANYBODYS,
  },
  {
    operations: ['listFunctions', 'listFunctionIds'],
    needs: { any: ['list_functions', 'list_functions_details'] },
    about: 'account',
    documented: PAGE_READ,
    'open-source': { ...CODE_ANYBODYS, filters: true },
  },
  {
    operations: ['listFunctionVersions'],
    needs: { any: ['list_functions', 'list_functions_details'] },
    about: 'function',
    documented: { ...PAGE_READ, versionless: 'narrow' },
    'open-source': { ...CODE_ANYBODYS, versionless: 'narrow' },
  },
  {
    operations: ['getFunctionVersion'],
    needs: { any: ['list_functions', 'list_functions_details'] },
    about: 'version',
    documented: PAGE_READ,
    'open-source': CODE_ANYBODYS,
  },
  {
    operations: [
      'updateFunctionVersion',
      'updateFunctionMetadata',
      'updateFunctionRateLimit',
      'deleteFunctionRateLimit',
    ],
    needs: { all: ['update_function'] },
    about: 'version',
    documented: PAGE,
    'open-source': CODE_OWN,
  },
  {
    operations: ['deleteFunctionVersion'],
    needs: { all: ['delete_function'] },
    about: 'version',
    documented: PAGE,
    'open-source': CODE_OWN,
  },
  {
    operations: ['updateFunctionSecrets'],
    needs: { all: ['update_secrets'] },
    about: 'version',
    documented: PAGE,
    'open-source': CODE_OWN,
  },
  {
    operations: [
      'createFunctionAuthorization',
      'deleteFunctionAuthorization',
      'addFunctionAuthorization',
      'removeFunctionAuthorization',
    ],
    needs: { all: ['authorize_clients'] },
    about: 'function',
    documented: { types: [AF] },
    'open-source': { ...CODE_OWN, versionless: 'refuse' },
  },
  {
    operations: ['getFunctionAuthorizations'],
    needs: { all: ['authorize_clients'] },
    about: 'function',
    documented: { types: [AF] },
    'open-source': { ...CODE_OWN, filters: true },
  },
  {
    operations: [
      'createFunctionVersionAuthorization',
      'getFunctionVersionAuthorizations',
      'deleteFunctionVersionAuthorization',
      'addFunctionVersionAuthorization',
      'removeFunctionVersionAuthorization',
    ],
    needs: { all: ['authorize_clients'] },
    about: 'version',
    documented: { types: [AF] },
    'open-source': CODE_OWN,
  },
  {
    operations: ['listClusterGroups'],
    needs: { all: ['list_clusters'] },
    about: 'account',
    documented: { types: [AC, AE] },
    'open-source': { types: 'no key' },
  },
  {
    operations: [
      'createRegistryCredential',
      'listRegistryCredentials',
      'getRegistryCredential',
      'updateRegistryCredential',
      'deleteRegistryCredential',
      'listRecognizedRegistries',
    ],
    needs: { all: ['manage_registry_credentials'] },
    about: 'account',
    documented: ONLY_ALL_ENTITY,
    'open-source': UNTESTED,
  },
  {
    operations: ['createTelemetry', 'listTelemetries', 'getTelemetry', 'deleteTelemetry'],
    needs: { all: ['manage_telemetries'] },
    about: 'account',
    documented: ONLY_ALL_ENTITY,
    'open-source': UNTESTED,
  },
  {
    operations: ['getGpuQuotaRules'],
    needs: { all: ['read_gpu_quota_rule'] },
    about: 'account',
    documented: ONLY_ALL_ENTITY,
    'open-source': ONLY_ALL_ENTITY,
  },
  {
    operations: ['listAvailableInstanceTypes', 'listInstanceTypes'],
    needs: { all: ['gpu_capacity'] },
    about: 'account',
    documented: ONLY_ALL_ENTITY,
    'open-source': ONLY_ALL_ENTITY,
  },
  {
    operations: ['createFunctionVersion'],
    needs: { all: ['register_function'] },
    about: 'function',
    documented: { ...PAGE, versionless: 'refuse' },
    'open-source': { ...CODE_OWN, versionless: 'refuse' },
  },
  {
    operations: ['getFunctionQueues'],
    needs: { all: ['queue_details'] },
    about: 'function',
    documented: { ...PAGE_READ, versionless: 'narrow' },
    'open-source': { ...CODE_ANYBODYS, versionless: 'narrow' },
  },
  {
    operations: ['getFunctionVersionQueue', 'getQueuePosition'],
    needs: { all: ['queue_details'] },
    about: 'version',
    documented: PAGE_READ,
    'open-source': CODE_ANYBODYS,
  },
  {
    operations: ['updateTelemetrySecret'],
    needs: { all: ['update_secrets'] },
    about: 'account',
    documented: { types: [AF, AE] },
    'open-source': UNTESTED,
  },
  {
    operations: ['createAsset', 'listAssets', 'getAsset', 'getAssetContent', 'deleteAsset'],
    needs: { all: ['invoke_function'] },
    about: 'account',
    documented: PAGE_INVOKE,
    'open-source': UNTESTED,
  },
  {
    operations: ['createInvocationToken'],
    needs: { all: ['invoke_function'] },
    about: 'function',
    documented: { ...PAGE_INVOKE, versionless: 'refuse' },
    'open-source': { ...CODE_ANYBODYS, versionless: 'narrow' },
  },
  {
    operations: ['createVersionInvocationToken'],
    needs: { all: ['invoke_function'] },
    about: 'version',
    documented: PAGE_INVOKE,
    'open-source': CODE_ANYBODYS,
  },
  {
    operations: ['createMultiFunctionInvocationToken'],
    needs: { all: ['invoke_function'] },
    about: 'function',
    documented: PAGE_INVOKE,
    'open-source': UNTESTED,
  },
  {
    operations: ['listFunctionAuthorizations'],
    needs: { all: ['authorize_clients'] },
    about: 'account',
    documented: { types: [AF] },
    'open-source': { ...CODE_OWN, filters: true },
  },
  {
    operations: ['listAccounts', 'getAccount'],
    needs: { any: ['list_accounts', 'account_setup'] },
    about: 'account',
    documented: UNTESTED,
    'open-source': UNTESTED,
  },
  {
    operations: ['updateAccount', 'associateAccountClient', 'disassociateAccountClient'],
    needs: { all: ['account_setup'] },
    about: 'account',
    documented: UNTESTED,
    'open-source': UNTESTED,
  },
  {
    operations: ['createAccount', 'deleteAccount'],
    needs: { all: ['account_setup'] },
    about: 'account',
    documented: CLOSED,
    'open-source': CLOSED,
  },
  {
    operations: ['listAccountFunctionAuthorizations'],
    needs: { all: ['admin:authorize_clients'] },
    about: 'account',
    documented: CLOSED,
    'open-source': CLOSED,
  },
  {
    operations: ['listClusters'],
    needs: { any: ['cluster-management', 'read:cluster-management'] },
    about: 'account',
    documented: CLOSED,
    'open-source': CLOSED,
  },
  {
    operations: ['listRegisteredClusterGroups'],
    needs: { all: ['cluster_listing'] },
    about: 'account',
    documented: CLOSED,
    'open-source': CLOSED,
  },
];

/** What the published code asks for where it contradicts the page. */
const NEEDS_OF_CODE: Partial<Record<OperationName, Row['needs']>> = {
  createDeployment: { all: ['deploy_function'] },
  updateDeployment: { all: ['deploy_function'] },
  updateGpuSpecification: { all: ['deploy_function'] },
  getDeployment: { all: ['deploy_function'] },
  getDeploymentById: { all: ['deploy_function'] },
  deleteDeployment: { all: ['deploy_function'] },
};

/** Every kind of resource that a key can be bound to, seen from the function that the request is about. */
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

/** Scopes that a key may have, with regard to what is needed; after the least that is enough, the most that is not. */
function variants(needs: Row['needs']): { name: string; scopes: readonly Scope[] }[] {
  const needed: readonly Scope[] = 'all' in needs ? needs.all : needs.any;
  const without = (gone: readonly Scope[]) => SCOPES.filter((scope) => !gone.includes(scope));
  const min =
    'all' in needs
      ? [{ name: 'exactly what is needed', scopes: needed }]
      : needed.map((scope) => ({ name: `${scope} alone`, scopes: [scope] }));
  const lacking = 'all' in needs ? needed.map((scope) => [scope]) : [needed];
  return [
    ...min,
    ...lacking.map((gone) => ({ name: `all but ${gone.join(' and ')}`, scopes: without(gone) })),
    { name: 'no scope', scopes: [] },
    { name: 'every scope', scopes: SCOPES },
  ];
}

type Outcome = 'allow' | 'missing_scope' | 'incompatible_resource_type' | 'resource_mismatch' | 'closed_to_keys';

function expected(
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
  if (row.about === 'account' || binding.names === 'everything') return 'allow';
  if (binding.type === F) return binding.names === 'target' ? 'allow' : 'resource_mismatch';
  if (binding.type !== FV) return 'resource_mismatch';
  if (row.about === 'version') return binding.names === 'target' ? 'allow' : 'resource_mismatch';
  return versionless === 'narrow' && binding.names !== 'another' ? 'allow' : 'resource_mismatch';
}

const VERSION = "Function id '{functionId}', version '{versionId}': ";
const FUNCTION = "Function id '{functionId}': ";
const NO_ENTRY = 'Missing resource entry in ApiKey for the function';

/** What the published code says when resources are what is wrong; operations that are not here have no such test. */
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

/** Paths that lead to a function without naming it; the published code says its ids all the same. */
const INDIRECT_TEXTS: Partial<Record<OperationName, string>> = {
  getDeploymentById: `${VERSION}Forbidden to 'get' deployment`,
  updateGpuSpecification: `${VERSION}Forbidden to 'update' deployment`,
  getInvocationStatus: `${VERSION}${NO_ENTRY}`,
  getExecStatus: `${VERSION}${NO_ENTRY}`,
  getQueuePosition: `${VERSION}${NO_ENTRY}`,
};

/** Answered by the NGC gateway, in its own form. */
const GATEWAY: readonly OperationName[] = ['getGpuQuotaRules', 'listAvailableInstanceTypes', 'listInstanceTypes'];

/** Answered by the LLM gateway, in its own form. */
const LLM: readonly OperationName[] = ['createChatCompletion', 'createResponse', 'createMessage', 'createEmbedding'];

/** Answered by instance and cluster management, in its own form. */
const ICMS: readonly OperationName[] = ['listClusters', 'listRegisteredClusterGroups'];

/** One cell of the table: who asks for what, and what the law says about it. */
interface Cell {
  readonly row: Row;
  readonly operation: OperationName;
  readonly binding: Binding;
  readonly scopes: readonly Scope[];
  readonly name: string;
  readonly outcome: Outcome;
}

/** A cell that was sent. */
interface Case extends Cell {
  readonly path: string;
  readonly target: { readonly functionId: string; readonly versionId: string };
  readonly answer: Answer;
}

const EVERY_OPERATION = ROWS.flatMap((row) => row.operations.map((operation) => ({ operation, row })));

/** Every set of scopes with every resource. */
function cellsOf(row: Row, operation: OperationName, profile: Profile): readonly Cell[] {
  const needs = (profile === 'open-source' ? NEEDS_OF_CODE[operation] : undefined) ?? row.needs;
  return variants(needs).flatMap(({ name, scopes }) =>
    BINDINGS.map((binding) => ({
      ...{ row, operation, binding, scopes },
      name: `${operation}; ${name}; ${binding.name}`,
      outcome: expected(row, profile, needs, scopes, binding),
    })),
  );
}

/** What is shown depends on the key: these are asked with every resource. */
const LISTS: readonly OperationName[] = [
  'listFunctions',
  'listFunctionIds',
  'listFunctionVersions',
  'getFunctionQueues',
];

/**
 * The cells that are sent: one for each outcome. Whether a name is that of the object is known only once it was looked
 * up, so both types with names count as outcomes of their own.
 */
function toSend(cells: readonly Cell[]): readonly Cell[] {
  const isAboutNames = ({ row, binding: { type }, outcome }: Cell) =>
    row.about !== 'account' && (type === F || type === FV) && ['allow', 'resource_mismatch'].includes(outcome);
  const kindOf = (cell: Cell) => `${cell.outcome} ${isAboutNames(cell) ? cell.binding.type : ''}`;
  const isList = ({ operation, scopes }: Cell) => LISTS.includes(operation) && scopes === cells[0]?.scopes;
  return cells.filter(
    (cell, index) => isList(cell) || cells.findIndex((one) => kindOf(one) === kindOf(cell)) === index,
  );
}

type Place = Pick<Staged, 'functionId' | 'versionId'>;

/** What a key is bound to, where a request is about this function. */
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

/** What is decided for a key, by the rule of the operation and about an object that is there. */
function decided(profile: Profile, { row, operation, scopes, binding }: Cell, relation: Relation = 'owned'): string {
  const ruleset = RULESETS[profile];
  const { rules, operations, resourceTypes = [] } = ruleset.tables;
  const rule = rules.find(({ id }) => id === operations.find((one) => one.id === operation)?.rule) as Rule;
  const resource = resourceOf(binding, TARGET, { functionId: 'another', versionId: '1' });
  const idOf = (label: string) => resourceTypes.find((type) => type.label === label)?.id ?? label;
  const verdict = decideOnResource(
    { rule, ruleset, names: buildNamesInPath(rule, { ...TARGET }) },
    {
      principal: { kind: 'service-key', id: 'key', name: 'key' },
      heldRights: {
        ...{ roles: [], held: new Set(scopes), services: ['nvcf'], pending: [] },
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

function happened({ operation, answer: { status, decision } }: Case): string {
  if (decision?.effect === 'deny') return `${status} ${decision.reason}`;
  return status === successOf(operation) ? 'allow' : String(status);
}

function detailOf({ operation, answer: { body } }: Case): string {
  if (LLM.includes(operation)) return body.message;
  if (ICMS.includes(operation)) return body.error;
  return GATEWAY.includes(operation) ? body.requestStatus.statusDescription : body.detail;
}

function filledIn(template: string, { target }: Case): string {
  return template.replace('{functionId}', target.functionId).replace('{versionId}', target.versionId);
}

/** Operations whose words are others than these, each once. */
function unlike(cases: readonly Case[], wordsOf: (one: Case) => string | undefined): string[] {
  const reported = cases.flatMap((one) => {
    const wanted = wordsOf(one);
    const said = detailOf(one);
    const isTold = wanted === undefined || said === filledIn(wanted, one);
    return isTold ? [] : [`${one.operation} says "${said}" instead of "${filledIn(wanted, one)}"`];
  });
  return [...new Set(reported)];
}

/** What reads and invocations ask of functions that other accounts share with this one, or with everybody. */
const OF_OTHERS: readonly OperationName[] = [
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

/** A row's law for a function of another account. */
function expectedOfOthers(row: Row, profile: Profile, binding: Binding, relation: 'shared' | 'public'): Outcome {
  const { types } = row[profile];
  if (profile === 'open-source' && relation === 'public') return 'allow';
  if (binding.type === null || !types.includes(binding.type)) return 'incompatible_resource_type';
  switch (binding.type) {
    case AF:
      return profile === 'documented' ? 'allow' : 'resource_mismatch';
    case SHARED:
      return relation === 'shared' ? 'allow' : 'resource_mismatch';
    default:
      return expected(row, profile, { all: [] }, [], binding);
  }
}

describe.each(PROFILES)('truth table, %s profile:', (profile) => {
  let server: TestServer;
  let staged: StagedServer;
  let everything: { id: string; versionId: string }[];
  const cases: Case[] = [];
  const keys = new Map<string, string>();

  beforeAll(async () => {
    server = await testServer({ nvcf: profile });
    staged = await stagedServer(server);
    everything = (await staged.admin('GET /v2/nvcf/functions')).body.functions;
  });

  /** A key, which is made once however many cases ask with it. */
  async function keyOf(scopes: readonly Scope[], binding: Binding, about: Staged): Promise<string> {
    const resource = resourceOf(binding, about, staged.stage.other);
    const name = JSON.stringify([scopes, resource]);
    const known = keys.get(name) ?? (await makeKey(server, scopes, resource)).key;
    keys.set(name, known);
    return known;
  }

  async function sent(cell: Cell): Promise<Case> {
    const { operation, scopes, binding } = cell;
    const about = staged.targetOf(operation);
    const { functionId, versionId } = about;
    const token = await keyOf(scopes, binding, about);
    const { path } = staged.requestOf(operation);
    return { ...cell, path, target: { functionId, versionId }, answer: await staged.ask(operation, token) };
  }

  it('has every operation that asks for a key, once', async () => {
    const { body } = await server.call('GET /_mock/tables/nvcf');
    const listed = body.operations.filter(({ rule }: { rule: string }) => rule !== 'public');
    const ours = ROWS.flatMap(({ operations }) => operations);

    expect([...ours].sort()).toEqual(listed.map(({ id }: { id: string }) => id).sort());
    expect([...ours].sort()).toEqual([...OPERATION_NAMES].sort());
  });

  it.each(EVERY_OPERATION)('$operation is decided as its rule says, and answered so', async ({ operation, row }) => {
    const cells = cellsOf(row, operation, profile);
    const wrong = cells.filter((cell) => decided(profile, cell) !== cell.outcome);
    expect(wrong.map((cell) => `${cell.name}: ${decided(profile, cell)} instead of ${cell.outcome}`)).toEqual([]);

    const asked: Case[] = [];
    for (const cell of toSend(cells)) asked.push(await sent(cell));
    cases.push(...asked);
    const unlike = asked.filter((one) => happened(one) !== (one.outcome === 'allow' ? 'allow' : `403 ${one.outcome}`));
    expect(unlike.map((one) => `${one.name}: ${happened(one)}, and the law says ${one.outcome}`)).toEqual([]);
  });

  it('refuses in the form of a problem of the control plane, of the invocation plane, or of the gateway', () => {
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

  it('says `Access Denied` to a key without the scope, and at the own host of a function what that plane says', () => {
    const refused = cases.filter(({ answer }) => ['missing_scope', 'closed_to_keys'].includes(answer.decision?.reason));
    expect(
      unlike(refused, ({ operation }) =>
        LLM.includes(operation)
          ? 'permission denied'
          : operation === 'invokeAtOwnHost'
            ? 'missing requested authorities'
            : 'Access Denied',
      ),
    ).toEqual([]);
  });

  const mismatched = () => cases.filter(({ answer }) => answer.decision?.reason === 'resource_mismatch');

  it('says what the published code says to a key that names something else', () => {
    expect(mismatched().length).toBeGreaterThan(20);
    expect(unlike(mismatched(), ({ operation }) => TEXTS[operation])).toEqual([]);
  });

  it('names function and version also where the path leads to them by another id', () => {
    expect(unlike(mismatched(), ({ operation }) => INDIRECT_TEXTS[operation])).toEqual([]);
  });

  const wrongType = () => cases.filter(({ answer }) => answer.decision?.reason === 'incompatible_resource_type');

  it.runIf(profile === 'documented')('says `Access Denied` to a key of a type that does not count', () => {
    expect(
      unlike(wrongType(), ({ operation }) =>
        LLM.includes(operation)
          ? 'permission denied'
          : operation === 'createFunction'
            ? 'Forbidden to create function'
            : 'Access Denied',
      ),
    ).toEqual([]);
  });

  it.runIf(profile === 'open-source')('knows no types, so a key of any other type is told the same words', () => {
    expect(wrongType().length).toBeGreaterThan(20);
    expect(unlike(wrongType(), ({ operation }) => TEXTS[operation])).toEqual([]);
  });

  it('shows in account-wide lists what the key covers, and nothing more', () => {
    const shared = functionIds('translate');
    const isPublic = functionIds('llama');
    const isOwn = (id: string) => ![...shared, ...isPublic].includes(id);
    const hidden = functions.filter(({ name }) => name === 'private').map(({ functionId }) => functionId);
    const isShown = ({ binding, target }: Case, id: string, versionId: string): boolean => {
      if (profile === 'open-source' && isPublic.includes(id)) return true;
      const ofOthers = profile === 'documented';
      switch (binding.name) {
        case AF:
          return ofOthers || isOwn(id);
        case AE:
          return ofOthers;
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
    for (const one of lists) {
      const rows = everything.filter(({ id, versionId }) => isShown(one, id, versionId));
      const { body } = one.answer;
      const shown = one.operation === 'listFunctions' ? body.functions.map(versionOf) : body.functionIds;
      const wanted = one.operation === 'listFunctions' ? rows.map(versionOf) : rows.map(({ id }) => id);
      expect([...new Set(shown)].sort(), one.name).toEqual([...new Set(wanted)].sort());
      for (const id of hidden) expect(JSON.stringify(body)).not.toContain(id);
    }
  });

  it('shows of one function only the versions that the key covers', () => {
    const { running } = staged.stage;
    const lists = cases.filter(
      ({ operation, answer }) =>
        ['listFunctionVersions', 'getFunctionQueues'].includes(operation) && answer.status === 200,
    );
    expect(lists.length).toBeGreaterThan(5);
    for (const { answer, binding, operation, name } of lists) {
      const shown =
        operation === 'listFunctionVersions'
          ? answer.body.functions.map(versionOf)
          : answer.body.queues.map(({ functionVersionId }: { functionVersionId: string }) => functionVersionId);
      const wanted =
        binding.type === FV
          ? [binding.names === 'sibling' ? running.sibling : running.versionId]
          : [running.versionId, running.sibling];
      expect([...shown].sort(), name).toEqual([...wanted].sort());
    }
  });

  const ofOthers = OF_OTHERS.flatMap((operation) => [
    { operation, relation: 'shared', name: 'translate' } as const,
    { operation, relation: 'public', name: 'llama' } as const,
  ]);
  /** With these three, the answers about a function that is shared, public, or one's own all differ. */
  const TELLING: readonly string[] = [AF, 'Function, another', SHARED];

  it.each(ofOthers)('$operation of a $relation function is decided as its rule says, and answered so', async (one) => {
    const { operation, relation, name } = one;
    const row = ROWS.find(({ operations }) => operations.includes(operation)) as Row;
    const [{ functionId, versionId }] = castFunction(name) as [CastFunction];
    const about = { functionId, versionId, sibling: staged.stage.running.sibling };
    for (const binding of BINDINGS) {
      if (binding.names === 'sibling') continue;
      const outcome = expectedOfOthers(row, profile, binding, relation);
      const cell = { row, operation, binding, scopes: SCOPES, name: binding.name, outcome };
      expect(decided(profile, cell, relation), binding.name).toBe(outcome);
      if (!TELLING.includes(binding.name)) continue;
      const answer = await staged.ask(operation, await keyOf(SCOPES, binding, about), about);
      const said = answer.decision.effect === 'allow' ? answer.status : `403 ${answer.decision.reason}`;
      expect(said, binding.name).toBe(outcome === 'allow' ? successOf(operation) : `403 ${outcome}`);
    }
  });

  it('answers the same under the path of the organisation, and refuses the path of another', async () => {
    const kinds = BINDINGS.filter(({ name }) => name === AF || name === 'Function, another');
    for (const operation of OPERATION_NAMES.filter((name) => /^(get|list)/.test(name))) {
      const { method, path } = staged.requestOf(operation);
      // Those of accounts name the account, and no organisation.
      if (method !== 'GET' || !path.startsWith('/v2/nvcf/') || path.startsWith('/v2/nvcf/accounts')) continue;
      for (const binding of kinds) {
        const token = await keyOf(SCOPES, binding, staged.targetOf(operation));
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

  it('records for each case the decision that its header tells', async () => {
    const newest = new Map(cases.map((one) => [`${one.outcome} ${one.row.operations[0]}`, one]));
    for (const { answer, operation, name } of newest.values()) {
      const { status, body } = await server.call(`GET /_mock/decisions/${answer.decision.id}`);
      expect({ status, effect: body.effect, operation: body.operation, reason: body.reason }, name).toEqual({
        status: 200,
        effect: answer.decision.effect,
        operation,
        reason: answer.decision.reason ?? null,
      });
    }
  });

  it('tells accounts that may see a function nothing else: the others of the second organisation do not exist', async () => {
    const [secret] = castFunction('private');
    const { key } = await makeKey(server, SCOPES, { type: AF });
    const { status, body } = await server.call(
      `GET /v2/nvcf/functions/${secret?.functionId}/versions/${secret?.versionId}`,
      { token: key },
    );
    expect(status).toBe(404);
    expect(body.detail).toBe(
      `Function id '${secret?.functionId}', version '${secret?.versionId}': Not found in account '${ngcCast.ncaId}'`,
    );
  });
});

function functionIds(name: string): string[] {
  return castFunction(name).map(({ functionId }) => functionId);
}

function versionOf({ versionId }: { versionId: string }): string {
  return versionId;
}
