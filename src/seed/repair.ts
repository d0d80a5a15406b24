import type { SeedSchema } from '../contract/seed.ts';

/** A repaired value that matches its schema. */
export interface Repaired {
  readonly value: unknown;
  /** Places with made-up values. */
  readonly places: ReadonlySet<string>;
  /** Made-up texts, in lower case. */
  readonly texts: ReadonlySet<string>;
}

/** A made-up number that no valid value has. */
const NO_NUMBER = -1;

/**
 * Makes a value match its schema, so that the valid parts can be checked further. Fills in missing members and wrong
 * types, and removes unknown members. Leaves texts that only violate an enum.
 */
export function repairValue(schema: SeedSchema, input: unknown): Repaired {
  const places = new Set<string>();
  const texts = new Set<string>();

  const makeUp = (place: string): string => {
    places.add(place);
    // No object has a place as its name.
    texts.add(place.toLowerCase());
    return place;
  };

  const repair = (schema: SeedSchema, value: unknown, place: string): unknown => {
    const { anyOf, items, properties } = schema;
    if (anyOf !== undefined) {
      const kind = Array.isArray(value) ? 'array' : 'object';
      return repair(anyOf.find(({ type }) => type === kind) ?? {}, value, place);
    }
    if (properties !== undefined) return repairObject(properties, schema.required ?? [], value, place);
    if (items !== undefined) {
      if (Array.isArray(value)) return value.map((item, index) => repair(items, item, `${place}[${index}]`));
      makeUp(place);
      return [repair(items, undefined, `${place}[0]`)];
    }
    return repairScalar(schema, value, place);
  };

  const repairObject = (
    properties: Readonly<Record<string, SeedSchema>>,
    required: readonly string[],
    value: unknown,
    place: string,
  ): object => {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isObject) makeUp(place);
    const members = new Map(Object.entries(isObject ? value : {}));
    const present = Object.entries(properties).filter(([name]) => members.has(name) || required.includes(name));
    return Object.fromEntries(
      present.map(([name, schema]) => [
        name,
        repair(schema, members.get(name), place === '' ? name : `${place}.${name}`),
      ]),
    );
  };

  const repairScalar = ({ type, enum: values }: SeedSchema, value: unknown, place: string): unknown => {
    const types = type === undefined ? (values ?? []).map(typeOf) : [type].flat();
    if (types.length === 0 || (types.includes(typeOf(value)) && value !== '')) return value;
    if (types.includes('integer')) {
      if (Number.isInteger(value)) return value;
      makeUp(place);
      texts.add(String(NO_NUMBER));
      return NO_NUMBER;
    }
    if (types.includes('boolean')) {
      makeUp(place);
      return false;
    }
    // An unquoted name in YAML may be a number.
    return typeof value === 'number' ? String(value) : makeUp(place);
  };

  return { value: repair(schema, input, ''), places, texts };
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : typeof value;
}

/** Whether an error is about the user's text rather than about made-up values. */
export function isAboutUserInput(
  { place, given, valid = [] }: { readonly place: string; readonly given?: string; readonly valid?: readonly string[] },
  { places, texts }: Repaired,
): boolean {
  if (given !== undefined && texts.has(given.toLowerCase())) return false;
  // A made-up text may replace the unknown name that is reported as missing.
  if (valid.some((name) => texts.has(name.toLowerCase()))) return false;
  for (
    let end = place.length;
    end > 0;
    end = Math.max(place.lastIndexOf('.', end - 1), place.lastIndexOf('[', end - 1))
  ) {
    if (places.has(place.slice(0, end))) return false;
  }
  return true;
}
