import type { SeedSchema } from '../../contract/json-schema.ts';
import { appendName } from './error-text.ts';

export interface Repaired {
  readonly value: unknown;
  readonly madeUpPaths: ReadonlySet<string>;
  /** Made-up strings, in lower case. */
  readonly madeUpTexts: ReadonlySet<string>;
}

/** A number that no valid value has. */
const MADE_UP_NUMBER = -1;

/** Makes a value match its schema, except for enums, so that the valid parts can be checked further. */
export function repairValue(rootSchema: SeedSchema, input: unknown): Repaired {
  const madeUpPaths = new Set<string>();
  const madeUpTexts = new Set<string>();

  const repair = (schema: SeedSchema, value: unknown, path: string): unknown => {
    const { anyOf, items, properties } = schema;
    if (anyOf !== undefined) {
      const type = Array.isArray(value) ? 'array' : 'object';
      return repair(anyOf.find((alternative) => alternative.type === type) ?? {}, value, path);
    }
    if (properties !== undefined) return repairObject(properties, schema.required ?? [], value, path);
    if (items !== undefined) return repairList(items, value, path);
    return repairScalar(schema, value, path);
  };

  const repairObject = (
    properties: Readonly<Record<string, SeedSchema>>,
    required: readonly string[],
    value: unknown,
    path: string,
  ): object => {
    const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
    if (!isObject) madeUpPaths.add(path);
    const members = new Map(Object.entries(isObject ? value : {}));
    const present = Object.entries(properties).filter(([name]) => members.has(name) || required.includes(name));
    return Object.fromEntries(
      present.map(([name, memberSchema]) => [name, repair(memberSchema, members.get(name), appendName(path, name))]),
    );
  };

  const repairList = (items: SeedSchema, value: unknown, path: string): unknown[] => {
    if (Array.isArray(value)) return value.map((entry, index) => repair(items, entry, `${path}[${index}]`));
    madeUpPaths.add(path);
    return [repair(items, undefined, `${path}[0]`)];
  };

  const repairScalar = (schema: SeedSchema, value: unknown, path: string): unknown => {
    const types = schema.type === undefined ? (schema.enum ?? []).map(typeOf) : [schema.type].flat();
    if (types.length === 0 || (types.includes(typeOf(value)) && value !== '')) return value;
    if (types.includes('integer') && Number.isInteger(value)) return value;
    const isExpectedText = !types.includes('integer') && !types.includes('boolean');
    // An unquoted name in YAML may be a number.
    if (isExpectedText && typeof value === 'number') return String(value);
    // As a string, it is the path, because no object has a path as its name.
    const otherValue = types.includes('boolean') ? false : path;
    const madeUpValue = types.includes('integer') ? MADE_UP_NUMBER : otherValue;
    madeUpPaths.add(path);
    if (typeof madeUpValue !== 'boolean') madeUpTexts.add(String(madeUpValue).toLowerCase());
    return madeUpValue;
  };

  return { value: repair(rootSchema, input, ''), madeUpPaths, madeUpTexts };
}

function typeOf(value: unknown): string {
  return value === null ? 'null' : typeof value;
}

/** Returns whether an error is about the user's text rather than about made-up values. */
export function isAboutUserInput(
  { place, given, valid = [] }: { readonly place: string; readonly given?: string; readonly valid?: readonly string[] },
  { madeUpPaths, madeUpTexts }: Repaired,
): boolean {
  if (given !== undefined && madeUpTexts.has(given.toLowerCase())) return false;
  // A made-up string may replace the unknown name that is reported as missing.
  if (valid.some((name) => madeUpTexts.has(name.toLowerCase()))) return false;
  return !listPathAndAncestors(place).some((path) => madeUpPaths.has(path));
}

/** Returns a path, and the paths of the values around it: `ngc.keys[0]`, `ngc.keys`, `ngc`. */
function listPathAndAncestors(path: string): readonly string[] {
  const paths: string[] = [];
  let end = path.length;
  while (end > 0) {
    paths.push(path.slice(0, end));
    end = Math.max(path.lastIndexOf('.', end - 1), path.lastIndexOf('[', end - 1));
  }
  return paths;
}
