import type { IncomingMessage } from 'node:http';
import type { AnyHandler, Lookup } from '../contract/request.ts';
import type { ErrorRenderer, ServiceDefinition } from '../contract/service.ts';
import type { ServerScope, WorldsByName } from '../contract/world.ts';
import type { Caller } from '../core/decide.ts';
import type { Decision } from '../core/decision.ts';
import type { Reasons } from '../core/explaining/reasons.ts';
import type { Fidelity } from '../core/fidelity.ts';
import type { Log } from '../core/log.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Principal } from '../core/principal.ts';
import type { Problem } from '../core/problem.ts';
import type { OperationRow, Rule } from '../core/rule.ts';
import type { Ruleset } from '../core/ruleset.ts';
import type { CredentialExtractor } from '../credentials/presented-credential.ts';
import type { Watch } from '../credentials/tripwire.ts';
import type { Fault } from '../faults/fault.ts';
import type { Hint } from '../hints/hint.ts';
import type { KeptBody } from '../journal/entry.ts';
import type { Metrics } from '../metrics/metrics.ts';
import type { RequestContext } from './context.ts';
import type { VendorDocument } from './openapi/vendor-document.ts';
import type { ApiDocument, Operation } from './openapi.ts';
import type { BodyLimits } from './transport/body.ts';
import type { CrossOrigin } from './transport/cross-origin.ts';
import type { Guard, OriginGuard } from './transport/origin-guard.ts';
import type { Outgoing } from './transport/outgoing.ts';
import type { WorldAddresses } from './transport/world-address.ts';

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
  readonly outgoing: Outgoing;
  readonly metrics: Metrics;
  /** Watches incoming texts for credentials that may be real. */
  readonly tripwire: Watch;
  /** Extractors for all kinds of credentials that a header can present. */
  readonly extractors: readonly CredentialExtractor[];
  /** All reasons for which a request can be refused. */
  readonly reasons: Reasons;
  /** An answer that does not match its document: `throw` in tests, `report` as a finding in a server. */
  readonly offDocument: 'throw' | 'report';
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

/** A body that was read before its world was known. */
export interface BodyRead {
  readonly value: unknown;
  /** Its texts, exactly as they arrived. */
  readonly texts: readonly string[];
  /** The error; null if none. */
  readonly fault: unknown;
}

/** A request that arrived, with its world. */
export interface Arrived {
  readonly server: Server;
  /** The worlds that the process had when it arrived. */
  readonly worlds: WorldsByName;
  readonly raw: IncomingMessage;
  readonly context: RequestContext;
  /** Why it may not enter this world, or any world; null if it may. */
  readonly fault: Problem | null;
  /** Its body, if it had to be read before its step. */
  body: BodyRead | null;
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
  /** Its body, for the journal. */
  sent: KeptBody;
  /** Likely mistakes in it. */
  hints: readonly Hint[];
  /** The fault that is injected into it. */
  injectedFault: Fault | null;
  /** Was the operation carried out? */
  isDone: boolean;
  /** The status it would have without a fault, or if the decision were enforced; null if no other is known. */
  wouldBe: number | null;
}
