import type { RequestToAllow } from '../../control-api/types.ts';
import { requestsOfCurl, requestTo } from './curl.ts';

/** As many as the control API takes. */
const MAX_REQUESTS = 200;

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** The different requests in a text: commands, or an archive. @throws Error saying what was expected */
export function requestsIn(text: string): readonly RequestToAllow[] {
  const found = /^\s*\{/.test(text) ? requestsOfArchive(text) : requestsOfCurl(text);
  // Preflights are the browser's own, and the control API has no rules.
  const meant = found.filter(
    ({ method, url, path }) => METHODS.includes(method) && !/\/_mock\//.test(url ?? path ?? ''),
  );
  if (meant.length === 0) {
    throw new Error('No request found. Expected `curl` commands, or the JSON of an HTTP Archive (HAR).');
  }
  const distinct = [...new Map(meant.map((one) => [JSON.stringify(one), one])).values()];
  if (distinct.length <= MAX_REQUESTS) return distinct;
  throw new Error(
    `There are ${distinct.length} different requests; at most ${MAX_REQUESTS} can be asked about at once.`,
  );
}

interface Entry {
  readonly request?: {
    readonly method?: unknown;
    readonly url?: unknown;
    readonly postData?: { readonly text?: unknown };
  };
}

function requestsOfArchive(text: string): readonly RequestToAllow[] {
  const entries = entriesIn(text);
  if (!Array.isArray(entries)) {
    throw new Error(
      'This JSON is no HTTP Archive (HAR): it has no list `log.entries`. Export it from the network tool of a browser.',
    );
  }
  return entries.flatMap((entry: Entry | null) => {
    const { method, url, postData } = entry?.request ?? {};
    return typeof method === 'string' && typeof url === 'string'
      ? [requestTo(method, url, String(postData?.text ?? ''))]
      : [];
  });
}

function entriesIn(text: string): unknown {
  try {
    return JSON.parse(text.trim())?.log?.entries;
  } catch {
    throw new Error('This looks like JSON, but cannot be parsed. Expected an HTTP Archive (HAR), or `curl` commands.');
  }
}
