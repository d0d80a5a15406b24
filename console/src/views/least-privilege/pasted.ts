import type { RequestToAllow } from '../../control-api/types.ts';
import { createRequest, parseCurl } from './curl.ts';

/** The limit of the control API. */
const MAX_REQUESTS = 200;

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Returns the distinct requests in curl commands or an archive. @throws Error with what was expected */
export function parseRequests(text: string): readonly RequestToAllow[] {
  const parsed = /^\s*\{/.test(text) ? parseArchive(text) : parseCurl(text);
  // Browsers send preflights themselves, and the control API has no rules.
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

interface Entry {
  readonly request?: {
    readonly method?: unknown;
    readonly url?: unknown;
    readonly postData?: { readonly text?: unknown };
  };
}

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

function parseEntries(text: string): unknown {
  try {
    return JSON.parse(text.trim())?.log?.entries;
  } catch {
    throw new Error('This looks like JSON but cannot be parsed. Expected an HTTP Archive (HAR), or `curl` commands.');
  }
}
