import type { IncomingMessage } from 'node:http';
import type { AnyHandler, Lookup } from '../contract/request.ts';
import type { ErrorRenderer, ServiceDefinition } from '../contract/service.ts';
import type { ServerScope, WorldsByName } from '../contract/world.ts';
import type { Caller, ResourceState } from '../core/decide.ts';
import type { Decision } from '../core/decision.ts';
import type { Fidelity } from '../core/fidelity.ts';
import type { Log } from '../core/log.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Principal } from '../core/principal.ts';
import type { Problem } from '../core/problem.ts';
import type { Reasons } from '../core/reasons.ts';
import type { OperationRow, Rule } from '../core/rule.ts';
import type { Ruleset } from '../core/ruleset.ts';
import type { CredentialExtractor } from '../credentials/presented-credential.ts';
import type { Watch } from '../credentials/tripwire.ts';
import type { Hint } from '../explaining/hints/refused-request.ts';
import type { Fault } from '../faults/fault.ts';
import { type KeptBody, NO_BODY } from '../journal/entry.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { BodyLimits } from './bodies.ts';
import type { RequestContext } from './context.ts';
import type { VendorDocument } from './openapi/vendor-document.ts';
import type { ApiDocument, Operation } from './openapi.ts';
import type { WorldAddress, WorldAddresses } from './steps/select-world.ts';
import type { OpenStreams } from './streams.ts';
import type { CrossOrigin, Guard, OriginGuard } from './transport/origins.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** The members that all requests share. */
    readonly mock: Server;
  }
  interface FastifyRequest {
    /** Null until its operation is known. */
    arrival: Arrival | null;
    /** Null until it is in its world. */
    flight: InFlightRequest | null;
  }
}

/** The members that all worlds of a process share. They never change after the start, but for the worlds themselves. */
export interface Server extends ServerScope {
  /** Those that the process has now; without any, one in which requests are refused. */
  readonly worlds: WorldsByName;
  readonly addresses: WorldAddresses;
  readonly log: Log;
  readonly limits: BodyLimits;
  readonly publicUrl: string | null;
  /** Does its own port offer https? */
  readonly isTls: boolean;
  readonly explain: boolean;
  /** Refuse what no document names? */
  readonly strict: boolean;
  /** The vendors' own documents, by service. */
  readonly vendorDocuments: ReadonlyMap<string, VendorDocument>;
  /** Answer everything, or only documented behaviour? */
  readonly fidelity: Fidelity;
  readonly originGuard: OriginGuard;
  readonly crossOrigin: CrossOrigin;
  readonly streams: OpenStreams;
  readonly metrics: Metrics;
  /** Watches incoming texts for credentials that may be real. */
  readonly tripwire: Watch;
  /** Extractors for all kinds of credentials that a header can present. */
  readonly extractors: readonly CredentialExtractor[];
  /** All reasons for which a request can be refused. */
  readonly reasons: Reasons;
  /**
   * Answers are compared with their document, and one that does not match it is a failure (`throw`, in tests) or a
   * finding (`report`, with `--strict`). `off`: they are not compared.
   */
  readonly offDocument: 'throw' | 'report' | 'off';
}

/** One operation, with everything known about it before a request arrives. */
export interface Route {
  readonly service: ServiceDefinition;
  readonly ruleset: Ruleset;
  readonly document: ApiDocument;
  /** Renders errors as the vendor does: the service, or one of its hosts. */
  readonly errorRenderer: ErrorRenderer;
  readonly operation: Operation;
  readonly handler: AnyHandler;
  readonly row: OperationRow;
  /** False for methods whose bodies have no meaning (RFC 9110, 9.3.1), unless the document names one. */
  readonly readsBody: boolean;
  readonly guard: Guard;
  /** Null: the operation is public. */
  readonly rule: Rule | null;
  /** Null: the path does not name an object. */
  readonly lookup: Lookup | null;
}

/** A request before its world is known. @typeParam Its null: no operation has its path */
export interface Arrival<Its extends Route | null = Route> {
  readonly route: Its;
  readonly params: Record<string, string>;
  readonly query: Record<string, unknown>;
  /** How it names its world; null if it does not. */
  readonly address: WorldAddress | null;
  /** The world that it makes; null if it makes none. */
  readonly worldToMake: string | null;
  /** The scheme and authority by which it came; empty if they are not valid. */
  readonly base: string;
  /** Why it may not enter any world; null if it may. */
  readonly fault: Problem | null;
  /** When it arrived, in milliseconds of a monotonic clock. */
  readonly startedAt: number;
}

/** A body that was received, as its parser gives it. */
export interface ReceivedBody {
  readonly value: unknown;
  /** Its text, exactly as it arrived, in Latin-1; null if it was not read to its end. */
  readonly text: string | null;
  /** Why it cannot be read; null if it can. */
  readonly fault: unknown;
}

/** A request in its world. */
export interface Arrived {
  readonly server: Server;
  /** The worlds that the process had when it arrived. */
  readonly worlds: WorldsByName;
  readonly raw: IncomingMessage;
  readonly context: RequestContext;
  /** Why it may not enter this world, or any world; null if it may. */
  readonly fault: Problem | null;
  /** Its body, once it was received. */
  body: ReceivedBody | null;
  /** May its URL or body contain a real credential? Then it is refused before anything is stored. */
  isForeign: boolean;
  /** When it arrived, in milliseconds of a monotonic clock. */
  readonly startedAt: number;
}

/** A request for an operation, on its way through the steps. Each step reads what earlier ones wrote. */
export interface InFlightRequest extends Arrived {
  readonly route: Route;
  /** The id for its decision; null: a new one. */
  readonly decisionId: string | null;
  /** The caller, if a fault needed them before `authenticate`. */
  authentication: Promise<Caller> | null;
  decision: Decision | null;
  problem: Problem | null;
  outcome: Outcome;
  /** The expected principal, if a fault needed it before `authenticate`. */
  claimant: Principal | null;
  /** What the caller used their rights for: an object, or an operation without one (null). Null: they used none. */
  use: { readonly lookedUp: ResourceState | null } | null;
  /** Its body, for the journal. */
  sent: KeptBody;
  /** Likely mistakes in it. */
  hints: readonly Hint[];
  /** The fault that is injected into it. */
  injectedFault: Fault | null;
  /** May it go on? Otherwise its body has to be received first. */
  isDecided: boolean;
  /** Did a fault answer in place of the operation? */
  isReplaced: boolean;
  /** Was the operation carried out? */
  isDone: boolean;
  /** The status it would have without a fault, or if the decision were enforced; null if no other is known. */
  wouldBe: number | null;
}

/** The state of a request before its first step. */
export const UNTOUCHED = {
  authentication: null,
  decision: null,
  problem: null,
  outcome: { status: 500 },
  claimant: null,
  sent: NO_BODY,
  use: null,
  hints: [],
  injectedFault: null,
  isDecided: false,
  isReplaced: false,
  isDone: false,
  wouldBe: null,
} as const satisfies Partial<InFlightRequest>;
