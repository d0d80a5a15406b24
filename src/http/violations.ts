import type { ErrorObject } from 'ajv';
import { own } from '../core/own.ts';
import { findOtherSpelling } from '../core/spelling.ts';

/** The part of a JSON schema that an expectation is told from. */
interface Schema {
  readonly type?: string;
  readonly format?: string;
  readonly pattern?: string;
  readonly enum?: readonly unknown[];
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

/** What the parts of a request are called, by the first segment of an error's path. */
const PLACES: Readonly<Record<string, string>> = {
  requestBody: 'Field',
  query: 'Query parameter',
  path: 'Path parameter',
  header: 'Header',
};

/**
 * The sentence for a request that does not fit. Of a value that fits none of several schemas it tells all of them: the
 * first fault alone, which is that of the first schema, would rule out what the others allow.
 *
 * @param errors as ajv lists them: those of a choice before the choice itself
 */
export function violationsSentence(errors: readonly ErrorObject[]): string {
  const first = errors[0] as ErrorObject;
  const choice = errors.find(({ keyword, instancePath }) => isChoice(keyword) && instancePath === first.instancePath);
  return (choice && choiceSentence(choice)) ?? violationSentence(first);
}

function isChoice(keyword: string): boolean {
  return keyword === 'anyOf' || keyword === 'oneOf';
}

/** Undefined where a schema of the choice says too little for a sentence, and for a whole body. */
function choiceSentence({ instancePath, parentSchema, data }: ErrorObject): string | undefined {
  const [place = '', ...segments] = instancePath.split('/').slice(1);
  const { anyOf, oneOf } = (parentSchema ?? {}) as Schema;
  const schemas = anyOf ?? oneOf ?? [];
  if (segments.length === 0 || schemas.some(({ type }) => type === undefined)) return undefined;
  const [last, ...others] = schemas.map(alternative).reverse();
  const all = others.length === 0 ? last : `${others.reverse().join(', ')} or ${last}`;
  return `${PLACES[place]} \`${segments.join('.')}\` is not valid; expected ${all}, got ${sent(data)}.`;
}

function alternative(schema: Schema): string {
  if (schema.required === undefined) return expectation(schema);
  return `${expectation(schema)} with ${schema.required.map((name) => `\`${name}\``).join(', ')}`;
}

/**
 * One sentence for the person whose request failed: which field, what was expected, what was sent. What was sent is told
 * by its kind and length only, because it could be a secret.
 */
function violationSentence(error: ErrorObject): string {
  const [place = '', ...segments] = error.instancePath.split('/').slice(1);
  const schema = (error.parentSchema ?? {}) as Schema;
  if (error.keyword === 'required') {
    const missing = String(error.params['missingProperty']);
    if (place === '') return 'The request has no body; expected a JSON object.';
    return `${PLACES[place]} \`${[...segments, missing].join('.')}\` is missing; expected ${expectation(own(schema.properties, missing) ?? {})}${instead(error.data, missing)}.`;
  }
  if (error.keyword === 'additionalProperties') {
    const given = shortened(String(error.params['additionalProperty']));
    const valid = Object.keys(schema.properties ?? {}).map((known) => `\`${known}\``);
    return `${PLACES[place]} \`${[...segments, given].join('.')}\` is not known here; expected ${valid.join(', ')}.`;
  }
  const name = segments.length === 0 ? 'The body' : `${PLACES[place]} \`${segments.join('.')}\``;
  const isBound = error.keyword === 'minimum' || error.keyword === 'maximum';
  const got = isBound ? `\`${error.data}\`` : sent(error.data);
  return `${name} is not valid; expected ${expectation(schema)}, got ${got}.`;
}

/** A name that was sent in another spelling is ignored as any unknown one: that is worth telling. */
function instead(data: unknown, missing: string): string {
  const given = typeof data === 'object' && data !== null ? findOtherSpelling(Object.keys(data), missing) : undefined;
  return given === undefined ? '' : `, and there is \`${shortened(given)}\`, which is not read here`;
}

function shortened(name: string): string {
  return name.slice(0, 100);
}

/** What a schema asks for, in words. */
function expectation(schema: Schema): string {
  if (schema.enum !== undefined) return `one of ${schema.enum.map((value) => `\`${value}\``).join(', ')}`;
  const parts = [article(schema.type ?? 'value'), range(schema), schema.format && `in the form \`${schema.format}\``];
  if (schema.pattern !== undefined) parts.push(`that matches \`${schema.pattern}\``);
  return parts.filter(Boolean).join(' ');
}

function range({ minLength, maxLength, minimum, maximum, minItems, maxItems }: Schema): string {
  if (minItems !== undefined && maxItems !== undefined) return `of ${minItems} to ${maxItems} entries`;
  if (minItems !== undefined) return `of at least ${minItems} ${minItems === 1 ? 'entry' : 'entries'}`;
  if (maxItems !== undefined) return `of at most ${maxItems} entries`;
  if (minLength !== undefined && maxLength !== undefined) return `of ${minLength} to ${maxLength} characters`;
  if (maxLength !== undefined) return `of at most ${maxLength} characters`;
  if (minLength !== undefined) return `of at least ${characters(minLength)}`;
  if (minimum !== undefined && maximum !== undefined) return `from ${minimum} to ${maximum}`;
  if (maximum !== undefined) return `of at most ${maximum}`;
  return minimum === undefined ? '' : `of at least ${minimum}`;
}

function sent(data: unknown): string {
  if (data === null) return 'null';
  if (Array.isArray(data)) return `an array of ${data.length}`;
  return typeof data === 'string' ? `a string of ${characters([...data].length)}` : article(typeof data);
}

function characters(count: number): string {
  return count === 1 ? '1 character' : `${count} characters`;
}

function article(noun: string): string {
  return /^[aeio]/.test(noun) ? `an ${noun}` : `a ${noun}`;
}
