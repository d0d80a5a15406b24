import type { AnyHandler, Lookup } from '../contract/request.ts';
import type { ErrorRenderer, FirstCheck, RefusalContext, ServiceDefinition } from '../contract/service.ts';
import type { RequestScope, WorldRegistry } from '../contract/world.ts';
import type { Reasons } from '../decisions/reasons.ts';
import type { OperationRow, Rule } from '../decisions/rule.ts';
import type { Ruleset } from '../decisions/ruleset.ts';
import type { Log } from '../lib/log.ts';
import type { CredentialExtractor } from '../tokens/presented-credential.ts';
import type { CredentialWatch } from '../tokens/tripwire.ts';
import type { AnswerRoom } from './answer-room.ts';
import type { ApiDocument, Operation } from './openapi.ts';
import type { createWorldAddresses } from './request-address.ts';
import type { OpenStreams } from './streams.ts';
import type { Limits } from './transport/limits.ts';
import type { CrossOrigin, createOriginGuard, Guard } from './transport/origins.ts';

/** State shared by all worlds of a process. Apart from the worlds themselves, it never changes after startup. */
export interface Server
  extends Pick<RequestScope, 'identityProvider' | 'trustedIssuers' | 'hosts' | 'settings' | 'rulesets'> {
  readonly worlds: WorldRegistry;
  /** All services except the control API. */
  readonly services: readonly ServiceDefinition[];
  /** For responses outside of any world. */
  readonly random: RefusalContext['random'];
  /** Reads world addresses, and rewrites the path for the router. */
  readonly addresses: ReturnType<typeof createWorldAddresses>;
  readonly log: Log;
  readonly limits: Pick<Limits, 'bodyBytes'>;
  readonly publicUrl: string | null;
  /** `publicUrl` or, as soon as the server listens, its address; null before. */
  ownUrl: string | null;
  readonly isTls: boolean;
  readonly explain: boolean;
  readonly strict: boolean;
  readonly originGuard: ReturnType<typeof createOriginGuard>;
  readonly crossOrigin: CrossOrigin;
  readonly streams: OpenStreams;
  readonly answerRoom: AnswerRoom;
  readonly counts: RequestCounts;
  /** Watches incoming strings for credentials that may be real. */
  readonly tripwire: CredentialWatch;
  readonly extractors: readonly CredentialExtractor[];
  readonly reasons: Reasons;
  /** What a response that violates its document does: fail (in tests), or be reported as a hint and in the log. */
  readonly offDocument: 'throw' | 'report' | 'off';
}

/** One operation, with everything known before a request arrives. */
export interface Route {
  readonly service: ServiceDefinition;
  readonly ruleset: Ruleset;
  readonly document: ApiDocument;
  /** Renders errors in the vendor's format: the service, or one of its hosts. */
  readonly errorRenderer: ErrorRenderer;
  readonly operation: Operation;
  readonly handler: AnyHandler;
  readonly row: OperationRow;
  /** False for methods whose bodies have no meaning (RFC 9110, 9.3.1), unless the document has one. */
  readonly readsBody: boolean;
  readonly guard: Guard;
  /** Null: the operation is public. */
  readonly rule: Rule | null;
  /** Null: the path does not identify an object. */
  readonly lookup: Lookup | null;
  /** Null: nothing is checked before the caller is known. */
  readonly firstCheck: FirstCheck | null;
}

export class RequestCounts {
  readonly #requests = new Map<string, Map<number, number>>();
  readonly #refusals = new Map<string, number>();

  add(service: string, status: number, reason: string | null): void {
    const statuses = this.#requests.get(service) ?? new Map<number, number>();
    this.#requests.set(service, statuses);
    increment(statuses, status);
    if (reason !== null) increment(this.#refusals, reason);
  }

  read() {
    const byService = [...this.#requests].map(
      ([service, statuses]) => [service, Object.fromEntries(statuses)] as const,
    );
    return { requests: Object.fromEntries(byService), refusals: Object.fromEntries(this.#refusals) };
  }
}

function increment<Key>(counts: Map<Key, number>, key: Key): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}
