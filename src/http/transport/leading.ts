import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { WireAnswer } from '../answer.ts';
import type { Route, Server } from '../in-flight.ts';
import type { OperationRouter } from '../openapi/operation-router.ts';
import { answer } from '../pipeline.ts';
import type { Edges } from './edges.ts';
import { sendAnswer } from './send-answer.ts';

/** Where a request goes: a route, with the parameters of its path or its host. */
export interface Destination {
  readonly route: Route;
  readonly params: Record<string, string>;
  /** Is the query a part of the request that the route understands? */
  readonly readsQuery: boolean;
}

/** Finds where a request goes; null if the framework has to say. */
export type FindDestination = (raw: IncomingMessage) => Destination | 'path_too_long' | null;

/** What answers a request that leads nowhere. */
type LedNowhere = Pick<Edges, 'unrouted' | 'pathTooLong'>;

/** Leads requests to the routes of services, before the framework's router looks at their path. */
export interface Leading {
  /** The path by which the framework routes a request. */
  lead(raw: IncomingMessage): string;
  mount(app: FastifyInstance, edges: LedNowhere): void;
}

/** An internal path. Whoever asks for it by itself asks for a path as unknown as any other. */
const PATH = '/_led';
/** Routes take any method, and the framework knows only some, so all are routed as this one. */
const METHOD = 'GET';

/** A request as it was before it was led. */
interface Led {
  readonly method: string;
  readonly url: string;
  readonly destination: Destination | 'path_too_long';
}

/** On the request itself, because a map of requests is slower. */
const LED = Symbol('led');

interface Leadable extends IncomingMessage {
  [LED]?: Led;
}

/** @param finders the first that knows where a request goes decides */
export function leadingTo(finders: readonly FindDestination[], server: Server): Leading {
  const find: FindDestination = (raw) => {
    for (const finder of finders) {
      const destination = finder(raw);
      if (destination !== null) return destination;
    }
    return null;
  };
  const told = (raw: IncomingMessage, query: unknown, edges: LedNowhere): Promise<WireAnswer> => {
    const before = (raw as Leadable)[LED];
    if (before === undefined) return edges.unrouted(raw);
    const { method, url, destination } = before;
    raw.method = method;
    raw.url = url;
    if (destination === 'path_too_long') return edges.pathTooLong(raw);
    // The framework gives the query as an object.
    return answer(server, destination.route, raw, destination.params, query as Record<string, unknown>);
  };
  return {
    lead: (raw) => {
      const { method = 'GET', url = '/' } = raw;
      const destination = find(raw);
      if (destination === null) return url;
      (raw as Leadable)[LED] = { method, url, destination };
      raw.method = METHOD;
      const query = destination !== 'path_too_long' && destination.readsQuery ? url.indexOf('?') : -1;
      return query < 0 ? PATH : PATH + url.slice(query);
    },
    mount: (app, edges) => {
      app.route({
        method: METHOD,
        url: PATH,
        handler: async ({ raw, query }, reply) => sendAnswer(reply, await told(raw, query, edges), server.outgoing),
      });
    },
  };
}

/** Finds the routes of operations. @param router of the same operations, which servers share; each has its own routes */
export function operationsOf(router: OperationRouter, routes: readonly Route[]): FindDestination {
  const byOperation = new Map(routes.map((route) => [route.operation, route]));
  return (raw) => {
    const found = router.find(raw);
    if (found === null || found === 'path_too_long') return found;
    const route = byOperation.get(found.operation);
    return route === undefined ? null : { route, params: found.params, readsQuery: true };
  };
}
