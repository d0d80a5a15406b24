import type { IncomingMessage } from 'node:http';
import type { World } from '../app/world.ts';
import { covers, type Question } from '../core/decide.ts';
import type { Caller, Context, ServerScope, Surroundings, WorldScope } from '../service.ts';
import { headerLines } from './arrival.ts';
import { digestOf } from './body.ts';
import type { Server } from './in-flight.ts';

/** What may be touched of a world and its server: what each has is asked of it, and nothing is copied. */
class Scope<Its extends WorldScope = WorldScope> implements Surroundings {
  readonly server: ServerScope;
  /** Chosen by the step `place`, before anything asks for it. */
  world: Its;

  constructor(server: ServerScope, world: Its) {
    this.server = server;
    this.world = world;
  }

  get tokens() {
    return this.server.tokens;
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
  get laws() {
    return this.server.laws;
  }
  get store() {
    return this.world.store;
  }
  get remembered() {
    return this.world.remembered;
  }
  get findings() {
    return this.world.findings;
  }
  get random() {
    return this.world.random;
  }
  get views() {
    return this.world.views;
  }
}

/** Everything of a world and its server that is no request's. */
export function surroundingsOf(server: ServerScope, world: World): Surroundings {
  return new Scope(server, world);
}

/** What a handler gets of one request; the steps fill it in, in their order. */
export class RequestContext extends Scope<World> implements Context {
  now = 0;
  origin = '';
  caller: Caller | null = null;
  readonly method: string;
  readonly params: Record<string, string>;
  readonly query: Record<string, unknown>;
  body: unknown;
  target: unknown;
  /** What the route's rule asks about a caller; null on public operations. */
  question: Question | null = null;
  readonly headerLines: Context['headerLines'];
  readonly digest: Context['digest'];

  constructor(server: Server, raw: IncomingMessage, params: Record<string, string>, query: Record<string, unknown>) {
    super(server, server.world);
    this.method = raw.method ?? 'GET';
    this.params = params;
    this.query = query;
    this.headerLines = (name) => headerLines(raw, name);
    this.digest = (most) => digestOf(raw, most, server.limits);
  }

  readonly admits: Context['admits'] = (reach) =>
    this.caller !== null && this.question !== null && covers(this.question, this.caller, reach);
}
