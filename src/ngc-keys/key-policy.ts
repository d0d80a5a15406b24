import { quote } from '../core/explaining/index.ts';
import { adviseName, findNear } from '../core/nearest.ts';
import type { Policy, Resource } from '../core/policy.ts';
import { redact } from '../core/redact.ts';
import type { PermissionRow, ResourceTypeRow, Tables } from '../core/rule.ts';
import type { Ruleset } from '../core/ruleset.ts';

/** A resource as input, with its type by label or id. */
export interface GivenResource {
  readonly type: string;
  readonly ids?: readonly string[];
  /** Read as the vendor's services read a stored policy: the id of a whole object without `/*` has no effect. */
  readonly isVendors?: boolean;
}

/**
 * Behind the id of a whole object that a stored policy has without `/*`: the published code looks for what stands behind
 * the slash, finds nothing and drops the resource. With this ending it is kept, and matches no object.
 */
const WITHOUT_EFFECT = '/';

/** Can this id of a stored policy match an object? */
export function hasEffect(id: string): boolean {
  return !id.endsWith(WITHOUT_EFFECT);
}

/** A fault in a policy. */
export interface PolicyFault {
  /** A sentence with the field, the expectation and the rule; about an unknown name without the known ones. */
  readonly message: string;
  /** The vendor's documents rule it out, but its console stores it. */
  readonly forceable: boolean;
  /** The field with the unknown name. */
  readonly field?: string;
  /** For an unknown name: the name, and the names that the services of the key know. */
  readonly given?: string;
  readonly valid?: readonly string[];
}

/** Names of the services that accept keys. */
export function keyServices(rulesets: readonly Ruleset[]): string[] {
  return rulesets.filter(({ tables }) => tables.product !== undefined).map(({ service }) => service);
}

/** Names of the roles that any service knows. */
export function knownRoles(rulesets: readonly Ruleset[]): string[] {
  return [...new Set(rulesets.flatMap(({ tables }) => tables.roles.map(({ name }) => name)))];
}

/** The message about a fault, with the nearest known names for an unknown one. */
export function messageOf({ message, given, valid = [] }: PolicyFault): string {
  return given === undefined ? message : `${message}${adviseName(given, valid)}`;
}

/**
 * Translates a policy into ids of the tables, and lists its faults. Scopes and types may be ids or labels.
 *
 * @param services the services of the key, whose names a fault lists; of all services if none of them has any
 */
export function readPolicy(
  rulesets: readonly Ruleset[],
  scopes: readonly string[],
  resources: readonly GivenResource[],
  services: readonly string[] = [],
): { readonly policy: Policy; readonly faults: readonly PolicyFault[] } {
  const forKeys = rulesets.filter(({ tables }) => tables.product !== undefined);
  const permissions = forKeys.flatMap(({ tables }) => tables.permissions);
  const types = forKeys.flatMap(({ tables }) => tables.resourceTypes ?? []);
  const faults: PolicyFault[] = [];
  const namesIn = (namesOf: (tables: Tables) => readonly Names[]) => {
    const ofKey = forKeys.filter(({ service }) => services.includes(service)).flatMap(({ tables }) => namesOf(tables));
    return ofKey.length === 0 ? forKeys.flatMap(({ tables }) => namesOf(tables)) : ofKey;
  };

  const known = scopes.flatMap((scope) => {
    const permission = permissions.find((row) => isCalled(scope, [row.id, row.label]));
    if (permission === undefined) faults.push(unknownName('scopes', 'scope', scope, namesIn(scopeNames)));
    return permission ?? [];
  });
  const bound = resources.flatMap((given) => {
    const rows = typesOf(given.type, types);
    if (rows.length === 0) faults.push(unknownName('resource.type', 'resource type', given.type, namesIn(typeNames)));
    return byForm(given, rows).map(({ row, ids }) => {
      const resource = inOurForm(row, ids, given.isVendors === true);
      faults.push(...idFaults(resource, row));
      return resource;
    });
  });
  faults.push(...known.flatMap((permission) => combinationFaults(permission, bound, types)));
  const ids = [...new Set(known.map(({ id }) => id))];
  return { policy: { scopes: ids, resources: mergeByType(bound, types) }, faults };
}

function isCalled(given: string, names: readonly string[]): boolean {
  // Lengths first: each key of a seed asks this for each of its scopes and all names.
  return names.some((name) => name.length === given.length && name.toLowerCase() === given.toLowerCase());
}

/** The name that messages use, and the other one. */
type Names = readonly [usual: string, other: string];

function scopeNames({ permissions }: Tables): readonly Names[] {
  return permissions.map(({ id, label }) => [id, label]);
}

function typeNames({ resourceTypes = [] }: Tables): readonly Names[] {
  return resourceTypes.map(({ id, label }) => [label, id]);
}

function unknownName(field: string, what: string, given: string, names: readonly Names[]): PolicyFault {
  const message = `Field \`${field}\` names the unknown ${what} \`${redact(given).slice(0, 100)}\`.`;
  const valid = names.map((both) => findNear(given, both) ?? both[0]);
  return { message, forceable: false, field, given, valid };
}

/** A label is unique, but one id of the vendor can stand for two of our types. */
function typesOf(given: string, types: readonly ResourceTypeRow[]): readonly ResourceTypeRow[] {
  const labelled = types.filter(({ label }) => label === given);
  if (labelled.length > 0) return labelled;
  return types.filter((row) => isCalled(given, [row.id, row.label, ...(row.aliases ?? []), row.encoding.type]));
}

interface Entry {
  readonly row: ResourceTypeRow;
  readonly ids: readonly string[] | undefined;
}

/** The form of each id separates types with the same vendor id: `<functionId>/*`, `<functionId>/<versionId>`. */
function byForm({ ids }: GivenResource, rows: readonly ResourceTypeRow[]): readonly Entry[] {
  const [first] = rows;
  if (first === undefined) return [];
  if (rows.length === 1 || ids === undefined || ids.length === 0) return [{ row: first, ids }];
  const fitting = (id: string) => rows.find(({ names }) => partsOf(names ?? '') === partsOf(id)) ?? first;
  return rows
    .map((row) => ({ row, ids: ids.filter((id) => fitting(id) === row) }))
    .filter((entry) => entry.ids.length > 0);
}

function partsOf(name: string): number {
  return name.replace(/\/\*$/, '').split('/').length;
}

/** The vendor writes the whole object as `<id>/*`; a constant id says nothing. */
function inOurForm(
  { id: type, names, encoding }: ResourceTypeRow,
  ids: readonly string[] | undefined,
  isVendors: boolean,
): Resource {
  const inForm = (id: string) => {
    if (encoding.isBare === true) return id;
    const isIgnored = isVendors && names !== null && !id.includes('/');
    return isIgnored ? `${id}${WITHOUT_EFFECT}` : id.replace(/\/\*$/, '');
  };
  const kept = ids?.filter((id) => id !== encoding.id).map((id) => inForm(id).toLowerCase()) ?? [];
  return kept.length === 0 ? { type } : { type, ids: kept };
}

/** The inverse: resources as the vendor writes them. Types of other services are left out. */
export function encodeResources(ruleset: Ruleset | undefined, resources: Policy['resources']) {
  return resources.flatMap(({ type, ids }) => {
    const encoding = ruleset?.resourceTypes.get(type)?.encoding;
    if (encoding === undefined) return [];
    if (ids === undefined) return [{ type: encoding.type, id: encoding.id ?? '*' }];
    return ids.map((id) => ({ type: encoding.type, id: encoding.isBare === true ? id : encodeId(id) }));
  });
}

/** An id as the vendor writes it; one without effect as it was given. */
export function encodeId(id: string): string {
  if (!hasEffect(id)) return id.slice(0, -WITHOUT_EFFECT.length);
  return id.includes('/') ? id : `${id}/*`;
}

const UUID = '[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}';

function idFaults({ ids }: Resource, { label, names }: ResourceTypeRow): PolicyFault[] {
  if (names === null) {
    return ids === undefined
      ? []
      : [forceableFault(`Field \`resource.ids\` is not allowed: \`${label}\` does not name objects.`)];
  }
  // `inOurForm` turns an empty list into no list.
  if (ids === undefined) {
    return [forceableFault(`Field \`resource.ids\` is missing: \`${label}\` names objects as \`${names}\`.`)];
  }
  const form = new RegExp(`^${names.replaceAll(/<\w+>/g, UUID)}$`);
  return ids
    .filter((id) => !form.test(id))
    .map((id) =>
      forceableFault(
        `Field \`resource.ids\` has \`${id.slice(0, 100)}\`; \`${label}\` names objects as \`${names}\`, with UUIDs.`,
      ),
    );
}

function combinationFaults(
  { id, label, onlyOn }: PermissionRow,
  resources: readonly Resource[],
  types: readonly ResourceTypeRow[],
): PolicyFault[] {
  if (onlyOn === undefined || resources.length === 0 || resources.some(({ type }) => onlyOn.includes(type))) return [];
  const labels = onlyOn.map((type) => types.find((row) => row.id === type)?.label ?? type);
  return [
    forceableFault(
      `Field \`scopes\` has \`${label}\` (\`${id}\`), which is available only with the resource type ${quote(labels)}.`,
    ),
  ];
}

function forceableFault(message: string): PolicyFault {
  return { message, forceable: true };
}

/** One entry for each type. Of a type that names no objects, the entry without ids is the one that counts. */
function mergeByType(resources: readonly Resource[], rows: readonly ResourceTypeRow[]): readonly Resource[] {
  const types = [...new Set(resources.map(({ type }) => type))];
  return types.map((type) => {
    const entries = resources.filter((resource) => resource.type === type);
    const isWhole = entries.some(({ ids }) => ids === undefined) && rows.some(({ id, names }) => id === type && !names);
    const ids = isWhole ? [] : entries.flatMap((resource) => resource.ids ?? []);
    return ids.length === 0 ? { type } : { type, ids: [...new Set(ids)] };
  });
}
