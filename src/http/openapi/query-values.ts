import { own } from '../../lib/members.ts';
import type { Operation } from './operation.ts';
import type { QueryType } from './prepared.ts';

/**
 * Reads a query value according to its schema type. Arrays are comma-separated or repeated; booleans may have any case,
 * because Python's `str(True)` is `True`. Validation converts strings to booleans and numbers.
 */
export function readQueryValue(type: QueryType | undefined, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (type === 'array') return value.split(',');
  return type === 'boolean' && /^(?:true|false)$/i.test(value) ? value.toLowerCase() : value;
}

/** Reads the query parameters that an operation documents, according to their schemas. */
export function readQuery(
  { queryNames, queryTypes }: Pick<Operation, 'queryNames' | 'queryTypes'>,
  search: URLSearchParams,
): Record<string, unknown> {
  const valuesByName = new Map<string, string[]>();
  for (const [name, value] of search) {
    const values = valuesByName.get(name);
    if (values !== undefined) values.push(value);
    else if (queryNames === 'any' || queryNames.includes(name)) valuesByName.set(name, [value]);
  }
  return Object.fromEntries(
    [...valuesByName].map(([name, values]) => [
      name,
      values.length > 1 ? values : readQueryValue(own(queryTypes, name), values[0]),
    ]),
  );
}
