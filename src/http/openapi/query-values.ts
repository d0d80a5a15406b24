import { own } from '../../core/members.ts';
import type { Operation } from './operation.ts';
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

/** The parameters of a query that an operation names, as its schemas read them. */
export function readQuery(
  { queryNames, queryTypes }: Pick<Operation, 'queryNames' | 'queryTypes'>,
  search: URLSearchParams,
): Record<string, unknown> {
  const names = [...new Set(search.keys())].filter((name) => queryNames === 'any' || queryNames.includes(name));
  return Object.fromEntries(
    names.map((name) => {
      const [first, ...others] = search.getAll(name);
      return [name, others.length > 0 ? [first, ...others] : readQueryValue(own(queryTypes, name), first)];
    }),
  );
}
