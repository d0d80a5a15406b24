import type { RequestToAllow } from '../../control-api/types.ts';
import { createRequest, parseCurl } from './curl.ts';

/** The limit of the control API. */
const MAX_REQUESTS = 200;

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Returns the distinct requests in curl commands or an archive. @throws Error with a message for the user */
export function parseRequests(text: string): readonly RequestToAllow[] {
  const parsed = /^\s*\{/.test(text) ? parseArchive(text) : parseCurl(text);
  // Preflights (`OPTIONS`) are sent by browsers, and the control API needs no key.
  const relevant = parsed.filter(
    ({ method, url, path }) => METHODS.includes(method) && !/\/_mock\//.test(url ?? path ?? ''),
  );
  if (relevant.length === 0) {
    throw new Error('No request found. Expected `curl` commands, or the JSON of an HTTP Archive (HAR).');
  }
  const distinct = [...new Map(relevant.map((request) => [JSON.stringify(request), request])).values()];
  if (distinct.length <= MAX_REQUESTS) return distinct;
  throw new Error(
    `There are ${distinct.length} different requests; the limit is ${MAX_REQUESTS} at once. Remove some.`,
  );
}

/** The parts of an entry of an archive that are read. Any of them may be absent. */
interface Entry {
  readonly request?: {
    readonly method?: unknown;
    readonly url?: unknown;
    readonly postData?: { readonly text?: unknown };
  };
}

/** Returns the requests of an archive. @throws Error if it is none */
function parseArchive(text: string): readonly RequestToAllow[] {
  const entries = parseEntries(text);
  if (!Array.isArray(entries)) {
    throw new Error(
      'This JSON is not an HTTP Archive (HAR): it has no list `log.entries`. Export one from the network tab of a browser.',
    );
  }
  return entries.flatMap((entry: Entry | null) => {
    const { method, url, postData } = entry?.request ?? {};
    return typeof method === 'string' && typeof url === 'string'
      ? [createRequest(method, url, String(postData?.text ?? ''))]
      : [];
  });
}

/** Returns the entries of an archive, or any other value in their place. @throws Error if it is not JSON */
function parseEntries(text: string): unknown {
  try {
    return JSON.parse(text.trim())?.log?.entries;
  } catch {
    throw new Error('This looks like JSON but cannot be parsed. Expected an HTTP Archive (HAR), or `curl` commands.');
  }
}
