import type { Reasons } from '../../src/decisions/reasons.ts';
import type { Sourced, Tables } from '../../src/decisions/rule.ts';
import { type MountedService, operationOfHost, ownHostsOf } from '../../src/http/mount.ts';
import type { DocumentedOperation } from '../../src/http/openapi/prepared.ts';
import { isBelow } from '../../src/lib/path-template.ts';

/** Returns what is incomplete about a service, as sentences that name the row or the operation. */
export function mountFaults({ service, ruleset, document }: MountedService, reasons: Reasons): string[] {
  const ids = document.operations.filter(({ isAlias }) => !isAlias).map(({ id }) => id);
  const handled = Object.keys(service.operations);
  const ofOtherVersions = service.rules.rulesets.flatMap(({ tables }) => tables.operations.map(({ id }) => id));
  const documented = [...document.operations, ...ownHostsOf(service).map(operationOfHost)];
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
export function checkTables(
  tables: Tables,
  documented: readonly DocumentedOperation[],
  lookups: readonly string[],
  reasons: Reasons,
): string[] {
  return [
    ...repeated('permission', ids(tables.permissions)),
    ...repeated(
      'role',
      tables.roles.map((role) => role.name),
    ),
    ...repeated('rule', ids(tables.rules)),
    ...repeated('operation', ids(tables.operations)),
    ...repeated('resource type', ids(tables.resourceTypes ?? [])),
    ...unsourced(tables),
    ...unknownGrants(tables),
    ...unknownTypes(tables),
    ...unknownReasons(tables, reasons),
    ...operationFaults(tables, documented),
    ...coverFaults(tables, documented, lookups),
  ];
}

/** Scopes with the same id in several services. The resources of a key show which service is meant. */
const SHARED_SCOPES: readonly string[] = ['update_secrets'];

/** The parts of a service that are compared across services. */
export interface NamedService {
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

function ids(rows: readonly { id: string }[]): string[] {
  return rows.map((row) => row.id);
}

function repeated(what: string, names: readonly string[]): string[] {
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  return [...new Set(twice)].map((name) => `${what} \`${name}\` is in its table twice`);
}

function unsourced(tables: Tables): string[] {
  const rows: [string, Sourced][] = [
    ...tables.permissions.map((row): [string, Sourced] => [`permission \`${row.id}\``, row]),
    ...tables.roles.map((row): [string, Sourced] => [`role \`${row.name}\``, row]),
    ...tables.rules.map((row): [string, Sourced] => [`rule \`${row.id}\``, row]),
    ...tables.rules.flatMap(({ id, added = [] }) =>
      added.map((row): [string, Sourced] => [`what was added to rule \`${id}\``, row]),
    ),
    ...tables.operations.map((row): [string, Sourced] => [`operation \`${row.id}\``, row]),
    ...(tables.resourceTypes ?? []).map((row): [string, Sourced] => [`resource type \`${row.id}\``, row]),
    ...Object.entries(tables.more ?? {}).flatMap(([table, more]) =>
      more.map((row, index): [string, Sourced] => [`row ${index + 1} of \`${table}\``, row]),
    ),
  ];
  return rows.filter(([, row]) => row.source.trim() === '').map(([name]) => `${name} has no source`);
}

function unknownGrants(tables: Tables): string[] {
  const known = new Set(ids(tables.permissions));
  const used: [string, readonly string[]][] = [
    ...tables.roles.map((role): [string, readonly string[]] => [`role \`${role.name}\``, role.permissions]),
    ...tables.rules.map((rule): [string, readonly string[]] => [
      `rule \`${rule.id}\``,
      [...(rule.needs.all ?? []), ...(rule.needs.any ?? [])],
    ]),
  ];
  return used.flatMap(([name, permissions]) =>
    permissions
      .filter((permission) => !known.has(permission))
      .map((permission) => `${name} uses the unknown permission \`${permission}\``),
  );
}

function unknownTypes(tables: Tables): string[] {
  const known = new Set(ids(tables.resourceTypes ?? []));
  const used: [string, readonly string[]][] = [
    ...tables.rules.map((rule): [string, readonly string[]] => [`rule \`${rule.id}\``, rule.on ?? []]),
    ...tables.permissions.map((permission): [string, readonly string[]] => [
      `permission \`${permission.id}\``,
      permission.onlyOn ?? [],
    ]),
  ];
  const idle = tables.rules.flatMap(({ id, on = [], added = [] }) =>
    added
      .flatMap(({ types }) => types)
      .filter((type) => !on.includes(type))
      .map((type) => `rule \`${id}\` says where the resource type \`${type}\` comes from, but does not accept it`),
  );
  const unknown = used.flatMap(([name, types]) =>
    types.filter((type) => !known.has(type)).map((type) => `${name} uses the unknown resource type \`${type}\``),
  );
  return [...unknown, ...idle];
}

function unknownReasons({ remedies }: Tables, reasons: Reasons): string[] {
  return Object.keys(remedies)
    .filter((reason) => !Object.hasOwn(reasons, reason))
    .map((reason) => `there is a remedy for the unknown reason \`${reason}\``);
}

function operationFaults(tables: Tables, documented: readonly DocumentedOperation[]): string[] {
  const rules = new Set(ids(tables.rules));
  const rows = new Map(tables.operations.map((row) => [row.id, row]));
  const inDocument = new Set(ids(documented));
  const used = new Set(tables.operations.map((row) => row.rule));
  return [
    ...tables.operations
      .filter((row) => row.rule !== 'public' && !rules.has(row.rule))
      .map((row) => `operation \`${row.id}\` names the unknown rule \`${row.rule}\``),
    ...tables.operations
      .filter((row) => !inDocument.has(row.id))
      .map((row) => `operation \`${row.id}\` is in the tables, not in the document`),
    ...ids(tables.rules)
      .filter((id) => !used.has(id))
      .map((id) => `rule \`${id}\` is used by no operation`),
    ...documented.flatMap((operation) => {
      const row = rows.get(operation.id);
      if (row === undefined) return [`operation \`${operation.id}\` has no rule`];
      if ((row.rule === 'public') === operation.public) return [];
      return [
        `operation \`${operation.id}\` is ${operation.public ? 'public' : 'protected'} in the document, ` +
          `and ${row.rule === 'public' ? 'public' : 'protected'} in the tables`,
      ];
    }),
  ];
}

function coverFaults(tables: Tables, documented: readonly DocumentedOperation[], lookups: readonly string[]): string[] {
  const rules = new Map(tables.rules.map((rule) => [rule.id, rule]));
  const documentedById = new Map(documented.map((operation) => [operation.id, operation]));
  return tables.operations.flatMap((row) => {
    const cover = rules.get(row.rule)?.cover;
    const operation = documentedById.get(row.id);
    if (cover === undefined || operation === undefined) return [];
    return [
      ...(lookups.includes(cover.lookup) ? [] : [`rule \`${row.rule}\` uses the unknown look-up \`${cover.lookup}\``]),
      ...(cover.param === undefined || operation.pathParams.includes(cover.param)
        ? []
        : [
            `rule \`${row.rule}\` reads the path parameter \`${cover.param}\`, which operation \`${row.id}\` does not have`,
          ]),
    ];
  });
}
