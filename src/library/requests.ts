import type { DenyReason } from '../core/explaining/reasons.ts';
import type { Call } from './client.ts';
import { checkObject } from './given.ts';
import type { OperationName, ServiceName } from './names.ts';
import { pagesOf, queryOf } from './pages.ts';
import type { Principal } from './switchboard.ts';

/** Requests that are like this in every member given; `{}` means every request. */
export interface RequestMatch {
  readonly service?: ServiceName;
  readonly operation?: OperationName;
  /** In any case. */
  readonly method?: string;
  /** Without its query; `{name}` stands for any segment. */
  readonly path?: string;
  /** Of the answer. */
  readonly status?: number;
  /** The id, name, client id or e-mail address of the caller, or of whom the credential claimed to be. */
  readonly principal?: string;
  /** Why it was refused: a code from `docs/reference/why-was-i-refused.md`. */
  readonly reason?: DenyReason;
  /**
   * What the body has at least: of objects these members, of arrays all entries in order. A form is an object, too.
   * Secrets may be given as they are, or as the journal shows them.
   */
  readonly body?: unknown;
}

/** How many requests are expected. Without any of these: at least one. */
export interface RequestCount {
  /** Exactly so many. Excludes the other two. */
  readonly times?: number;
  readonly atLeast?: number;
  readonly atMost?: number;
  /** Waits for them up to this long, by the machine's clock: a duration such as `2s`, at most 60 s. */
  readonly within?: string;
}

/** Requests that are expected, and how many of them. */
export interface Verification extends RequestCount {
  readonly match: RequestMatch;
}

/** Narrows the journal. */
export interface RequestFilter extends Omit<RequestMatch, 'body'> {
  /** Only later ones: the id of a request, or a time by the clock of the world (as RFC 3339 writes it, if it is a text). */
  readonly since?: string | Date;
}

/** A mistake that people make, seen in a request. */
export interface Hint {
  readonly code: string;
  /** What was sent, what was expected and what to do. */
  readonly text: string;
}

/** A request or an answer as it went over the wire; secrets are shown as `sha256:` and ten digits. */
export interface RecordedMessage {
  /** By lower-case name; a list if a header came more than once. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  /** JSON and forms as a value, other texts as they were; null if there is none, or none that is text. */
  readonly body: unknown;
  /** Null if the body was not read. */
  readonly size: number | null;
  /** Is only the beginning of the body kept? */
  readonly truncated: boolean;
}

/** A request without headers and bodies. */
export interface RequestSummary {
  readonly id: string;
  /** By the clock of the world: RFC 3339, UTC. */
  readonly at: string;
  readonly world: string;
  /** Null if nothing is served at the path. */
  readonly service: ServiceName | null;
  /** Null if the service has no such operation. */
  readonly operation: OperationName | null;
  readonly method: string;
  /** Without its query, and without the world before it. */
  readonly path: string;
  /** By name; a list if a parameter came more than once. */
  readonly query: Readonly<Record<string, string | readonly string[]>>;
  /** Null if the connection was broken before it could be sent. */
  readonly status: number | null;
  /** What the status would have been but for a fault, or if rights had been enforced. */
  readonly wouldBe?: number;
  /** The caller, or whom the credential claimed to be; on a token request, the client. Null if unknown. */
  readonly principal: Principal | null;
  /** Why it was refused, if that was decided. */
  readonly reason: DenyReason | null;
  /** The id of the decision about it. */
  readonly decision: string | null;
  /** What was wrong with it, in one sentence, where no decision says so. */
  readonly explanation: string | null;
  /** What its sender may have got wrong. */
  readonly hints: readonly Hint[];
  /** The id of the fault that struck it. */
  readonly fault: string | null;
  /** Was what it asked for done? */
  readonly done: boolean;
  /** From its arrival until its answer was ready. */
  readonly durationMs: number;
}

/** A request with its answer, as the journal has it. */
export interface RecordedRequest extends RequestSummary {
  readonly request: RecordedMessage;
  readonly response: RecordedMessage;
}

/** What came of a verification. */
export interface Verified {
  readonly verified: boolean;
  /** How many requests match. */
  readonly count: number;
  /** The newest 100 of them, newest first. */
  readonly matched: readonly RecordedRequest[];
  /** If there are too few: the requests that come closest, with how they differ. */
  readonly nearest: readonly {
    readonly request: RecordedRequest;
    readonly differs: readonly string[];
    /** What its sender may have got wrong. */
    readonly hint: string | null;
  }[];
  /** How many requests the journal has forgotten. */
  readonly dropped: number;
}

/** An HTTP Archive 1.2, which the tools of browsers open. */
export interface HttpArchive {
  readonly log: {
    readonly version: string;
    readonly creator: { readonly name: string; readonly version: string };
    /** Oldest first. */
    readonly entries: readonly Readonly<Record<string, unknown>>[];
  };
}

/** The journal of a world: every request of every service, without those of the switchboard. The newest 2000 are kept. */
export interface RequestsBoard {
  /** Newest first. @param filter `limit`: at most this many. Default: all that the journal keeps */
  list(filter?: RequestFilter & { readonly limit?: number }): Promise<readonly RecordedRequest[]>;
  get(id: string): Promise<RecordedRequest>;
  /** Did these requests come? It judges now or, with `within`, waits on the server until that is certain. */
  verify(verification: Verification): Promise<Verified>;
  /** All of the journal that the filter lets through. */
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
    har: async (filter = {}) => {
      checkObject(filter, 'requests.har', "{ operation: 'grant_token' }");
      return call('GET', `/requests/har${queryOf(filter)}`);
    },
  };
}
