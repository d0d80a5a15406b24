import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { WorldsByName } from '../contract/world.ts';
import type { Caller, ResourceState } from '../core/decide.ts';
import type { Decision } from '../core/decision.ts';
import type { Outcome } from '../core/outcome.ts';
import type { Principal } from '../core/principal.ts';
import type { Problem } from '../core/problem.ts';
import type { Hint } from '../explaining/hints/refused-request.ts';
import type { Fault } from '../faults/fault.ts';
import { type KeptBody, NO_BODY } from '../journal/entry.ts';
import type { ReceivedBody } from './bodies.ts';
import type { RequestContext } from './context.ts';
import type { Route, Server, WorldAddress } from './server.ts';

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
  expectedPrincipal: Principal | null;
  /** The object that the caller's rights were used for, or null for an operation without one. Null: no rights were used. */
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
  expectedPrincipal: null,
  sent: NO_BODY,
  use: null,
  hints: [],
  injectedFault: null,
  isDecided: false,
  isReplaced: false,
  isDone: false,
  wouldBe: null,
} as const satisfies Partial<InFlightRequest>;

/** A serialized body, as Fastify's hook `onSend` gets it. */
export type Payload = string | Buffer | Readable | null | undefined;
