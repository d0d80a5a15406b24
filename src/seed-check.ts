import { Ajv, type ErrorObject } from 'ajv';
import { nearest } from './nearest.ts';
import type { SeedFault, ServiceDefinition } from './service.ts';

/** The part of a JSON schema that expectations are told from. */
interface Schema {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly pattern?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
}

const WORDS: Readonly<Record<string, string>> = {
  object: 'an object',
  array: 'a list',
  integer: 'a whole number',
  string: 'a text that is not empty',
};

/**
 * What is wrong with a seed somebody wrote: every fault with its place, and the nearest valid name for an unknown one.
 * Loaded only for such a seed, because the built-in cast is known to be good.
 *
 * @param parts the seed's content, by service
 */
export function seedFaults(parts: unknown, services: readonly ServiceDefinition[]): string[] {
  const schemas = services.flatMap(({ name, seed }) => (seed === null ? [] : [[name, seed.schema] as const]));
  const ajv = new Ajv({ allErrors: true, verbose: true, strict: false });
  const validate = ajv.compile({
    type: 'object',
    properties: Object.fromEntries(schemas),
    additionalProperties: false,
  });
  const errors = validate(parts) ? [] : (validate.errors ?? []);
  // Parts refer to the organisations of `ngc`, so only what is told of parts that can be read is worth telling.
  const broken = new Set(errors.map(({ instancePath }) => instancePath.split('/')[1] ?? ''));
  const present = parts as Readonly<Record<string, unknown>>;
  const readable = services.filter(
    ({ name }) => present[name] !== undefined && !broken.has(name) && !broken.has('ngc'),
  );
  const further = readable.flatMap(({ name, seed }) => seed?.faults(present[name], present) ?? []);
  return [...errors.map(sentence), ...further.map(withNearest)];
}

function withNearest(fault: SeedFault): string {
  if (typeof fault === 'string') return fault;
  const { message, given, valid } = fault;
  return valid.length === 0 ? message : `${message}; the nearest valid name is \`${nearest(given, valid)}\``;
}

function sentence({ keyword, params, instancePath, parentSchema, data }: ErrorObject): string {
  const schema = (parentSchema ?? {}) as Schema;
  const place = instancePath
    .slice(1)
    .replaceAll(/\/(\d+)/g, '[$1]')
    .replaceAll('/', '.');
  const inside = place === '' ? '' : `${place}.`;
  if (keyword === 'required') {
    const { missingProperty: missing } = params as { missingProperty: string };
    return `\`${inside}${missing}\` is missing; it must be ${expected(schema.properties?.[missing])}`;
  }
  if (keyword === 'additionalProperties') {
    const { additionalProperty: key } = params as { additionalProperty: string };
    const valid = Object.keys(schema.properties ?? {});
    return `unknown key \`${key}\`${place === '' ? '' : ` in \`${place}\``}; the nearest valid name is \`${nearest(key, valid)}\``;
  }
  const said = `\`${place}\` must be ${expected(schema)}`;
  const names = schema.enum?.filter((value) => typeof value === 'string') ?? [];
  return keyword === 'enum' && typeof data === 'string' && names.length > 0
    ? `${said}; the nearest valid name is \`${nearest(data, names)}\``
    : said;
}

function expected(schema: Schema = {}): string {
  if (schema.enum !== undefined) {
    const names = schema.enum.filter((value) => value !== null).map((value) => `\`${value}\``);
    return `${schema.enum.includes(null) ? 'null or ' : ''}one of ${names.join(', ')}`;
  }
  const kind = WORDS[schema.type ?? ''] ?? 'a value';
  return schema.pattern === undefined ? kind : `${kind} and matches \`${schema.pattern}\``;
}
