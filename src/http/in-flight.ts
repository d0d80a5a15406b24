import type { IncomingMessage } from 'node:http';
import type { AnyHandler, Lookup, Outcome } from '../contract/request.ts';
import type { ServiceDefinition, Voice } from '../contract/service.ts';
import type { ServerScope, WorldsByName } from '../contract/world.ts';
import type { Decision } from '../core/decision.ts';
import type { Derived } from '../core/derived.ts';
import type { Reasons } from '../core/explaining/reasons.ts';
import type { Law } from '../core/law.ts';
import type { Log } from '../core/log.ts';
import type { Problem } from '../core/problem.ts';
import type { OperationRow, Rule } from '../core/rule.ts';
import type { Presenter } from '../credentials/presented.ts';
import type { Watch } from '../credentials/tripwire.ts';
import type { RequestContext } from './context.ts';
import type { ApiDocument, Operation } from './openapi.ts';
import type { BodyLimits } from './transport/body.ts';
import type { Doors } from './transport/doors.ts';
import type { Gate, Guard } from './transport/gate.ts';

/** What a process has, the same for all of its worlds. It never changes after the start. */
export interface Server extends ServerScope {
  readonly worlds: WorldsByName;
  readonly doors: Doors;
  readonly log: Log;
  readonly limits: BodyLimits;
  readonly publicUrl: string | null;
  readonly explain: boolean;
  readonly gate: Gate;
  /** What a person should know of a text that came in, because it holds what may be a real credential. */
  readonly tripwire: Watch;
  /** Every kind of credential that a header can present. */
  readonly presenters: readonly Presenter[];
  /** Every reason that a request can be refused for. */
  readonly reasons: Reasons;
  /** What becomes of an answer that does not fit its document: `throw` in tests, `report` as a finding in a server. */
  readonly offDocument: 'throw' | 'report';
}

/** One operation with everything that is known of it before a request comes. */
export interface Route {
  readonly service: ServiceDefinition;
  readonly law: Law;
  readonly document: ApiDocument;
  /** Whose words refusals are told in: the service's, or those of one of its hosts. */
  readonly voice: Voice;
  readonly operation: Operation;
  readonly handler: AnyHandler;
  readonly row: OperationRow;
  /** False for methods that say nothing by a body (RFC 9110, 9.3.1), where the document names none. */
  readonly readsBody: boolean;
  readonly guard: Guard;
  /** Null: public. */
  readonly rule: Rule | null;
  /** Null: the path names no object. */
  readonly lookup: Lookup | null;
  /** Bodies of unchanged outcomes that were checked before, as JSON. */
  readonly written: Derived<object, string>;
}

/** A body that was read before its world was known. */
export interface BodyRead {
  readonly value: unknown;
  /** What it held, as it came. */
  readonly texts: readonly string[];
  /** What was wrong with it; null for nothing. */
  readonly fault: unknown;
}

/** A request that came in, in its world. */
export interface Arrived {
  readonly server: Server;
  readonly raw: IncomingMessage;
  readonly context: RequestContext;
  /** Why it may not come in, or into no world; null where it may. */
  readonly fault: Problem | null;
  /** Its body, where that had to be read to find its world. */
  readonly body: BodyRead | null;
}

/** A request of an operation, on its way through the steps. Each step reads what earlier ones wrote. */
export interface InFlight extends Arrived {
  readonly route: Route;
  /** What its decision is called; null: it gets an id of its own. */
  readonly decisionId: string | null;
  decision: Decision | null;
  problem: Problem | null;
  outcome: Outcome;
}
