import { own } from '../../core/own.ts';
import type { JsonSchema } from './prepared.ts';

/**
 * A value with enumerated values as the schema spells them, whatever their case. Only along the schema, so what it does
 * not describe stays as it is.
 */
export function spelledAs(schema: JsonSchema | undefined, value: unknown): unknown {
  if (schema === undefined || value === null) return value;
  if (typeof value === 'string') {
    const wanted = value.toLowerCase();
    return schema.enum?.find((one) => typeof one === 'string' && one.toLowerCase() === wanted) ?? value;
  }
  if (Array.isArray(value)) return value.map((one) => spelledAs(schema.items, one));
  if (typeof value !== 'object' || schema.properties === undefined) return value;
  const entries = Object.entries(value).map(([name, one]) => [name, spelledAs(own(schema.properties, name), one)]);
  return Object.fromEntries(entries);
}
