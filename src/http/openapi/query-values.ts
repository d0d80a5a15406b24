import type { QueryType } from './prepared.ts';

/**
 * A value of a query as the schema's type reads it: an array is sent with commas, or the parameter is repeated; booleans
 * are sent in any case, because Python's `str(True)` is `True`. Validation converts texts to booleans and numbers.
 */
export function readQueryValue(type: QueryType | undefined, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (type === 'array') return value.split(',');
  return type === 'boolean' && /^(?:true|false)$/i.test(value) ? value.toLowerCase() : value;
}
