import type { IncomingMessage } from 'node:http';
import type { Context } from '../contract/request.ts';
import type { About } from '../contract/service.ts';
import type { ServerScope, Surroundings, World, WorldScope } from '../contract/world.ts';
import type { Instant } from '../core/clock.ts';
import { type AccessRequest, type Caller, mayAccess, type ResourceAttributes } from '../core/decide.ts';
import { type Reported, ReportsOfRequest } from '../core/finding.ts';
import { receiveBody } from './bodies.ts';
import { digestOf, type PieceSizes, receivePieces } from './pieces.ts';
import type { Server } from './server.ts';
import { headerLines, methodOf, pathOf } from './transport/arrival.ts';

/** Access to the members of a world and its server. They are read each time, never copied. */
class Scope<Its extends WorldScope = WorldScope> implements Surroundings {
  readonly server: ServerScope;
  readonly world: Its;
  #reports: ReportsOfRequest | null = null;

  constructor(server: ServerScope, world: Its) {
    this.server = server;
    this.world = world;
  }

  get tokens() {
    return this.world.tokens;
  }
  get identityProvider() {
    return this.server.identityProvider;
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
  get remembered() {
    return this.world.remembered;
  }
  get findings() {
    this.#reports ??= new ReportsOfRequest(this.world.findings);
    return this.#reports;
  }
  /** Findings reported about the request so far. */
  get reported(): readonly Reported[] {
    return this.#reports?.reported ?? [];
  }
  get random() {
    return this.world.random;
  }
  get views() {
    return this.world.views;
  }
}

/** The names under which answers refer to this server. */
export interface Origins extends Pick<Context, 'origin' | 'openOrigin'> {
  /** Does the request itself name the world, by path, host or header? */
  readonly namesWorld: boolean;
}

/** A handler's view of one request. `selectWorld` makes it, and the later steps fill it in, in order. */
export class RequestContext extends Scope<World> implements Context {
  readonly now: Instant;
  readonly origin: string;
  readonly openOrigin: string;
  worldToMake: string | null = null;
  caller: Caller | null = null;
  readonly method: string;
  /** As it was sent. */
  readonly url: string;
  /** Path parameters; empty until the operation is known. */
  params: Record<string, string> = {};
  query: Record<string, unknown> = {};
  body: unknown;
  target: unknown;
  /** The access request that the route's rule decides; null for public operations. */
  accessRequest: AccessRequest | null = null;
  readonly #worlds: Server['worlds'];
  readonly #originGuard: Server['originGuard'];
  readonly #raw: IncomingMessage;
  readonly #namesWorld: boolean;
  readonly #limits: Server['limits'];

  constructor(server: Server, world: World, raw: IncomingMessage, { origin, openOrigin, namesWorld }: Origins) {
    super(server, world);
    this.now = world.clock.now();
    this.origin = origin;
    this.openOrigin = openOrigin;
    this.method = methodOf(raw);
    this.url = raw.url ?? '/';
    this.#worlds = server.worlds;
    this.#limits = server.limits;
    this.#originGuard = server.originGuard;
    this.#raw = raw;
    this.#namesWorld = namesWorld;
  }

  /** The cast is read through the control API, so its guard decides. */
  get mayReadCast(): boolean {
    return this.#originGuard.admits(this.#raw, 'admin');
  }

  publishedKeys(): PublishedKeys {
    const own = this.world.tokens.publishedKeys(this.now);
    return this.#namesWorld ? own : unique([...own, ...this.#worlds.publishedKeys()]);
  }

  mayAccess(attributes: ResourceAttributes): boolean {
    const { accessRequest, caller, world } = this;
    return (
      world.mode === 'observe' ||
      (caller !== null && accessRequest !== null && mayAccess(accessRequest, caller, attributes))
    );
  }

  /** The subject of a refusal. @param operation null if no operation has the path */
  about(operation: string | null): About {
    const { settings, random, params, caller } = this;
    const headerLines: About['headerLines'] = (name) => this.headerLines(name);
    return { settings, random, path: pathOf(this.#raw.url), params, headerLines, operation, caller, decision: null };
  }

  headerLines(name: string): string[] {
    return headerLines(this.#raw, name);
  }

  onLeft(callback: () => void): () => void {
    const raw = this.#raw;
    const { socket } = raw;
    if (socket.destroyed) callback();
    socket.once('close', callback);
    // Without a socket, the request itself fails.
    raw.once('error', callback);
    return () => {
      socket.off('close', callback);
      raw.off('error', callback);
    };
  }

  digest(most: number): ReturnType<typeof digestOf> {
    return digestOf(this.#raw, most, this.#limits);
  }

  receive(most: number, take: (chunk: Buffer) => void): Promise<number> {
    return receiveBody(this.#raw, most, this.#limits, take);
  }

  receivePieces(sizes: PieceSizes, take: (piece: Buffer) => Promise<void>): Promise<number> {
    return receivePieces(this.#raw, sizes, this.#limits, take);
  }
}

type PublishedKeys = ReturnType<Context['publishedKeys']>;

/** Several worlds may sign with one key. A JWKS has it once: `kid` is unique there. */
function unique(keys: PublishedKeys): PublishedKeys {
  return [...new Map(keys.map((key) => [key.kid, key])).values()];
}
