import type { IncomingMessage } from 'node:http';
import type { AnyHandler, Lookup } from '../contract/request.ts';
import type { ServiceDefinition, Voice } from '../contract/service.ts';
import type { ServerScope, WorldsByName } from '../contract/world.ts';
import type { Caller } from '../core/decide.ts';
import type { Decision } from '../core/decision.ts';
import type { Reasons } from '../core/explaining/reasons.ts';
import type { Fidelity } from '../core/fidelity.ts';
import type { Law } from '../core/law.ts';
import type { Log } from '../core/log.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Principal } from '../core/principal.ts';
import type { Problem } from '../core/problem.ts';
import type { OperationRow, Rule } from '../core/rule.ts';
import type { Presenter } from '../credentials/presented.ts';
import type { Watch } from '../credentials/tripwire.ts';
import type { Fault } from '../faults/fault.ts';
import type { Hint } from '../hints/hint.ts';
import type { KeptBody } from '../journal/entry.ts';
import type { AnswersOfOperation } from './answers.ts';
import type { RequestContext } from './context.ts';
import type { ApiDocument, Operation } from './openapi.ts';
import type { BodyLimits } from './transport/body.ts';
import type { Doors } from './transport/doors.ts';
import type { Gate, Guard } from './transport/gate.ts';
import type { Outgoing } from './transport/outgoing.ts';

/** What a process has in common for all of its worlds. It never changes after the start. */
export interface Server extends ServerScope {
  readonly worlds: WorldsByName;
  readonly doors: Doors;
  readonly log: Log;
  readonly limits: BodyLimits;
  readonly publicUrl: string | null;
  readonly explain: boolean;
  /** What it answers: everything, or only what is documented. */
  readonly fidelity: Fidelity;
  readonly gate: Gate;
  readonly outgoing: Outgoing;
  /** Watches incoming texts for what may be real credentials, which a person should know about. */
  readonly tripwire: Watch;
  /** Every kind of credential that a header can present. */
  readonly presenters: readonly Presenter[];
  /** Every reason for which a request can be refused. */
  readonly reasons: Reasons;
  /** What happens if an answer does not match its document: `throw` in tests, `report` as a finding in a server. */
  readonly offDocument: 'throw' | 'report';
}

/** One operation, with everything that is known about it before a request arrives. */
export interface Route {
  readonly service: ServiceDefinition;
  readonly law: Law;
  readonly document: ApiDocument;
  /** Whose words refusals use: the service's, or those of one of its hosts. */
  readonly voice: Voice;
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
  readonly answers: AnswersOfOperation;
}

/** A body that was read before its world was known. */
export interface BodyRead {
  readonly value: unknown;
  /** Its texts, exactly as they arrived. */
  readonly texts: readonly string[];
  /** What was wrong with it; null if nothing. */
  readonly fault: unknown;
}

/** A request that arrived, with its world. */
export interface Arrived {
  readonly server: Server;
  readonly raw: IncomingMessage;
  readonly context: RequestContext;
  /** Why it may not enter this world, or any; null if it may. */
  readonly fault: Problem | null;
  /** Its body, if it had to be read before its step. */
  body: BodyRead | null;
  /** Do its address or its body hold a credential that may be real? It is refused before anything is stored. */
  isForeign: boolean;
  /** When it arrived, in milliseconds of a clock that nothing sets. */
  readonly startedAt: number;
}

/** A request for an operation, on its way through the steps. Each step reads what earlier ones wrote. */
export interface InFlight extends Arrived {
  readonly route: Route;
  /** The id for its decision; null: a new one. */
  readonly decisionId: string | null;
  /** The caller, if they had to be known before their step. */
  authentication: Promise<Caller> | null;
  decision: Decision | null;
  problem: Problem | null;
  outcome: Outcome;
  /** Whose it would turn out to be, if that had to be known before. */
  claimant: Principal | null;
  /** Its body, for the journal. */
  sent: KeptBody;
  /** What people may have got wrong in it. */
  hints: readonly Hint[];
  /** The fault that strikes it. */
  struckBy: Fault | null;
  /** Was what it asks for done? */
  isDone: boolean;
  /** The status it would have had but for a fault; null if no other is known. */
  wouldBe: number | null;
}
