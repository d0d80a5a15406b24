import { listNotEmulatedOperations } from '../../src/contract/sections.ts';
import type { Reasons } from '../../src/decisions/reasons.ts';
import type { Sourced, Tables } from '../../src/decisions/rule.ts';
import { type MountedService, operationOfHost, ownHostsOf } from '../../src/http/mount.ts';
import type { DocumentedOperation } from '../../src/http/openapi/prepared.ts';
import { isBelow, shapeOf } from '../../src/lib/path-template.ts';

/** Returns what is incomplete about a service, as sentences that name the row or the operation. */
export function mountFaults({ service, ruleset, document }: MountedService, reasons: Reasons): string[] {
  const ids = document.operations.filter(({ isAlias }) => !isAlias).map(({ id }) => id);
  const handled = Object.keys(service.operations);
  const ofOtherVersions = service.rules.rulesets.flatMap(({ tables }) => tables.operations.map(({ id }) => id));
  const documented = [...document.operations, ...ownHostsOf(service).map(operationOfHost)];
  const callOf = ({ method, path }: { readonly method: string; readonly path: string }) => `${method} ${shapeOf(path)}`;
  const notEmulated = new Set(listNotEmulatedOperations(service.name, service.rules.notEmulated).map(callOf));
  return [
    ...ids
      .filter((id, index) => ids.indexOf(id) !== index)
      .map((id) => `operationId \`${id}\` occurs twice in its document`),
    ...ids.filter((id) => !handled.includes(id)).map((id) => `operation \`${id}\` has no handler`),
    ...handled
      .filter((id) => !ids.includes(id) && !ofOtherVersions.includes(id))
      .map((id) => `handler \`${id}\` has no operation`),
    ...document.operations
      .filter(({ path }) => !service.prefixes.some((prefix) => isBelow(path, prefix)))
      .map(({ path }) => `path \`${path}\` is below none of its prefixes`),
    ...document.operations
      .filter((operation) => notEmulated.has(callOf(operation)))
      .map(({ id }) => `operation \`${id}\` is also in the table of operations that are not emulated`),
    ...ruleset.tables.operations.flatMap(({ id, checksFirst }) =>
      checksFirst === undefined || service.checks?.[checksFirst] !== undefined
        ? []
        : [`operation \`${id}\` names the unknown check \`${checksFirst}\``],
    ),
    ...checkTables(ruleset.tables, documented, Object.keys(service.lookups), reasons),
  ];
}

/**
 * Checks a service's tables against each other, its document and its look-ups.
 *
 * @returns all inconsistencies, as sentences that name the row
 */
function checkTables(
  tables: Tables,
  documented: readonly DocumentedOperation[],
  lookups: readonly string[],
  reasons: Reasons,
): string[] {
  const { permissions, roles, rules, operations, resourceTypes = [], remedies, more = {} } = tables;
  const nameAll = <Row extends Sourced>(kind: string, rows: readonly Row[], idOf: (row: Row) => string) =>
    rows.map((row) => ({ row, name: `${kind} \`${idOf(row)}\`` }));
  const ofPermissions = nameAll('permission', permissions, ({ id }) => id);
  const ofRoles = nameAll('role', roles, ({ name }) => name);
  const ofRules = nameAll('rule', rules, ({ id }) => id);
  const ofOperations = nameAll('operation', operations, ({ id }) => id);
  const named: readonly { row: Sourced; name: string }[] = [
    ...[...ofPermissions, ...ofRoles, ...ofRules, ...ofOperations],
    ...nameAll('resource type', resourceTypes, ({ id }) => id),
  ];
  const parts: readonly { row: Sourced; name: string }[] = [
    ...ofRules.flatMap(({ name, row }) => (row.added ?? []).map((row) => ({ row, name: `what was added to ${name}` }))),
    ...Object.entries(more).flatMap(([table, rows]) => rows.map((row) => ({ row, name: `a row of \`${table}\`` }))),
  ];
  const names = named.map(({ name }) => name);
  const findUnknown = (
    kind: string,
    known: readonly string[],
    used: readonly (readonly [string, readonly string[]])[],
  ) =>
    used.flatMap(([name, ids]) =>
      ids.filter((id) => !known.includes(id)).map((id) => `${name} the unknown ${kind} \`${id}\``),
    );
  return [
    ...names.filter((name, index) => names.indexOf(name) !== index).map((name) => `${name} is in its table twice`),
    ...[...named, ...parts].filter(({ row }) => row.source.trim() === '').map(({ name }) => `${name} has no source`),
    ...findUnknown(
      'permission',
      permissions.map(({ id }) => id),
      [
        ...ofRoles.map(({ name, row }) => [`${name} uses`, row.permissions] as const),
        ...ofRules.map(
          ({ name, row: { needs } }) => [`${name} uses`, [needs.all ?? [], needs.any ?? []].flat()] as const,
        ),
      ],
    ),
    ...findUnknown(
      'resource type',
      resourceTypes.map(({ id }) => id),
      [
        ...ofRules.map(({ name, row }) => [`${name} uses`, row.on ?? []] as const),
        ...ofPermissions.map(({ name, row }) => [`${name} uses`, row.onlyOn ?? []] as const),
      ],
    ),
    ...ofRules.flatMap(({ name, row: { on = [], added = [] } }) =>
      findUnknown('accepted resource type', on, [[`${name} says the source of`, added.flatMap(({ types }) => types)]]),
    ),
    ...findUnknown('reason', Object.keys(reasons), [['there is a remedy for', Object.keys(remedies)]]),
    ...findUnknown(
      'rule',
      ['public', ...rules.map(({ id }) => id)],
      ofOperations.map(({ name, row }) => [`${name} names`, [row.rule]]),
    ),
    ...findUnknown(
      'operation',
      documented.map(({ id }) => id),
      operations.map(({ id }) => ['the tables have', [id]]),
    ),
    ...ofRules
      .filter(({ row: { id } }) => operations.every(({ rule }) => rule !== id))
      .map(({ name }) => `${name} is used by no operation`),
    ...documented.flatMap((operation) => findOperationFaults(operation, tables, lookups)),
  ];
}

/** Checks a documented operation against its row, and the object of its rule. */
function findOperationFaults(operation: DocumentedOperation, tables: Tables, lookups: readonly string[]): string[] {
  const name = `operation \`${operation.id}\``;
  const row = tables.operations.find(({ id }) => id === operation.id);
  if (row === undefined) return [`${name} has no rule`];
  const { cover } = tables.rules.find(({ id }) => id === row.rule) ?? {};
  const isPublic = row.rule === 'public';
  return [
    ...(isPublic === operation.public ? [] : [`${name} is public only in ${isPublic ? 'the tables' : 'the document'}`]),
    ...(cover === undefined || lookups.includes(cover.lookup)
      ? []
      : [`rule \`${row.rule}\` uses the unknown look-up \`${cover.lookup}\``]),
    ...(cover?.param === undefined || operation.pathParams.includes(cover.param)
      ? []
      : [`rule \`${row.rule}\` reads the path parameter \`${cover.param}\`, which ${name} does not have`]),
  ];
}

/** Scopes with the same id in several services. The resources of a key show which service is meant. */
const SHARED_SCOPES: readonly string[] = ['update_secrets'];

/** The parts of a service that are compared across services. */
interface NamedService {
  readonly name: string;
  readonly prefixes: readonly string[];
  readonly tables: Tables;
}

/**
 * Checks services against each other: names and prefixes and, for services with keys, their names in key policies.
 *
 * @returns all conflicts, naming both services
 */
export function checkServices(services: readonly NamedService[]): string[] {
  const ofKeys = services.filter(({ tables }) => tables.product !== undefined);
  const own = (list: readonly NamedService[], of: (service: NamedService) => readonly string[]) =>
    list.flatMap((service) => [...new Set(of(service))].map((value) => ({ value, name: service.name })));
  const claims: [what: string, claims: readonly { value: string; name: string }[]][] = [
    ['name', own(services, ({ name }) => [name])],
    ['prefix', own(services, ({ prefixes }) => prefixes)],
    // `ofKeys` are the services with a product.
    ['product', own(ofKeys, ({ tables }) => [tables.product as string])],
    [
      'scope',
      own(ofKeys, ({ tables }) => tables.permissions.flatMap(({ id, label }) => [id, label])).filter(
        ({ value }) => !SHARED_SCOPES.includes(value),
      ),
    ],
    [
      'resource type',
      own(ofKeys, ({ tables }) => (tables.resourceTypes ?? []).flatMap(({ id, label }) => [id, label])),
    ],
  ];
  return claims.flatMap(([what, list]) =>
    list.flatMap(({ value, name }, index) => {
      const first = list.findIndex((other) => other.value === value);
      return first < index ? [`the ${what} \`${value}\` belongs to both \`${list[first]?.name}\` and \`${name}\``] : [];
    }),
  );
}
