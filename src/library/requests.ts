import type { HttpArchive, RecordedRequest, RequestMatch, Verification, Verified } from '../../generated/library.ts';
import { type Call, formatQuery, readAllPages } from './calls.ts';
import { checkObject } from './check-arguments.ts';

/** How many requests are expected. Default: at least one. */
export type RequestCount = Omit<Verification, 'match'>;

/** Filters the journal. */
export interface RequestFilter extends Omit<RequestMatch, 'body'> {
  /** Only later requests: the id of a request, or a time by the clock of the world (a Date, or RFC 3339). */
  readonly since?: string | Date;
  /** Only the request with this decision. */
  readonly decision?: string;
}

/** Filters a list of requests. */
export interface ListFilter extends RequestFilter {
  /** Only requests with hints, refused or not. */
  readonly hints?: true;
  /** The maximum number. Default: the whole journal. */
  readonly limit?: number;
}

/** A request without headers and bodies. */
export type RequestSummary = Omit<RecordedRequest, 'request' | 'response'>;

/**
 * The journal of a world: every request to every service, except the control API. Keeps the newest 2000 refusals and
 * the newest 2000 other requests.
 */
export interface RequestsBoard {
  /** Newest first. */
  list(filter?: ListFilter): Promise<readonly RecordedRequest[]>;
  get(id: string): Promise<RecordedRequest>;
  /** Checks whether these requests arrived, either now or, with `within`, waiting until the result is certain. */
  verify(verification: Verification): Promise<Verified>;
  /** Returns the matching requests as an HTTP archive. */
  har(filter?: RequestFilter): Promise<HttpArchive>;
}

/** Creates the methods for the journal. */
export function createRequestsBoard(call: Call): RequestsBoard {
  return {
    list: async (filter = {}) => {
      checkObject(filter, 'requests.list', "{ operation: 'grant_token' }");
      return readAllPages(call, 'requests', filter);
    },
    get: (id) => call('GET', `/requests/${encodeURIComponent(id)}`),
    verify: (verification) => call('POST', '/requests/verify', verification),
    har: async (filter = {}) => {
      checkObject(filter, 'requests.har', "{ operation: 'grant_token' }");
      return call('GET', `/requests/har${formatQuery(filter)}`);
    },
  };
}
