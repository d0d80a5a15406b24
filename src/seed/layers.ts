import { own } from '../core/own.ts';
import type { SeedFault } from '../core/seed-fault.ts';
import type { SeedList, ServiceDefinition } from '../service.ts';

/** A seed as it was written in one place; one seed can extend another. */
export interface Layer {
  /** What messages call it. */
  readonly name: string;
  /** Where it was read, for the lines of its faults. */
  readonly file: string | null;
}

/** A part of a seed, with where it was written. */
export interface Written {
  readonly value: unknown;
  readonly origin: Origin;
}

/** Where a part was written. Members and entries that are not listed stand in the same layer, below its place. */
interface Origin extends Source {
  readonly parts?: ReadonlyMap<string, Origin>;
}

/** A place in a layer. */
export interface Source {
  readonly layer: Layer;
  /** As in `SeedFault`. */
  readonly place: string;
}

/** What a change finds wrong: a fault of the layer that makes it. */
export interface LayerFault extends SeedFault {
  readonly layer: Layer;
}

/** The part of a JSON schema that merging is guided by. */
interface Schema {
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

type Members = Readonly<Record<string, unknown>>;

/** A layer by itself. */
export function written(value: unknown, layer: Layer): Written {
  return { value, origin: { layer, place: '' } };
}

/** Where something of a merged seed was written. @param place as in `SeedFault`, of the merged seed */
export function sourceOf({ origin }: Written, place: string): Source {
  let at = origin;
  for (const step of place.split(/[.[\]]+/).filter(Boolean)) at = originBelow(at, step);
  return at;
}

/**
 * A seed with the changes of another. Objects are merged by member, lists whose entries are told apart by entry; everything
 * else is replaced. `null` takes a member away where nothing can be null, and `remove: true` an entry.
 *
 * @param base what is extended
 * @param changes the seed that extends it, by service
 * @param faults what is found wrong is added here
 */
export function extended(
  base: Written,
  changes: Written,
  services: readonly ServiceDefinition[],
  faults: LayerFault[],
): Written {
  const seeds = services.flatMap(({ name, seed }) => (seed === null ? [] : [[name, seed] as const]));
  const lists = new Map(seeds.map(([name, seed]) => [name, seed.lists]));
  const root = { properties: Object.fromEntries(seeds.map(([name, { schema }]) => [name, schema])) };
  return mergedObject(base, changes, root, (name, below, above, schema) => {
    const ofPart = lists.get(name);
    return mergedValue(below, above, schema, (list, lower, upper, { items = {} }) => {
      const told = own(ofPart, list);
      return told !== undefined && Array.isArray(lower.value) && Array.isArray(upper.value)
        ? mergedList(lower, upper, items, told, faults)
        : mergedValue(lower, upper, own(schema.properties, list) ?? {});
    });
  });
}

type Merge = (name: string, below: Written, above: Written, schema: Schema) => Written;

const byMember: Merge = (_name, below, above, schema) => mergedValue(below, above, schema);

/** Objects that the schema knows the members of are merged; what it leaves open is one value. */
function mergedValue(below: Written, above: Written, schema: Schema, merge: Merge = byMember): Written {
  return schema.properties !== undefined && isObject(below.value) && isObject(above.value)
    ? mergedObject(below, above, schema, merge)
    : above;
}

function mergedObject(below: Written, above: Written, { properties = {} }: Schema, merge: Merge): Written {
  const members = new Map(Object.keys(below.value as Members).map((name) => [name, part(below, name)]));
  for (const [name, value] of Object.entries(above.value as Members)) {
    if (value === undefined) continue;
    const schema = own(properties, name);
    const before = members.get(name);
    if (value === null && schema !== undefined && schema.enum?.includes(null) !== true) members.delete(name);
    else
      members.set(
        name,
        before === undefined ? part(above, name) : merge(name, before, part(above, name), schema ?? {}),
      );
  }
  return assembled(above, Object.fromEntries([...members].map(([name, { value }]) => [name, value])), members);
}

function mergedList(below: Written, above: Written, schema: Schema, { by }: SeedList, faults: LayerFault[]): Written {
  const entries = entriesOf(below).map((entry): Written | null => entry);
  const known = new Map(entries.flatMap((entry, index) => nameOf(entry?.value, by).map((name) => [name, index])));
  const before = [...known.keys()];
  const changed = new Set<string>();
  for (const entry of entriesOf(above)) {
    const [name] = nameOf(entry.value, by);
    const index = name === undefined || changed.has(name) ? undefined : known.get(name);
    if (name !== undefined) changed.add(name);
    if (isObject(entry.value) && 'remove' in entry.value) {
      const fault = faultOfRemoval(entry.value, name, by, index !== undefined, before);
      if (fault !== null) faults.push({ ...fault, place: entry.origin.place, layer: entry.origin.layer });
      else if (index !== undefined) entries[index] = null;
    } else {
      const lower = index === undefined ? null : entries[index];
      if (index === undefined || lower == null) entries.push(entry);
      else entries[index] = mergedValue(lower, entry, schema);
    }
  }
  const left = entries.filter((entry) => entry !== null);
  return assembled(
    above,
    left.map(({ value }) => value),
    left.map((entry, index) => [String(index), entry] as const),
  );
}

/** What names an entry; nothing where a member that does is missing. */
function nameOf(entry: unknown, by: readonly string[]): [] | [name: string] {
  if (!isObject(entry)) return [];
  const values = by.map((member) => own(entry, member));
  return values.every((value) => typeof value === 'string') ? [values.join('/')] : [];
}

function faultOfRemoval(
  entry: Members,
  name: string | undefined,
  by: readonly string[],
  isThere: boolean,
  there: readonly string[],
): Omit<SeedFault, 'place'> | null {
  const needed = by.map((member) => `\`${member}\``).join(', ');
  const others = Object.keys(entry).filter((member) => member !== 'remove' && !by.includes(member));
  if (entry['remove'] !== true) return { message: '`remove` must be true; leave it out to keep the entry' };
  if (name === undefined || others.length > 0) {
    return { message: `an entry with \`remove\` takes another away, and has nothing beside it but ${needed}` };
  }
  if (isThere) return null;
  return { message: `\`${name}\` cannot be removed: what is extended does not have it`, given: name, valid: there };
}

/** A part below another, by the name of a member or the index of an entry. */
function part({ value, origin }: Written, step: string): Written {
  return { value: (value as Members)[step], origin: originBelow(origin, step) };
}

function entriesOf(list: Written): Written[] {
  return (list.value as readonly unknown[]).map((_, index) => part(list, String(index)));
}

function originBelow({ layer, place, parts }: Origin, step: string): Origin {
  const isIndex = /^\d+$/.test(step);
  const below = place === '' ? step : isIndex ? `${place}[${step}]` : `${place}.${step}`;
  return parts?.get(step) ?? { layer, place: below };
}

function assembled(
  { origin: { layer, place } }: Written,
  value: unknown,
  parts: Iterable<readonly [string, Written]>,
): Written {
  const origins = new Map([...parts].map(([step, { origin }]) => [step, origin]));
  return { value, origin: { layer, place, parts: origins } };
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
