import { own } from '../../core/own.ts';
import type { JsonSchema } from './prepared.ts';

/**
 * A value with enumerated values spelled as in the schema, whatever their case. What the schema does not describe stays
 * unchanged.
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
