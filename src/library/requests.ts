import type {
  AssertionResult,
  HttpArchive,
  RecordedRequest,
  RequestMatch,
  Verification,
  Verified,
} from '../../generated/library.ts';
import { type Call, pagesOf, queryOf } from './calls.ts';
import { checkObject } from './given.ts';

/** How many requests are expected. Without any of these: at least one. */
export type RequestCount = Omit<Verification, 'match'>;

/** Narrows the journal. */
export interface RequestFilter extends Omit<RequestMatch, 'body'> {
  /** Only later ones: the id of a request, or a time by the clock of the world (as RFC 3339 writes it, if it is a text). */
  readonly since?: string | Date;
}

/** A request without headers and bodies. */
export type RequestSummary = Omit<RecordedRequest, 'request' | 'response'>;

/** An assertion about a client, which the server judges. */
export type AssertionName = AssertionResult['name'];

/**
 * The journal of a world: every request of every service, except the control API. The newest 2000 refusals and the newest
 * 2000 other requests are kept.
 */
export interface RequestsBoard {
  /** Newest first. @param filter `limit`: at most this many. Default: all that the journal keeps */
  list(filter?: RequestFilter & { readonly limit?: number }): Promise<readonly RecordedRequest[]>;
  get(id: string): Promise<RecordedRequest>;
  /** Did these requests come? It answers now or, with `within`, waits on the server until the answer is certain. */
  verify(verification: Verification): Promise<Verified>;
  /**
   * Does the client behave as a correct one does, by the requests so far? `assertTokenFetchedOnce` and the others throw if not.
   *
   * @throws MockError if no request could have shown the mistake
   */
  judge(assertion: AssertionName): Promise<AssertionResult>;
  /** The matching requests as an HTTP archive. */
  har(filter?: RequestFilter): Promise<HttpArchive>;
}

export function requestsBoard(call: Call): RequestsBoard {
  return {
    list: async (filter = {}) => {
      checkObject(filter, 'requests.list', "{ operation: 'grant_token' }");
      return pagesOf(call, 'requests', filter);
    },
    get: (id) => call('GET', `/requests/${encodeURIComponent(id)}`),
    verify: (verification) => call('POST', '/requests/verify', verification),
    judge: (assertion) => call('GET', `/requests/assertions/${encodeURIComponent(assertion)}`),
    har: async (filter = {}) => {
      checkObject(filter, 'requests.har', "{ operation: 'grant_token' }");
      return call('GET', `/requests/har${queryOf(filter)}`);
    },
  };
}
