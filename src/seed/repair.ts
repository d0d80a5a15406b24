/** The part of a JSON schema that decides what a value can be used for. */
interface Schema {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

/** A value whose form is that of its schema, and what had to be made up for that. */
export interface Repaired {
  readonly value: unknown;
  /** Where something was made up. */
  readonly places: ReadonlySet<string>;
  /** Texts that were made up, in lower case. Nobody wrote them, so they say nothing. */
  readonly texts: ReadonlySet<string>;
}

/** Stands for a number that was made up; nothing has it. */
const NO_NUMBER = -1;

/**
 * Gives a value the form of its schema, so that what is right in it can be looked at further: what is missing or of
 * another kind is made up, and unknown members are left out. A text that is merely not one of those allowed stays.
 */
export function repaired(schema: object, given: unknown): Repaired {
  const places = new Set<string>();
  const texts = new Set<string>();

  const made = (place: string): string => {
    places.add(place);
    // A place is the name of nothing.
    texts.add(place.toLowerCase());
    return place;
  };

  const repair = (schema: Schema, value: unknown, place: string): unknown => {
    const { anyOf, items, properties } = schema;
    if (anyOf !== undefined) {
      const kind = Array.isArray(value) ? 'array' : 'object';
      return repair(anyOf.find(({ type }) => type === kind) ?? {}, value, place);
    }
    if (properties !== undefined) return object(properties, schema.required ?? [], value, place);
    if (items !== undefined) {
      if (Array.isArray(value)) return value.map((one, index) => repair(items, one, `${place}[${index}]`));
      made(place);
      return [repair(items, undefined, `${place}[0]`)];
    }
    return single(schema, value, place);
  };

  const object = (
    properties: Readonly<Record<string, Schema>>,
    required: readonly string[],
    value: unknown,
    place: string,
  ): object => {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isObject) made(place);
    const members = new Map(Object.entries(isObject ? value : {}));
    const present = Object.entries(properties).filter(([name]) => members.has(name) || required.includes(name));
    return Object.fromEntries(
      present.map(([name, schema]) => [
        name,
        repair(schema, members.get(name), place === '' ? name : `${place}.${name}`),
      ]),
    );
  };

  const single = ({ type, enum: values }: Schema, value: unknown, place: string): unknown => {
    const types = type === undefined ? (values ?? []).map(typeOf) : [type].flat();
    if (types.length === 0 || (types.includes(typeOf(value)) && value !== '')) return value;
    if (types.includes('integer')) {
      if (Number.isInteger(value)) return value;
      made(place);
      texts.add(String(NO_NUMBER));
      return NO_NUMBER;
    }
    if (types.includes('boolean')) {
      made(place);
      return false;
    }
    // In YAML, a name without quotes may be a number.
    return typeof value === 'number' ? String(value) : made(place);
  };

  return { value: repair(schema, given, ''), places, texts };
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : typeof value;
}

/** Is a fault about what somebody wrote, and not about what was made up? */
export function isAboutWritten(
  { place, given, valid = [] }: { readonly place: string; readonly given?: string; readonly valid?: readonly string[] },
  { places, texts }: Repaired,
): boolean {
  if (given !== undefined && texts.has(given.toLowerCase())) return false;
  // What was made up stands for an unknown name, which may be the one that is not found.
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
