import { serviceOfKey } from '../../decisions/decide.ts';
import { quote } from '../../decisions/explaining/index.ts';
import type { Policy, Resource } from '../../decisions/policy.ts';
import type { PermissionRow, ResourceTypeRow } from '../../decisions/rule.ts';
import type { Ruleset } from '../../decisions/ruleset.ts';
import { adviseName } from '../../lib/nearest.ts';
import { redact } from '../../lib/redact.ts';
import { countParts, encodeId, isNameOf, isReadable, stripWildcard } from './resource-ids.ts';

/** An input resource; the type is a label or an id. */
export interface GivenResource {
  readonly type: string;
  readonly ids?: readonly string[];
  /** Ids that the vendor's services ignore, unchanged. */
  readonly ignoredIds?: readonly string[];
  /** `ids` use the vendor's syntax. Ids that its services cannot parse are ignored. */
  readonly isVendors?: boolean;
}

export interface PolicyFault {
  /** A sentence with the field, the expectation and the rule; for an unknown name, without the valid names. */
  readonly message: string;
  /** Ruled out by the vendor's documents, but accepted by its console. */
  readonly forceable: boolean;
  readonly field?: string;
  /** For an unknown name: the name, and the valid names for the key's services. */
  readonly given?: string;
  readonly valid?: readonly string[];
}

export function keyServices(rulesets: readonly Ruleset[], kind: KeyKind): string[] {
  return [...new Set(rulesets.flatMap((ruleset) => serviceOfKey(ruleset, kind) ?? []))];
}

/** Returns the NGC products that policies of such keys can name, with their services. */
export function productsOf(rulesets: readonly Ruleset[], kind: KeyKind): { product: string; service: string }[] {
  const products = rulesets.flatMap((ruleset) => {
    const service = serviceOfKey(ruleset, kind);
    return service === null ? [] : [[service, ruleset.tables.product ?? service] as const];
  });
  // If several rulesets share a service, the first one belongs to it.
  return [...new Map(products.toReversed())].map(([service, product]) => ({ product, service })).toReversed();
}

export type KeyKind = 'personal-key' | 'service-key';

export function knownRoles(rulesets: readonly Ruleset[]): string[] {
  return [...new Set(rulesets.flatMap(({ tables }) => tables.roles.map(({ name }) => name)))];
}

export function describeFault({ message, given, valid = [] }: PolicyFault): string {
  return given === undefined ? message : `${message}${adviseName(given, valid)}`;
}

interface GivenPolicy {
  readonly scopes: readonly string[] | undefined;
  readonly resources: readonly GivenResource[] | undefined;
}

interface ReadPolicy {
  readonly policy: Policy;
  readonly faults: readonly PolicyFault[];
}

const EMPTY: Policy = { scopes: [], resources: [] };

/** Limits the scopes, and the objects, of a policy. A limit of the mock: each entry is compared with the tables. */
const MAX_ENTRIES = 1000;

/** Reads scopes and types: ids or labels. @param services the key's, whose names a fault lists; by default all */
export function readPolicy(
  rulesets: readonly Ruleset[],
  scopes: readonly string[],
  resources: readonly GivenResource[],
  services: readonly string[] = [],
  names = keyNames(rulesets),
): ReadPolicy {
  return editPolicy(rulesets, EMPTY, { scopes, resources }, services, names);
}

/** Returns the faults that the edit adds: `before` may have some, from `force` or the vendor's paths. */
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
  // Cached: a policy can have a thousand unknown names.
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
    // The self-hosted key service stores any string as a scope, so an edit may keep it.
    if (before.scopes.includes(scope)) return scope;
    faults.push(unknownName('scopes', 'scope', scope, valid('permissions', formOf(scope) ?? 'id')));
    return [];
  };
  const readResource = (resource: GivenResource) => {
    const named = typesOf(resource.type, types);
    if (named.length === 0)
      faults.push(
        unknownName(
          'resource.type',
          'resource type',
          resource.type,
          valid('resourceTypes', formOf(resource.type) ?? 'label'),
        ),
      );
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

export interface KeyNames {
  readonly forKeys: readonly Ruleset[];
  readonly permissions: readonly PermissionRow[];
  readonly types: readonly ResourceTypeRow[];
  /** By id and label, in lower case. */
  readonly permissionsByName: ReadonlyMap<string, PermissionRow>;
}

export function keyNames(rulesets: readonly Ruleset[]): KeyNames {
  const products = rulesets.filter(({ tables }) => tables.product !== undefined);
  // A service that accepts keys of another service uses that service's names.
  const forKeys = products.length > 0 ? products : rulesets.filter(({ tables }) => tables.keyServices !== undefined);
  const permissions = forKeys.flatMap(({ tables }) => tables.permissions);
  return {
    forKeys,
    permissions,
    types: forKeys.flatMap(({ tables }) => tables.resourceTypes ?? []),
    // Reversed so that the first row of a name wins.
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
    message: `Field \`${field}\` has ${count} ${what}. The maximum in this mock is ${MAX_ENTRIES}.`,
    forceable: false,
    field,
  });
  if (scopes.length > MAX_ENTRIES) return faultOf('scopes', scopes.length, 'scopes');
  return objects > MAX_ENTRIES ? faultOf('resource', objects, 'types and ids') : null;
}

type NameForm = 'id' | 'label';

type ValidNames = (kind: 'permissions' | 'resourceTypes', form: NameForm) => readonly string[];

/** Tells labels from ids by spelling; undefined if the name could be either. */
function formOf(given: string): NameForm | undefined {
  if (/[A-Z ]/.test(given)) return 'label';
  return /[-_]/.test(given) ? 'id' : undefined;
}

function unknownName(field: string, what: string, given: string, valid: readonly string[]): PolicyFault {
  const message = `Field \`${field}\` has the unknown ${what} \`${redact(given).slice(0, 100)}\`.`;
  return { message, forceable: false, field, given, valid };
}

/** Labels are unique, but an id of the vendor can map to two of our types. */
function typesOf(given: string, types: readonly ResourceTypeRow[]): readonly ResourceTypeRow[] {
  const labelled = types.filter(({ label }) => label === given);
  if (labelled.length > 0) return labelled;
  return types.filter((row) =>
    [row.id, row.label, ...(row.aliases ?? []), row.encoding.type].some(
      (name) => name.length === given.length && name.toLowerCase() === given.toLowerCase(),
    ),
  );
}

/** Splits types that share a vendor id by the form of the object ids; the first also gets those that match none. */
function byForm({ ids, ignoredIds, isVendors = false }: GivenResource, rows: readonly ResourceTypeRow[]) {
  const [first] = rows;
  if (first === undefined) return [];
  if (ids === undefined || ids.length === 0)
    return ignoredIds === undefined || ignoredIds.length === 0 ? [{ row: first, ids }] : [];
  const fitting = (id: string) =>
    isVendors
      ? rows.find((row) => isReadable(id, row))
      : (rows.find(({ names }) => countParts(names ?? '') === countParts(stripWildcard(id))) ?? first);
  const given = ids.map((id) => ({ id, row: fitting(id) }));
  return rows
    .map((row) => ({ row, ids: given.filter((one) => one.row === row).map(({ id }) => id) }))
    .filter((entry) => entry.ids.length > 0);
}

/** Ids without effect: they match no object, but are kept because the vendor lists them. */
function ignoredIn({ ids = [], ignoredIds = [], isVendors = false }: GivenResource, rows: readonly ResourceTypeRow[]) {
  const [first] = rows;
  const all = [...ignoredIds, ...(isVendors ? ids.filter((id) => !isReadableIn(rows, id)) : [])];
  return first === undefined || all.length === 0 ? [] : [{ type: first.id, ids: [], ignoredIds: all }];
}

function isReadableIn(rows: readonly ResourceTypeRow[], id: string): boolean {
  return rows.some((row) => isReadable(id, row));
}

/** Converts ids from the vendor's form. A constant id carries no information. */
function inOurForm({ id: type, encoding }: ResourceTypeRow, ids: readonly string[] | undefined): Resource {
  const inForm = (id: string) => (encoding.isBare === true ? id : stripWildcard(id));
  const kept = ids?.filter((id) => id !== encoding.id).map((id) => inForm(id).toLowerCase()) ?? [];
  return kept.length === 0 ? { type } : { type, ids: kept };
}

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
  // An empty list means that all ids are ignored ones.
  if (row === undefined || ids?.length === 0) return [];
  const { label, names } = row;
  if (names === null) {
    return ids === undefined
      ? []
      : [forceableFault(`Field \`resource.ids\` is not allowed: \`${label}\` has no object ids.`)];
  }
  // `inOurForm` drops an empty list.
  if (ids === undefined) {
    return [forceableFault(`Field \`resource.ids\` is missing: \`${label}\` needs ids of the form \`${names}\`.`)];
  }
  return ids
    .filter((id) => !isNameOf(names, id))
    .map((id) =>
      forceableFault(
        `Field \`resource.ids\` has \`${id.slice(0, 100)}\`, but \`${label}\` needs ids of the form \`${names}\`, with UUIDs.`,
      ),
    );
}

function readableFault(id: string): PolicyFault {
  const message = `Field \`resource.ignoredIds\` has \`${id.slice(0, 100)}\`, which is a valid id. Move it to \`ids\`.`;
  return { message, forceable: false };
}

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

/** Merges entries by type. For a type without object ids, an entry without ids wins. */
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
