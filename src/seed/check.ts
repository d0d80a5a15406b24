import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { findNearest } from '../config/nearest.ts';
import type { ServiceDefinition } from '../contract/service.ts';
import type { SeedFault } from '../core/seed-fault.ts';

/** The part of a JSON schema that expectations are told from. */
interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

const WORDS: Readonly<Record<string, string>> = {
  object: 'an object',
  array: 'a list',
  integer: 'a whole number',
  string: 'a text that is not empty (numbers in quotes)',
  boolean: 'true or false',
};

const REMOVING =
  'only a seed with `extends` takes entries away, and only of lists whose entries are told apart by members';

/**
 * What is wrong with a seed somebody wrote. Loaded only for such a seed, because the built-in cast is known to be good.
 *
 * @param parts the seed's content, by service
 */
export function findSeedFaults(parts: unknown, services: readonly ServiceDefinition[]): SeedFault[] {
  const errors = findSchemaFaults(parts, services);
  const broken = new Set(errors.map(({ place }) => place.split(/[.[]/)[0] ?? ''));
  const present = parts as Readonly<Record<string, unknown>>;
  const further = services.flatMap(({ name, seed }) => {
    const isReadable = !broken.has(name) && !(seed?.readsOrganizations === true && broken.has('ngc'));
    return present[name] === undefined || !isReadable ? [] : (seed?.faults(present[name], present) ?? []);
  });
  return [...errors, ...further];
}

/** Where a seed does not fit the schemas of the services. @param parts the seed's content, by service */
export function findSchemaFaults(parts: unknown, services: readonly ServiceDefinition[]): SeedFault[] {
  const validate = VALIDATORS.get(services) ?? validatorOf(services);
  VALIDATORS.set(services, validate);
  return validate(parts) ? [] : (validate.errors ?? []).map(faultOf);
}

/** To compile the schemas takes 40 ms, and they are always the same. */
const VALIDATORS = new WeakMap<readonly ServiceDefinition[], ValidateFunction>();

function validatorOf(services: readonly ServiceDefinition[]): ValidateFunction {
  const schemas = services.flatMap(({ name, seed }) => (seed === null ? [] : [[name, seed.schema] as const]));
  // What a seed extends was read before; here it only is a name that is known.
  return new Ajv({ allErrors: true, verbose: true, strict: false }).compile({
    type: 'object',
    properties: { ...Object.fromEntries(schemas), extends: {} },
    additionalProperties: false,
  });
}

/** A fault as one sentence, with the nearest valid name for an unknown one. */
export function faultSentence({ message, given, valid = [] }: SeedFault): string {
  return given === undefined || valid.length === 0
    ? message
    : `${message}; the nearest valid name is \`${findNearest(given, valid)}\``;
}

function faultOf({ keyword, params, instancePath, parentSchema, data }: ErrorObject): SeedFault {
  const schema = (parentSchema ?? {}) as Schema;
  const place = instancePath
    .slice(1)
    .replaceAll(/\/(\d+)/g, '[$1]')
    .replaceAll('/', '.');
  const inside = place === '' ? '' : `${place}.`;
  if (keyword === 'required') {
    const { missingProperty: missing } = params as { missingProperty: string };
    return {
      place,
      message: `\`${inside}${missing}\` is missing; it must be ${expected(schema.properties?.[missing])}`,
    };
  }
  if (keyword === 'additionalProperties') {
    const { additionalProperty: given } = params as { additionalProperty: string };
    const message = `unknown key \`${given}\`${place === '' ? '' : ` in \`${place}\``}`;
    if (given === 'remove') return { place: `${inside}${given}`, message: `${message}: ${REMOVING}` };
    const places = placesOf(given, schema, inside);
    if (places.length > 0) return { place: `${inside}${given}`, message: `${message}; it belongs to ${places}` };
    return { place: `${inside}${given}`, message, given, valid: Object.keys(schema.properties ?? {}) };
  }
  const names = schema.enum?.filter((value) => typeof value === 'string') ?? [];
  const message = `\`${place}\` must be ${expected(schema)}`;
  return typeof data === 'string' && names.length > 0
    ? { place, message, given: data, valid: names }
    : { place, message };
}

/** Where a key belongs that stands too far out: the places below that have it, of those the least deep. */
function placesOf(key: string, { properties = {} }: Schema, inside: string): string {
  let level = Object.entries(properties).map(([name, schema]) => ({ place: `${inside}${name}`, schema }));
  while (level.length > 0) {
    const within = level.flatMap(({ place, schema: { properties, items } }) => {
      const above = items === undefined ? place : `${place}[]`;
      return Object.entries(properties ?? items?.properties ?? {}).map(([name, schema]) => {
        return { name, above, place: `${above}.${name}`, schema };
      });
    });
    const found = within.filter(({ name }) => name.toLowerCase() === key.toLowerCase());
    if (found.length > 0) return found.map(({ above, name }) => `\`${above}\`, as \`${name}\``).join(' or to ');
    level = within;
  }
  return '';
}

function expected(schema: Schema = {}): string {
  if (schema.enum !== undefined) {
    const names = schema.enum.filter((value) => value !== null).map((value) => `\`${value}\``);
    return `${schema.enum.includes(null) ? 'null or ' : ''}one of ${names.join(', ')}`;
  }
  const kind = WORDS[schema.type ?? ''] ?? 'a value';
  return schema.pattern === undefined ? kind : `${kind} and matches \`${schema.pattern}\``;
}
