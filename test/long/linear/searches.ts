import type { Operation } from '../../support/documents.ts';
import type { FuzzBatch } from '../fuzz/batch.ts';
import type { FuzzRequest } from '../fuzz/requests.ts';
import type { Input } from './inputs.ts';

/** Of the longest name that fits a request; a search is an eighth of it. */
const MAX_SIZE = 64 * 1024;
/** Query parameters that are looked for in names. */
const SEARCHES = /^(?:search|name|filterBy|filter)$/i;

/** A long text that is looked for in a long name: both grow, because what one costs depends on the other. */
export function searchInputsOf(
  batch: FuzzBatch,
  { id, method, path, parameters }: Operation,
  request: FuzzRequest,
): readonly Input[] {
  if (method !== 'GET') return [];
  const create = batch.operations.find((one) => one.method === 'POST' && one.path === path);
  const body = create === undefined ? undefined : batch.acceptedBody(create);
  if (create === undefined || typeof body !== 'object' || body === null) return [];
  const [listed = ''] = request.url.split('?');
  return parameters
    .filter((one) => one.in === 'query' && SEARCHES.test(one.name))
    .map(({ name }) => ({
      name: `${id}: query ${name} in long names`,
      max: MAX_SIZE,
      at: (size, mark) => {
        const text = `${'a'.repeat(size / 8)}${mark}`;
        const value = name.toLowerCase().startsWith('filter') ? `name=@${text}` : text;
        return { ...request, url: `${listed}?${name}=${encodeURIComponent(value)}` };
      },
      before: (size, mark) => ({
        ...request,
        method: 'POST',
        url: listed,
        headers: { ...request.headers, 'content-type': 'application/json' },
        payload: JSON.stringify({ ...body, name: `${'a'.repeat(size)}${mark}` }),
      }),
    }));
}
