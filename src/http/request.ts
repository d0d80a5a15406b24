import type { IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import type { Context } from '../contract/request.ts';
import type { RefusalContext } from '../contract/service.ts';
import type { World } from '../contract/world.ts';
import {
  type AccessRequest,
  type Caller,
  mayAccess,
  type ResourceAttributes,
  type ResourceState,
} from '../decisions/decide.ts';
import type { Decision } from '../decisions/decision.ts';
import type { Principal } from '../decisions/principal.ts';
import { Problem } from '../decisions/problem.ts';
import { MAX_LIST_CHARACTERS, type Outcome } from '../decisions/responses/outcome.ts';
import { NO_BODY, type StoredBody } from '../journal/entry.ts';
import type { Fault } from '../journal/faults/fault.ts';
import { RequestHints } from '../journal/request-hints.ts';
import type { Instant } from '../lib/clock.ts';
import { MEGABYTE } from '../lib/memory.ts';
import type { Row } from '../store/row.ts';
import { LARGE_ANSWER_BYTES } from './answer-room.ts';
import type { ReceivedBody } from './bodies.ts';
import { digestBody, type PieceSizes, receivePieces } from './pieces.ts';
import { backchannelOriginOf, type Origins, type WorldAddress } from './request-address.ts';
import type { Route, Server } from './server.ts';
import { headerLines, methodOf, pathOf, type RequestOrigins } from './transport/arrival.ts';

declare module 'fastify' {
  interface FastifyInstance {
    readonly mock: Server;
  }
  interface FastifyRequest {
    routed: RoutedRequest | null;
    worldRequest: WorldRequest | null;
  }
}

/** A serialized body, as passed to Fastify's `onSend` hook. */
export type Payload = string | Buffer | Readable | null | undefined;

/** A request that was routed, before its world is known. @typeParam OfRoute null: no operation has its path */
export interface RoutedRequest<OfRoute extends Route | null = Route> extends RequestOrigins {
  readonly raw: IncomingMessage;
  readonly route: OfRoute;
  readonly params: Record<string, string>;
  readonly query: Record<string, unknown>;
  readonly address: WorldAddress | null;
  /** Why the request may not enter any world; null if it may. */
  readonly fault: Problem | null;
  /** Arrival time in milliseconds of a monotonic clock. */
  readonly startedAt: number;
}

export interface Access {
  readonly caller: Caller;
  readonly accessRequest: AccessRequest;
  readonly decision: Decision;
  /** The object that the rule's lookup found. */
  readonly target: unknown;
  /** The use of the caller's rights, with the object (null for an operation without one). Null: no rights were used. */
  readonly use: { readonly lookedUp: ResourceState | null } | null;
}

export interface Answer {
  readonly outcome: Outcome;
  readonly problem: Problem | null;
  /** The decision to report; null for a request that was not decided, such as an unreadable one. */
  readonly decision: Decision | null;
  readonly isExecuted: boolean;
  readonly isOfFault: boolean;
  /** The status of the response that a fault replaced. Null: none was replaced. */
  readonly statusWithoutFault: number | null;
}

/** What the steps note for later ones. */
export class Notes {
  received: ReceivedBody | null = null;
  /** The body as recorded in the journal. */
  sent: StoredBody = NO_BODY;
  /** The body that the operation reads, in the spelling of the document. */
  body: unknown = undefined;
  /** Whether the URL or body may contain a real credential: such a request is refused before anything is stored. */
  hasRealCredential = false;
  injectedFault: Pick<Fault, 'id' | 'fired' | 'action'> | null = null;
  /** The caller, if a fault asked for it before the request was decided. */
  authentication: Promise<Caller> | null = null;
  /** The principal of the presented credential, if a fault was injected before the request was decided. */
  expectedPrincipal: Principal | null = null;
  headersOfCheck: Readonly<Record<string, string>> = {};
  /** The memory reserved for a large response, until it is sent. */
  reservedBytes = 0;
}

export interface AnsweredRequest<OfRoute extends Route | null = Route> extends WorldRequest<OfRoute> {
  answer: Answer;
}

/** A request in its world: a handler's `Context`. The steps add `access`, `answer` and `notes`. */
export class WorldRequest<OfRoute extends Route | null = Route> implements Context {
  readonly server: Server;
  readonly world: World;
  readonly raw: IncomingMessage;
  readonly route: OfRoute;
  readonly fault: Problem | null;
  readonly startedAt: number;
  readonly now: Instant;
  /** The scheme and authority that the client called. */
  readonly calledUrl: string;
  readonly origin: string;
  readonly openOrigin: string;
  readonly method: string;
  readonly params: Record<string, string>;
  readonly query: Record<string, unknown>;
  /** Advice about this request, refused or not. */
  readonly hints: RequestHints;
  readonly notes = new Notes();
  /** Null before the decision, and for public operations. */
  access: Access | null = null;
  answer: Answer | null = null;
  readonly #isSimulated: boolean;
  readonly #namesWorld: boolean;

  constructor(
    server: Server,
    world: World,
    routed: Omit<RoutedRequest<OfRoute>, 'address' | 'baseUrl' | 'fault'>,
    {
      fault,
      origins,
      received,
      isSimulated = false,
    }: Pick<RoutedRequest, 'fault'> & {
      readonly origins: Origins;
      /** The body, if it had to be received first. */
      readonly received: ReceivedBody | null;
      readonly isSimulated?: boolean;
    },
  ) {
    const { raw } = routed;
    this.server = server;
    this.world = world;
    this.raw = raw;
    this.route = routed.route;
    this.fault = fault;
    this.startedAt = routed.startedAt;
    this.now = world.clock.now();
    this.calledUrl = routed.calledUrl;
    this.origin = origins.origin;
    this.openOrigin = origins.openOrigin;
    this.method = methodOf(raw);
    this.params = routed.params;
    this.query = routed.query;
    this.hints = new RequestHints(world.activityLog.secrets);
    this.notes.received = received;
    this.#isSimulated = isSimulated;
    this.#namesWorld = origins.namesWorld;
  }

  get backchannelOrigin(): string {
    return backchannelOriginOf(this.server, this.world, this.server.addresses.find(this.raw), this);
  }

  get identityProvider() {
    return this.server.identityProvider;
  }
  get trustedIssuers() {
    return this.server.trustedIssuers;
  }
  get hosts() {
    return this.server.hosts;
  }
  get settings() {
    return this.server.settings;
  }
  get rulesets() {
    return this.server.rulesets;
  }
  get store() {
    return this.world.store;
  }
  get verifiedTokens() {
    return this.world.verifiedTokens;
  }
  get random() {
    return this.world.random;
  }
  /** The request itself may replace the signing key. */
  get tokens() {
    return this.world.tokens;
  }
  get body() {
    return this.notes.body;
  }
  get caller() {
    return this.access?.caller ?? null;
  }
  get target() {
    return this.access?.target;
  }

  answerWith({
    outcome,
    problem = null,
    decision = null,
    isExecuted = false,
    isOfFault = false,
  }: Pick<Answer, 'outcome'> & Partial<Answer>): AnsweredRequest<OfRoute> {
    this.answer = { outcome, problem, decision, isExecuted, isOfFault, statusWithoutFault: null };
    return this as AnsweredRequest<OfRoute>;
  }

  nextDecisionId(): string {
    return this.#isSimulated ? 'simulated' : this.world.nextDecisionId();
  }

  /** The control API serves the cast, so its guard decides. */
  get mayReadCast(): boolean {
    return this.server.originGuard.admits(this.raw, 'admin');
  }

  publishedKeys(): ReturnType<Context['publishedKeys']> {
    const keys = this.world.tokens.listPublishedKeys(this.now);
    if (this.#namesWorld) return keys;
    // Several worlds may share a signing key, but `kid` is unique in a JWKS.
    return [...new Map([...keys, ...this.server.worlds.publishedKeys()].map((key) => [key.kid, key])).values()];
  }

  mayAccess(attributes: ResourceAttributes): boolean {
    const { access } = this;
    return access !== null && mayAccess(access.accessRequest, access.caller, attributes);
  }

  createRefusalContext(decision: Decision | null): RefusalContext {
    const { settings, random, params, caller, route } = this;
    const path = pathOf(this.raw.url);
    const headerLines = (name: string) => this.headerLines(name);
    return { settings, random, path, params, headerLines, operation: route?.row.id ?? null, caller, decision };
  }

  get bodyFault(): unknown {
    return this.notes.received?.fault ?? null;
  }

  headerLines(name: string): string[] {
    return headerLines(this.raw, name);
  }

  reserveAnswer(rows: readonly Pick<Row, 'revision'>[]): Promise<void> {
    let characters = 0;
    let bytes = 0;
    for (const { revision } of rows) {
      characters += revision.size;
      bytes += revision.weight;
    }
    return this.#reserveList(rows, characters, bytes);
  }

  reserveExcerpts(entries: readonly unknown[]): Promise<void> {
    const { length } = JSON.stringify(entries);
    return this.#reserveList(entries, length, length);
  }

  #reserveList(entries: readonly unknown[], characters: number, bytes: number): Promise<void> {
    if (characters > MAX_LIST_CHARACTERS && entries.length > 1) throw createTooLargeList(this.route, characters);
    return bytes > LARGE_ANSWER_BYTES ? this.reserveBytes(bytes) : RESERVED;
  }

  /** Reserves memory for a response of this size. @throws Problem `unavailable` if its turn does not come in time */
  async reserveBytes(bytes: number): Promise<void> {
    if (bytes > LARGE_ANSWER_BYTES) this.notes.reservedBytes += await this.server.answerRoom.take(bytes);
  }

  onDisconnect(callback: () => void): () => void {
    const { raw } = this;
    const { socket } = raw;
    if (socket.destroyed) callback();
    socket.once('close', callback);
    // Without a socket, the request itself emits the error.
    raw.once('error', callback);
    return () => {
      socket.off('close', callback);
      raw.off('error', callback);
    };
  }

  digest(maxBytes: number): ReturnType<typeof digestBody> {
    return digestBody(this.raw, maxBytes);
  }

  receivePieces(sizes: PieceSizes, take: (piece: Buffer) => Promise<void>): Promise<number> {
    return receivePieces(this.raw, sizes, take);
  }
}

/** Shared, because nearly every response is small. */
const RESERVED = Promise.resolve();

/** Parameters that choose a part of a list, or its order. */
const PAGING: readonly string[] = ['limit', 'offset', 'ordering', 'search', 'cursor', 'sortBy', 'sortOrder'];

/** @param route the list, whose filters the message names */
function createTooLargeList(route: Route | null, characters: number): Problem {
  const { queryNames = 'any' } = route?.operation ?? {};
  const filters = queryNames === 'any' ? [] : queryNames.filter((name) => !PAGING.includes(name));
  const advice =
    filters.length === 0
      ? 'Delete some of the objects, or reset the world'
      : `Select fewer with ${filters.map((name) => `\`${name}\``).join(' or ')}, or delete some`;
  return new Problem(
    'storage_full',
    `The objects of this list have ${formatMegabytes(characters)} MB, and a response has at most ` +
      `${formatMegabytes(MAX_LIST_CHARACTERS)} MB. ${advice}.`,
  );
}

function formatMegabytes(bytes: number): string {
  return (bytes / MEGABYTE).toFixed(1).replace('.0', '');
}
