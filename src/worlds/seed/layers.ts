import type { SeedSchema } from '../../contract/json-schema.ts';
import type { SeedError, SeedList } from '../../contract/seed.ts';
import type { ServiceDefinition } from '../../contract/service.ts';
import { memberOf, own } from '../../lib/members.ts';
import { appendName } from './error-text.ts';

export interface Layer {
  readonly name: string;
  readonly file: string | null;
}

export interface SourcedValue {
  readonly value: unknown;
  readonly origin: Origin;
}

/** The origin of a part. Members and entries not in `parts` come from the same layer, below the same place. */
interface Origin extends Source {
  readonly parts?: ReadonlyMap<string, Origin>;
}

export interface Source {
  readonly layer: Layer;
  /** See `SeedFault`. */
  readonly place: string;
}

export interface LayerError extends SeedError {
  readonly layer: Layer;
}

type Members = Readonly<Record<string, unknown>>;

export function wrapLayer(value: unknown, layer: Layer): SourcedValue {
  return { value, origin: { layer, place: '' } };
}

/** Returns the origin of a place in a merged seed. @param place as in `SeedFault` */
export function findSource({ origin }: SourcedValue, place: string): Source {
  let current = origin;
  for (const step of place.split(/[.[\]]+/).filter(Boolean)) current = originOfChild(current, step);
  return current;
}

/**
 * Applies a seed's changes to the seed it extends. Merges objects by member, and lists with identifying members by
 * entry; replaces everything else. `null` removes a member unless it can be null, and `remove: true` an entry.
 */
export function mergeLayer(
  base: SourcedValue,
  changes: SourcedValue,
  services: readonly ServiceDefinition[],
  errors: LayerError[],
): SourcedValue {
  const seeds = services.flatMap(({ name, seed }) => (seed === null ? [] : [[name, seed] as const]));
  const lists = new Map(seeds.map(([name, seed]) => [name, seed.lists]));
  const root = { properties: Object.fromEntries(seeds.map(([name, { schema }]) => [name, schema])) };
  return mergeValue(base, changes, root, (service, below, above, schema) =>
    mergeValue(below, above, schema, createListMerge(lists.get(service), errors)),
  );
}

/** Returns how the members of a service's seed are merged: its lists by entry, everything else by member. */
function createListMerge(lists: Readonly<Record<string, SeedList>> | undefined, errors: LayerError[]): Merge {
  return (name, below, above, schema) => {
    const list = own(lists, name);
    return list !== undefined && Array.isArray(below.value) && Array.isArray(above.value)
      ? mergeList(below, above, schema.items ?? {}, list, errors)
      : mergeValue(below, above, schema);
  };
}

type Merge = (name: string, below: SourcedValue, above: SourcedValue, schema: SeedSchema) => SourcedValue;

const mergeMember: Merge = (_name, below, above, schema) => mergeValue(below, above, schema);

function mergeValue(
  below: SourcedValue,
  above: SourcedValue,
  schema: SeedSchema,
  merge: Merge = mergeMember,
): SourcedValue {
  if (schema.properties === undefined || !isObject(below.value) || !isObject(above.value)) return above;
  return mergeObject({ ...below, value: below.value }, { ...above, value: above.value }, schema, merge);
}

type SourcedObject = SourcedValue & { readonly value: Members };

function mergeObject(
  below: SourcedObject,
  above: SourcedObject,
  { properties = {} }: SeedSchema,
  merge: Merge,
): SourcedValue {
  const members = new Map(Object.keys(below.value).map((name) => [name, getChild(below, name)]));
  for (const [name, value] of Object.entries(above.value)) {
    if (value === undefined) continue;
    const schema = own(properties, name);
    const member = getChild(above, name);
    // Null doesn't mean removal where it is a valid value.
    const acceptsNull =
      schema?.enum?.includes(null) === true || (Array.isArray(schema?.type) && schema.type.includes('null'));
    if (value === null && schema !== undefined && !acceptsNull) members.delete(name);
    else members.set(name, merge(name, members.get(name) ?? createEmpty(member), member, schema ?? {}));
  }
  return assemble(above, Object.fromEntries([...members].map(([name, { value }]) => [name, value])), members);
}

function mergeList(
  below: SourcedValue,
  above: SourcedValue,
  schema: SeedSchema,
  { idMembers }: SeedList,
  errors: LayerError[],
): SourcedValue {
  const entries: (SourcedValue | null)[] = getEntries(below);
  // An entry can be changed or removed only once: a duplicate is reported, or added as a new entry.
  const changeable = new Map(
    entries.flatMap((entry, index) => keyOf(entry?.value, idMembers).map((key) => [key, index])),
  );
  const names = getEntries(below).flatMap(({ value }) => (isObject(value) ? [nameOf(value, idMembers)] : []));
  for (const entry of getEntries(above)) {
    const [key = ''] = keyOf(entry.value, idMembers);
    const index = changeable.get(key);
    changeable.delete(key);
    if (isObject(entry.value) && 'remove' in entry.value) {
      const error = checkRemoval(entry.value, idMembers, index !== undefined, names);
      if (error !== null) errors.push({ ...error, place: entry.origin.place, layer: entry.origin.layer });
      else if (index !== undefined) entries[index] = null;
    } else {
      const lower = index === undefined ? null : entries[index];
      const merged = mergeValue(lower ?? createEmpty(entry), entry, schema);
      if (index === undefined) entries.push(merged);
      else entries[index] = merged;
    }
  }
  const remaining = entries.filter((entry) => entry !== null);
  return assemble(
    above,
    remaining.map(({ value }) => value),
    remaining.map((entry, index) => [String(index), entry] as const),
  );
}

/** Returns the key of an entry; empty if a member of the key is missing. */
function keyOf(entry: unknown, by: readonly string[]): [] | [key: string] {
  if (!isObject(entry)) return [];
  const values = by.map((member) => own(entry, member));
  return values.every((value) => typeof value === 'string') ? [JSON.stringify(values)] : [];
}

function nameOf(entry: Members, by: readonly string[]): string {
  return by.map((member) => String(own(entry, member))).join('/');
}

/** Returns an empty value of the same kind, to merge a new value into: merging removes its nulls. */
function createEmpty({ value, origin }: SourcedValue): SourcedValue {
  if (Array.isArray(value)) return { value: [], origin };
  return { value: isObject(value) ? {} : undefined, origin };
}

function checkRemoval(
  entry: Members,
  by: readonly string[],
  isInBase: boolean,
  baseNames: readonly string[],
): Omit<SeedError, 'place'> | null {
  const quoteMembers = (members: readonly string[]) => members.map((member) => `\`${member}\``).join(', ');
  const missing = by.filter((member) => typeof own(entry, member) !== 'string');
  const others = Object.keys(entry).filter((member) => member !== 'remove' && !by.includes(member));
  if (entry['remove'] !== true) return { message: '`remove` must be true; omit it to keep the entry' };
  if (missing.length > 0) {
    const are = missing.length === 1 ? 'is' : 'are';
    return {
      message: `${quoteMembers(missing)} ${are} missing: an entry with \`remove\` needs ${quoteMembers(by)} to identify the entry to remove`,
    };
  }
  if (others.length > 0) {
    return {
      message: `${quoteMembers(others)} must be omitted: an entry with \`remove\` has no members besides ${quoteMembers(by)}`,
    };
  }
  if (isInBase) return null;
  const name = nameOf(entry, by);
  return {
    message: `\`${name}\` cannot be removed: the extended seed does not have it`,
    given: name,
    valid: baseNames,
  };
}

function getChild({ value, origin }: SourcedValue, step: string): SourcedValue {
  return { value: memberOf(value, step), origin: originOfChild(origin, step) };
}

function getEntries(list: SourcedValue): SourcedValue[] {
  return Array.isArray(list.value) ? list.value.map((_, index) => getChild(list, String(index))) : [];
}

function originOfChild({ layer, place, parts }: Origin, step: string): Origin {
  return parts?.get(step) ?? { layer, place: appendName(place, step) };
}

function assemble(
  { origin: { layer, place } }: SourcedValue,
  value: unknown,
  parts: Iterable<readonly [string, SourcedValue]>,
): SourcedValue {
  const origins = new Map([...parts].map(([step, { origin }]) => [step, origin]));
  return { value, origin: { layer, place, parts: origins } };
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
