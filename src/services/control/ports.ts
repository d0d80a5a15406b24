import type { OperationId, OperationOf, Schema } from '../../contract/documented.ts';
import type { Drill } from '../../contract/drill.ts';
import type { Context, RequestContext } from '../../contract/request.ts';
import type { LoginClients, TokenDraft, WorldEvent } from '../../contract/service.ts';
import type { Surroundings, World, WorldInfo, WorldOrder } from '../../contract/world.ts';
import type { Caller } from '../../decisions/decide.ts';
import type { Decision } from '../../decisions/decision.ts';
import type { Fidelity } from '../../decisions/fidelity.ts';
import type { Holding } from '../../decisions/policy.ts';
import type { Reasons } from '../../decisions/reasons.ts';
import type { Tables } from '../../decisions/rule.ts';
import type { Known } from '../../journal/check.ts';
import type { JournalEntry } from '../../journal/entry.ts';
import type { Outcome } from '../../responses/outcome.ts';
import type { SnapshotInfo, SnapshotRecord } from '../../store/snapshot-store.ts';
import type { Instant } from '../../time/clock.ts';
import type { ForeignKeys } from '../../tokens/forge.ts';
import type { SigningAlgorithm } from '../../tokens/keys.ts';

type ControlOperation = OperationId<'control'>;

/** An operation of the control API. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly summary: string;
}

/** The order for a world, with its origin: the server's seed, another seed, or a world or snapshot. */
export interface WorldRequest extends WorldOrder {
  readonly seed?: unknown;
  readonly from?: Schema<'control', 'WorldOrder'>['from'] | undefined;
}

/** A newly made world. */
export interface MadeWorld extends WorldInfo, Required<Pick<Schema<'control', 'MadeWorld'>, 'ambiguous'>> {
  /** Makes its cast, which takes longer than the world. */
  readonly cast: () => NonNullable<Schema<'control', 'MadeWorld'>['cast']>;
  /** Null unless the world is a copy with credentials of its own. */
  readonly created: NonNullable<Schema<'control', 'MadeWorld'>['created']> | null;
}

/** A drill, with its service. */
export interface KnownDrill {
  readonly service: string;
  readonly drill: Drill;
  /** The principal with this id, name, client id or e-mail address; null if there is none. */
  find(context: RequestContext, who: string): Promise<Caller | null>;
}

/** The caller of a hypothetical request: at least one of the two members is given. */
export interface Who {
  /** An id, name, client id or e-mail address. */
  readonly principal: string | null;
  /** Rights that replace those of the principal. */
  readonly holding: Holding | null;
}

/** The functions of the server that the control API calls. */
export interface Ports {
  readonly version: string;
  drills(): readonly KnownDrill[];
  /** The operations that requests can have, and the reasons of refusals. */
  knownNames(): Known;
  /** The statuses that the document lists for an operation. */
  statusesOf(service: string, operation: string): Promise<readonly number[]>;
  /** How an answer differs from the document of an operation, as a sentence; null if it fits. */
  answerFault(service: string, operation: string, answer: Outcome): Promise<string | null>;
  /** The members that the body of an operation of the control API can have. */
  membersOf(operation: ControlOperation): readonly string[];
  /**
   * A value as the body of an operation of the control API.
   *
   * @throws Problem naming the mistake as the operation does
   */
  bodyOf<Id extends ControlOperation>(operation: Id, value: unknown): OperationOf<'control', Id>['body'];
  info(world: World): Promise<Schema<'control', 'Info'>>;
  /** @param withBearers default: true */
  cast(world: World, withBearers?: boolean): Promise<Schema<'control', 'Cast'>>;
  /**
   * What recorded traffic has that the documents in force do not allow.
   *
   * @param archive an HTTP Archive; null: the journal of the world
   * @throws Problem `invalid_request` if it is no archive
   */
  checkTraffic(world: World, archive: object | null): Promise<Schema<'control', 'TrafficReport'>>;
  /**
   * The names of the principals of this world with this id, name, client id or e-mail address. Their spelling may
   * differ from the given one. Empty if there is no such principal.
   */
  namesFound(world: World, name: string): Promise<readonly string[]>;
  /** The operations of the control API, in the order of its document. */
  calls(): readonly Call[];
  /** The events of a world in `(from, to]` that no request causes: the first `limit` events, earliest first. */
  events(
    world: World,
    from: Instant,
    to: Instant,
    limit: number,
  ): Promise<{ readonly events: readonly WorldEvent[]; readonly more: boolean }>;
  readonly worlds: {
    /** @throws Problem naming the mistake in the order */
    make(order: WorldRequest): Promise<MadeWorld>;
    /** What makes the cast of a world, without bearers. @throws Problem `not_found` */
    castOf(id: string): Promise<MadeWorld['cast']>;
    list(): readonly WorldInfo[];
    /** The world of the decision with this id, kept or evicted, as far as this process knows; null if it is of none. */
    ofDecision(id: string): string | null;
    /** @throws Problem `not_found` */
    find(id: string): WorldInfo;
    /** @throws Problem `not_found`, or `protected` */
    delete(id: string): Promise<void>;
  };
  readonly loginClients: LoginClients;
  /** What is counted for a monitoring system, from the first call on. */
  metrics(): Promise<{ readonly text: string; readonly contentType: string }>;
  readonly snapshots: {
    /** @throws Problem `conflict` if there is no room */
    take(world: World, name: string | null): Promise<SnapshotInfo>;
    of(world: World): Promise<readonly SnapshotRecord[]>;
    /** Finds a snapshot of this world; in the default world, a snapshot of any world. @throws Problem `not_found` */
    find(world: World, id: string): Promise<SnapshotInfo>;
    /** A snapshot as a file, for any server. @throws Problem `not_found` */
    download(world: World, id: string): Promise<OperationOf<'control', 'download_snapshot'>['answers'][200]>;
    /**
     * Adds the snapshot of a file.
     *
     * @param receive passes on the file as it arrives
     * @throws Problem that says what is wrong with it; `conflict` if there is one of its id
     */
    upload(world: World, receive: Context['receive']): Promise<SnapshotInfo>;
    /** @throws Problem `not_found`; `conflict` for a snapshot of another world */
    restore(world: World, id: string): Promise<void>;
    /** @throws Problem `not_found` */
    delete(world: World, id: string): Promise<void>;
  };
  readonly tokens: {
    /**
     * The claims of a principal's tokens.
     *
     * @param who as in `TokenDrafts`
     * @throws Problem `invalid_request` naming the nearest name; `conflict` if no principal of the world can have a
     *   token
     */
    draft(context: RequestContext, who: string | null): Promise<TokenDraft>;
    /** Keys that no JWKS lists. */
    foreignKeys(algorithm: SigningAlgorithm): Promise<ForeignKeys>;
  };
  /** The ruleset of a service; null if there is no such service. */
  tables(service: string): { readonly profile: string | null; readonly tables: Tables } | null;
  /** The operations that the server answers. */
  readonly fidelity: Fidelity;
  /** Every reason for which a request can be refused. */
  readonly reasons: Reasons;
  /** Names of the services that have tables. */
  services(): readonly string[];
  describe(decision: Decision): Schema<'control', 'Decision'>;
  /** Describes these decisions; the calls of their fixes name the principals that may send them. */
  describer(
    world: Surroundings,
    decisions: readonly Decision[],
  ): Promise<(decision: Decision) => Schema<'control', 'Decision'>>;
  /**
   * The decision about a hypothetical request in a world. The request is not carried out.
   *
   * @throws Problem if no principal has that name, if the principal cannot hold these rights, or if no operation has
   *   that path
   */
  simulate(
    world: World,
    who: Who,
    thought: { readonly method: string; readonly path: string; readonly at: Instant },
  ): Promise<Decision>;
  /**
   * The decision about a recorded request if it were sent at another time, with the same credential. The request is not
   * carried out.
   *
   * @returns null if no decision is made about it
   */
  decideAgain(world: World, entry: JournalEntry, at: Instant): Promise<Decision | null>;
  /**
   * The uses of the credentials of a world, and the least rights that allow them.
   *
   * @param who the id, name, client id or e-mail address of one principal; null for all that used their credentials
   * @throws Problem if no principal has that name
   */
  leastPrivilege(world: World, who: string | null): Promise<Schema<'control', 'LeastPrivilege'>>;
  /**
   * The keys with the least rights that allow these requests. No request is carried out.
   *
   * @throws Problem with the index of a request whose operation is unknown, or not clear
   */
  leastPrivilegeFor(
    world: World,
    requests: readonly Schema<'control', 'RequestToAllow'>[],
  ): Promise<Schema<'control', 'NeededKeys'>>;
  /**
   * The decision about each operation, before any object is known.
   *
   * @param service null for all services that the caller can call
   * @param at when they are decided
   * @throws Problem if no principal has that name, or if the principal cannot hold these rights
   */
  simulateOperations(
    world: World,
    who: Who,
    service: string | null,
    at: Instant,
  ): Promise<Schema<'control', 'OperationEffects'>['operations']>;
}
