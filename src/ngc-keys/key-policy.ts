import { serviceOfKey } from '../decisions/decide.ts';
import type { Policy, Resource } from '../decisions/policy.ts';
import type { PermissionRow, ResourceTypeRow } from '../decisions/rule.ts';
import type { Ruleset } from '../decisions/ruleset.ts';
import { quote } from '../explaining/index.ts';
import { adviseName } from '../text/nearest.ts';
import { redact } from '../text/redact.ts';
import { encodeId, isNameOf, isReadable, partsOf, wholeId } from './resource-ids.ts';

/** A resource as input, with its type by label or id. */
export interface GivenResource {
  readonly type: string;
  readonly ids?: readonly string[];
  /** Ids that the vendor's services ignore, as they were sent. */
  readonly ignoredIds?: readonly string[];
  /** `ids` are as in the vendor's policies. Those that its services cannot read are ignored. */
  readonly isVendors?: boolean;
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

/** Names of the services that keys of this kind are made for. */
export function keyServices(rulesets: readonly Ruleset[], kind: KeyKind): string[] {
  return [...new Set(rulesets.flatMap((ruleset) => serviceOfKey(ruleset, kind) ?? []))];
}

/** NGC's products that policies of such keys can name, each with its service. */
export function productsOf(rulesets: readonly Ruleset[], kind: KeyKind): { product: string; service: string }[] {
  const products = rulesets.flatMap((ruleset) => {
    const service = serviceOfKey(ruleset, kind);
    return service === null ? [] : [[service, ruleset.tables.product ?? service] as const];
  });
  // Of rulesets with the same service, the first is its own.
  return [...new Map(products.toReversed())].map(([service, product]) => ({ product, service })).toReversed();
}

/** The kinds of the principals of keys. */
export type KeyKind = 'personal-key' | 'service-key';

/** Names of the roles that any service knows. */
export function knownRoles(rulesets: readonly Ruleset[]): string[] {
  return [...new Set(rulesets.flatMap(({ tables }) => tables.roles.map(({ name }) => name)))];
}

/** The message about a fault, with the nearest known names for an unknown one. */
export function messageOf({ message, given, valid = [] }: PolicyFault): string {
  return given === undefined ? message : `${message}${adviseName(given, valid)}`;
}

/** The members of an edit; one that is left out stays as it is. */
interface GivenPolicy {
  readonly scopes: readonly string[] | undefined;
  readonly resources: readonly GivenResource[] | undefined;
}

/** A policy in ids of the tables, with its faults. */
interface ReadPolicy {
  readonly policy: Policy;
  readonly faults: readonly PolicyFault[];
}

const EMPTY: Policy = { scopes: [], resources: [] };

/** How many scopes, and how many objects, a policy may have: a limit of the mock, because each is compared with tables. */
const MAX_ENTRIES = 1000;

/**
 * Translates a policy into ids of the tables, and lists its faults. Scopes and types may be ids or labels.
 *
 * @param services the services of the key, whose names a fault lists; of all services if none of them has any
 * @param names of the rulesets, to read thousands of policies without making them anew
 */
export function readPolicy(
  rulesets: readonly Ruleset[],
  scopes: readonly string[],
  resources: readonly GivenResource[],
  services: readonly string[] = [],
  names = keyNames(rulesets),
): ReadPolicy {
  return editPolicy(rulesets, EMPTY, { scopes, resources }, services, names);
}

/**
 * The policy after an edit, with the faults that the edit adds: a key with `force`, or one of the vendor's own paths, may
 * have others before. Of a policy that is too long, this is the only fault.
 */
export function editPolicy(
  rulesets: readonly Ruleset[],
  before: Policy,
  given: GivenPolicy,
  services: readonly string[] = [],
  names = keyNames(rulesets),
): ReadPolicy {
  const tooLong = lengthFault(given);
  if (tooLong !== null) return { policy: before, faults: [tooLong] };
  const { forKeys, permissions, types, permissionsByName } = names;
  const listed = new Map<string, readonly string[]>();
  // Listed once, because a policy can have a thousand unknown names.
  const valid: ValidNames = (kind, form) => {
    const known = listed.get(`${kind} ${form}`);
    if (known !== undefined) return known;
    const namesOf = ({ tables }: Ruleset) => (tables[kind] ?? []).map((row) => row[form]);
    const ofKey = forKeys.filter(({ service }) => services.includes(service)).flatMap(namesOf);
    const found = ofKey.length === 0 ? forKeys.flatMap(namesOf) : ofKey;
    listed.set(`${kind} ${form}`, found);
    return found;
  };

  const faults: PolicyFault[] = [];
  const readScope = (scope: string) => {
    const permission = permissionsByName.get(scope.toLowerCase());
    if (permission !== undefined) return permission.id;
    // The key service of self-hosted deployments keeps any text as a scope, so an edit may keep it as well.
    if (before.scopes.includes(scope)) return scope;
    faults.push(unknownScope(scope, valid));
    return [];
  };
  const readResource = (resource: GivenResource) => {
    const named = typesOf(resource.type, types);
    if (named.length === 0) faults.push(unknownType(resource.type, valid));
    const alike = types.filter(({ encoding }) => encoding.type === named[0]?.encoding.type);
    const rows = resource.isVendors === true ? alike : named;
    const entries = byForm(resource, rows).map(({ row, ids }) => inOurForm(row, ids));
    faults.push(...entries.flatMap((entry) => idFaults(entry, types)));
    faults.push(...(resource.ignoredIds ?? []).filter((id) => isReadableIn(alike, id)).map(readableFault));
    return [...entries, ...ignoredIn(resource, rows)];
  };
  const scopes =
    given.scopes === undefined ? before.scopes : [...new Set([...new Set(given.scopes)].flatMap(readScope))];
  const resources =
    given.resources === undefined ? before.resources : mergeByType(given.resources.flatMap(readResource), types);
  const policy = { scopes, resources };
  faults.push(...combinationFaults(policy, permissions, types));
  const known = new Set(
    [...before.resources.flatMap((one) => idFaults(one, types)), ...combinationFaults(before, permissions, types)].map(
      ({ message }) => message,
    ),
  );
  return { policy, faults: faults.filter(({ message }) => !known.has(message)) };
}

/** Scopes and types of the services with keys. */
export interface KeyNames {
  readonly forKeys: readonly Ruleset[];
  readonly permissions: readonly PermissionRow[];
  readonly types: readonly ResourceTypeRow[];
  /** By id and label, in lower case. */
  readonly permissionsByName: ReadonlyMap<string, PermissionRow>;
}

export function keyNames(rulesets: readonly Ruleset[]): KeyNames {
  const products = rulesets.filter(({ tables }) => tables.product !== undefined);
  // One that takes the keys of another service has names of that one.
  const forKeys = products.length > 0 ? products : rulesets.filter(({ tables }) => tables.keyServices !== undefined);
  const permissions = forKeys.flatMap(({ tables }) => tables.permissions);
  return {
    forKeys,
    permissions,
    types: forKeys.flatMap(({ tables }) => tables.resourceTypes ?? []),
    // Backwards, so that the first row of a name wins.
    permissionsByName: new Map(
      permissions.toReversed().flatMap((row) => [row.id, row.label].map((name) => [name.toLowerCase(), row])),
    ),
  };
}

function lengthFault({ scopes = [], resources = [] }: GivenPolicy): PolicyFault | null {
  const objects = resources.reduce(
    (sum, { ids = [], ignoredIds = [] }) => sum + Math.max(1, ids.length + ignoredIds.length),
    0,
  );
  const faultOf = (field: string, count: number, what: string) => ({
    message: `Field \`${field}\` has ${count} ${what}. A key of this mock can have up to ${MAX_ENTRIES}.`,
    forceable: false,
    field,
  });
  if (scopes.length > MAX_ENTRIES) return faultOf('scopes', scopes.length, 'scopes');
  return objects > MAX_ENTRIES ? faultOf('resource', objects, 'types and ids') : null;
}

function isCalled(given: string, names: readonly string[]): boolean {
  // Lengths first: each key of a seed asks this for each of its resources and all names.
  return names.some((name) => name.length === given.length && name.toLowerCase() === given.toLowerCase());
}

type NameForm = 'id' | 'label';

/** The names that a message about an unknown one may list. */
type ValidNames = (kind: 'permissions' | 'resourceTypes', form: NameForm) => readonly string[];

function unknownScope(given: string, valid: ValidNames): PolicyFault {
  return unknownName('scopes', 'scope', given, valid('permissions', formOf(given) ?? 'id'));
}

function unknownType(given: string, valid: ValidNames): PolicyFault {
  return unknownName('resource.type', 'resource type', given, valid('resourceTypes', formOf(given) ?? 'label'));
}

/** Is a name written like a label or like an id? Undefined if it could be either. */
function formOf(given: string): NameForm | undefined {
  if (/[A-Z ]/.test(given)) return 'label';
  return /[-_]/.test(given) ? 'id' : undefined;
}

function unknownName(field: string, what: string, given: string, valid: readonly string[]): PolicyFault {
  const message = `Field \`${field}\` names the unknown ${what} \`${redact(given).slice(0, 100)}\`.`;
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

/**
 * The form of each id separates types with the same vendor id: `<functionId>/*`, `<functionId>/<versionId>`. An id of the
 * mock's form that fits none belongs to the first.
 */
function byForm(
  { ids, ignoredIds, isVendors = false }: GivenResource,
  rows: readonly ResourceTypeRow[],
): readonly Entry[] {
  const [first] = rows;
  if (first === undefined) return [];
  if (ids === undefined || ids.length === 0) return isEmpty(ignoredIds) ? [{ row: first, ids }] : [];
  const fitting = (id: string) =>
    isVendors
      ? rows.find((row) => isReadable(id, row))
      : (rows.find(({ names }) => partsOf(names ?? '') === partsOf(wholeId(id))) ?? first);
  const given = ids.map((id) => ({ id, row: fitting(id) }));
  return rows
    .map((row) => ({ row, ids: given.filter((one) => one.row === row).map(({ id }) => id) }))
    .filter((entry) => entry.ids.length > 0);
}

/** Ids without effect. They are kept, because the vendor shows them, and match no object. */
function ignoredIn({ ids = [], ignoredIds = [], isVendors = false }: GivenResource, rows: readonly ResourceTypeRow[]) {
  const [first] = rows;
  const all = [...ignoredIds, ...(isVendors ? ids.filter((id) => !isReadableIn(rows, id)) : [])];
  return first === undefined || all.length === 0 ? [] : [{ type: first.id, ids: [], ignoredIds: all }];
}

function isReadableIn(rows: readonly ResourceTypeRow[], id: string): boolean {
  return rows.some((row) => isReadable(id, row));
}

function isEmpty(list: readonly string[] | undefined): boolean {
  return list === undefined || list.length === 0;
}

/** Translates ids of the vendor's form; a constant id says nothing. */
function inOurForm({ id: type, encoding }: ResourceTypeRow, ids: readonly string[] | undefined): Resource {
  const inForm = (id: string) => (encoding.isBare === true ? id : wholeId(id));
  const kept = ids?.filter((id) => id !== encoding.id).map((id) => inForm(id).toLowerCase()) ?? [];
  return kept.length === 0 ? { type } : { type, ids: kept };
}

/** The inverse: resources as the vendor writes them. Types of other services are left out. */
export function encodeResources(ruleset: Ruleset | undefined, resources: Policy['resources']) {
  return resources.flatMap(({ type, ids, ignoredIds = [] }) => {
    const encoding = ruleset?.resourceTypes.get(type)?.encoding;
    if (encoding === undefined) return [];
    if (ids === undefined) return [{ type: encoding.type, id: encoding.id ?? '*' }];
    const written = ids.map((id) => (encoding.isBare === true ? id : encodeId(id)));
    return [...written, ...ignoredIds].map((id) => ({ type: encoding.type, id }));
  });
}

function idFaults({ type, ids }: Resource, types: readonly ResourceTypeRow[]): PolicyFault[] {
  const row = types.find(({ id }) => id === type);
  // No ids at all: only some without effect.
  if (row === undefined || ids?.length === 0) return [];
  const { label, names } = row;
  if (names === null) {
    return ids === undefined
      ? []
      : [forceableFault(`Field \`resource.ids\` is not allowed: \`${label}\` does not name objects.`)];
  }
  // `inOurForm` turns an empty list into no list.
  if (ids === undefined) {
    return [forceableFault(`Field \`resource.ids\` is missing: \`${label}\` names objects as \`${names}\`.`)];
  }
  return ids
    .filter((id) => !isNameOf(names, id))
    .map((id) =>
      forceableFault(
        `Field \`resource.ids\` has \`${id.slice(0, 100)}\`; \`${label}\` names objects as \`${names}\`, with UUIDs.`,
      ),
    );
}

function readableFault(id: string): PolicyFault {
  const message = `Field \`resource.ignoredIds\` has \`${id.slice(0, 100)}\`, which has an effect. Move it to \`ids\`.`;
  return { message, forceable: false };
}

/** Scopes that the vendor does not offer with the types of the resources. */
function combinationFaults(
  { scopes, resources }: Policy,
  permissions: readonly PermissionRow[],
  types: readonly ResourceTypeRow[],
): PolicyFault[] {
  if (resources.length === 0) return [];
  return scopes.flatMap((scope) => {
    const { label, onlyOn } = permissions.find(({ id }) => id === scope) ?? {};
    if (onlyOn === undefined || resources.some(({ type }) => onlyOn.includes(type))) return [];
    const labels = onlyOn.map((type) => types.find((row) => row.id === type)?.label ?? type);
    return [
      forceableFault(
        `Field \`scopes\` has \`${label}\` (\`${scope}\`), which is available only with the resource type ${quote(labels)}.`,
      ),
    ];
  });
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
    if (isWhole) return { type };
    const ids = [...new Set(entries.flatMap((resource) => resource.ids ?? []))];
    const ignoredIds = [...new Set(entries.flatMap((resource) => resource.ignoredIds ?? []))];
    if (ignoredIds.length > 0) return { type, ids, ignoredIds };
    return ids.length === 0 ? { type } : { type, ids };
  });
}
