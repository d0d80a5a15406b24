import type { Schema } from '../../contract/documented.ts';
import type { RequestContext } from '../../contract/request.ts';
import type { LoginClients, RevokedTokens, TokenDraft, WorldEvent } from '../../contract/service.ts';
import type { RequestScope, World, WorldInfo, WorldOrder } from '../../contract/world.ts';
import type { Decision } from '../../decisions/decision.ts';
import type { Holding } from '../../decisions/policy.ts';
import type { Reasons } from '../../decisions/reasons.ts';
import type { Tables } from '../../decisions/rule.ts';
import type { KnownNames } from '../../journal/check.ts';
import type { Outcome } from '../../responses/outcome.ts';
import type { SnapshotRecord } from '../../store/world-log.ts';
import type { Instant } from '../../time/clock.ts';
import type { ForeignKeys } from '../../tokens/forge.ts';
import type { SigningAlgorithm } from '../../tokens/keys.ts';

/** An operation of the control API, as `GET /_mock/` lists it. */
export interface ControlOperationInfo {
  readonly method: string;
  readonly path: string;
  readonly summary: string;
}

/** The order for a new world, with its source: another seed, or a world or a snapshot; without both, the server's seed. */
export interface WorldRequest extends WorldOrder {
  readonly seed?: unknown;
  readonly from?: Schema<'control', 'WorldOrder'>['from'] | undefined;
}

/** A new world. */
export interface CreatedWorld extends WorldInfo, Required<Pick<Schema<'control', 'MadeWorld'>, 'ambiguous'>> {
  /** Builds the cast, which takes longer than creating the world. */
  readonly cast: () => NonNullable<Schema<'control', 'MadeWorld'>['cast']>;
  /** Null unless the world is a copy with new credentials. */
  readonly created: NonNullable<Schema<'control', 'MadeWorld'>['created']> | null;
}

/** The caller of a simulated request; at least one member is not null. */
export interface SimulatedCaller {
  /** An id, name, client id or e-mail address. */
  readonly principal: string | null;
  /** Rights that replace the principal's. */
  readonly holding: Holding | null;
}

/** The functions of the server that the control API calls. */
export interface Ports {
  readonly version: string;
  /** Returns the names of all operations and refusal reasons. */
  listKnownNames(): KnownNames;
  /** Returns the documented statuses of an operation. */
  statusesOf(service: string, operation: string): Promise<readonly number[]>;
  /** Describes how a response violates an operation's document; null if it matches. */
  findAnswerViolation(service: string, operation: string, answer: Outcome): Promise<string | null>;
  readInfo(world: World): Promise<Schema<'control', 'Info'>>;
  /** @param withBearers default: true */
  buildCast(world: World, withBearers?: boolean): Promise<Schema<'control', 'Cast'>>;
  /** Returns the same as JSON in pieces, which are created as the client reads. */
  streamCast(world: World, withBearers?: boolean): Promise<AsyncIterable<string>>;
  /**
   * Reports recorded traffic that violates the current documents.
   *
   * @param archive an HTTP Archive; null for the world's journal
   * @throws Problem `invalid_request` if it is not an archive
   */
  checkTraffic(world: World, archive: object | null): Promise<Schema<'control', 'TrafficReport'>>;
  /**
   * Returns the names of the world's principals with this id, name, client id or e-mail address, which may be spelled
   * differently. Empty if none matches.
   */
  findNames(world: World, name: string): Promise<readonly string[]>;
  /** Lists the control API operations in document order. */
  listOperations(): readonly ControlOperationInfo[];
  /** Returns the first `limit` events in `(from, to]` that happen without a request, earliest first. */
  listEvents(
    world: World,
    from: Instant,
    to: Instant,
    limit: number,
  ): Promise<{ readonly events: readonly WorldEvent[]; readonly more: boolean }>;
  readonly worlds: {
    /** @throws Problem if the order is invalid */
    make(order: WorldRequest): Promise<CreatedWorld>;
    /** Returns a function that builds the cast of a world, without bearers. @throws Problem `not_found` */
    readCast(id: string): Promise<CreatedWorld['cast']>;
    list(): readonly WorldInfo[];
    /** Returns the world of a decision, even an evicted one; null if this process does not know the decision. */
    findWorldOfDecision(id: string): string | null;
    /** @throws Problem `not_found` */
    find(id: string): WorldInfo;
    /** @throws Problem `not_found`, or `protected` */
    delete(id: string): Promise<void>;
  };
  readonly loginClients: LoginClients;
  readonly snapshots: {
    /** Takes a snapshot. @throws Problem `conflict` if there is no room */
    take(world: World, name: string | null): Promise<SnapshotRecord>;
    /** Returns the snapshots of a world. */
    list(world: World): readonly SnapshotRecord[];
    /** Finds a snapshot of this world; in the default world, a snapshot of any world. @throws Problem `not_found` */
    find(world: World, id: string): SnapshotRecord;
    /** @throws Problem `not_found`; `conflict` for a snapshot of another world */
    restore(world: World, id: string): Promise<void>;
    /** @throws Problem `not_found` */
    delete(world: World, id: string): Promise<void>;
  };
  readonly tokens: {
    /**
     * Returns the claims of a principal's tokens.
     *
     * @param principal as in `TokenDrafts`
     * @throws Problem `invalid_request` suggesting the nearest name; `conflict` if no principal of the world can have a
     *   token
     */
    draft(context: RequestContext, principal: string | null): Promise<TokenDraft>;
    /**
     * Revokes all tokens of a principal.
     *
     * @throws Problem `not_found` with the nearest name; `invalid_request` for an NGC key, which has no tokens
     */
    revoke(context: RequestContext, principal: string): Promise<RevokedTokens>;
    /** Returns keys that are in no JWKS. */
    foreignKeys(algorithm: SigningAlgorithm): Promise<ForeignKeys>;
  };
  /** Returns the tables of a service; null if it does not exist. */
  findTables(service: string): { readonly profile: string | null; readonly tables: Tables } | null;
  /** All refusal reasons. */
  readonly reasons: Reasons;
  /** Returns the names of all services except the control API. */
  listServiceNames(): readonly string[];
  /** Describes a decision with its explanation and fixes, but without principals that can send their requests. */
  describeDecision(decision: Decision): Schema<'control', 'Decision'>;
  /**
   * Returns a function that describes these decisions with their explanations and fixes. A fix that is a request names a
   * principal that may send it.
   */
  createDecisionDescriber(
    world: RequestScope,
    decisions: readonly Decision[],
  ): Promise<(decision: Decision) => Schema<'control', 'Decision'>>;
  /**
   * Decides a hypothetical request without carrying it out.
   *
   * @throws Problem if the principal is unknown or cannot have these rights, or if no operation has the path
   */
  simulate(
    world: World,
    caller: SimulatedCaller,
    request: { readonly method: string; readonly path: string },
  ): Promise<Decision>;
  /**
   * Returns the uses of a world's credentials, and the least rights that allow them.
   *
   * @param principal a principal's id, name, client id or e-mail address; null for all that used their credentials
   * @throws Problem if the principal is unknown
   */
  reportLeastPrivilege(world: World, principal: string | null): Promise<Schema<'control', 'LeastPrivilege'>>;
  /**
   * Decides each operation without a specific object.
   *
   * @param service null for all services the caller can use
   * @throws Problem if the principal is unknown or cannot have these rights
   */
  simulateOperations(
    world: World,
    caller: SimulatedCaller,
    service: string | null,
  ): Promise<Schema<'control', 'OperationEffects'>['operations']>;
}
