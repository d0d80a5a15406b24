import { listNotEmulatedOperations } from '../contract/sections.ts';
import type { OperationHost, ServiceDefinition } from '../contract/service.ts';
import type { Ruleset } from '../decisions/ruleset.ts';
import { OperationRouter } from './openapi/operation-router.ts';
import type { DocumentedOperation } from './openapi/prepared.ts';
import type { ApiDocument, Operation } from './openapi.ts';
import type { Route } from './server.ts';

export interface MountedService {
  readonly service: ServiceDefinition;
  readonly ruleset: Ruleset;
  readonly document: ApiDocument;
}

export function createRouter({ service, document }: MountedService): OperationRouter {
  const notEmulated = listNotEmulatedOperations(service.name, service.rules.notEmulated);
  return new OperationRouter(document.operations, service.conventions?.optionalTrailingSlash === true, notEmulated);
}

/** @throws Error if an operation has no row or no handler */
export function createRoutes(mounted: MountedService): readonly Route[] {
  const { service, document } = mounted;
  const rows = indexRows(mounted);
  return document.operations.map((operation) =>
    createRoute(operation, mounted, rows, service.operations[operation.id], service),
  );
}

/** Returns the hosts of a service that have one operation for any path. */
export function ownHostsOf({ hosts = [] }: Pick<ServiceDefinition, 'hosts'>): readonly OperationHost[] {
  return hosts.filter((host): host is OperationHost => 'operation' in host);
}

/** Creates the route of a host's operation, for any method, path and body. */
export function createHostRoute(host: OperationHost, mounted: MountedService): Route {
  const operation: Operation = {
    ...operationOfHost(host),
    isAlias: false,
    method: '*',
    path: '/*',
    summary: '',
    queryNames: 'any',
    validates: () => false,
    uuidParams: [],
    queryTypes: {},
    body: 'optional',
    bodyForm: 'bytes',
    bodyFields: new Map(),
    bodyNames: [],
    normalizeSpelling: (body) => body,
    bodyTypes: () => ['*/*'],
    bodySchema: () => undefined,
    bodyOtherVersions: {},
    findRequestViolation: () => null,
    vendorStatuses: () => [],
    hasStatus: () => true,
    answerSchema: () => undefined,
    describeAnswerViolation: () => null,
  };
  return createRoute(operation, mounted, indexRows(mounted), host.handler, host);
}

/** Indexes the rows with their rules by operation: a service has hundreds, too many to search for each route. */
function indexRows({ ruleset: { tables } }: MountedService) {
  const rules = new Map(tables.rules.map((rule) => [rule.id, rule]));
  return new Map(
    tables.operations.map((row) => [row.id, { row, rule: row.rule === null ? null : (rules.get(row.rule) ?? null) }]),
  );
}

function createRoute(
  operation: Operation,
  { service, ruleset, document }: MountedService,
  rows: ReturnType<typeof indexRows>,
  handler: Route['handler'] | undefined,
  errorRenderer: Route['errorRenderer'],
): Route {
  const ruledRow = rows.get(operation.id);
  const folder = `src/services/${service.name}`;
  if (ruledRow === undefined)
    throw new Error(`Operation \`${operation.id}\` has no row. Add one to a table of ${folder}/tables/.`);
  if (handler === undefined) {
    throw new Error(
      `Operation \`${operation.id}\` has no handler. Add one to ${folder}/operations/, and list it in ${folder}/index.ts.`,
    );
  }
  const { row, rule } = ruledRow;
  const lookup = rule?.cover === undefined ? null : (service.lookups[rule.cover.lookup] ?? null);
  const hasBody = operation.body !== 'none' || !['GET', 'DELETE'].includes(operation.method);
  const readsBody = hasBody && row.streams !== true;
  const guardOfControl = row.unguarded === true ? 'known' : 'admin';
  const guardOfService = row.framed === true ? 'framed' : 'open';
  const guard = service.isControlApi === true ? guardOfControl : guardOfService;
  return {
    service,
    ruleset,
    document,
    operation,
    handler,
    errorRenderer,
    row,
    readsBody,
    guard,
    rule,
    lookup,
    firstCheck: row.checksFirst === undefined ? null : (service.checks?.[row.checksFirst] ?? null),
  };
}

export function operationOfHost({ operation, pattern }: OperationHost): DocumentedOperation {
  const pathParams = [...pattern.source.matchAll(/\(\?<(\w+)>/g)].map(([, name = '']) => name);
  return { id: operation, public: false, pathParams };
}
