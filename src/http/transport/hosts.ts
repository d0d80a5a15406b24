import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { ServiceHost } from '../../contract/service.ts';
import type { WireAnswer } from '../answer.ts';
import type { Route, Server } from '../in-flight.ts';
import { type Mounted, routeOfHost } from '../mount.ts';
import { answer } from '../pipeline.ts';
import { sendAnswer } from './send-answer.ts';

/** A host that belongs to a service, with the route for all of its requests. */
interface OwnedHost {
  readonly host: ServiceHost;
  readonly route: Route;
}

/** Routes requests by host name, before the router looks at their path. */
export interface Hosts {
  /** The path by which a request is routed: a different one if its host belongs to a service. */
  lead(raw: IncomingMessage): string;
  /** Adds the routes of these hosts. */
  mount(app: FastifyInstance, unrouted: (raw: IncomingMessage) => Promise<WireAnswer>): void;
}

/** An internal path of the router. Requested under any other host, it is as unknown as any other path. */
const PATH = '/_hosts';
/** These routes take any method, and the router knows only some, so they are all routed as this one. */
const METHOD = 'POST';

export function hostsOf(server: Server, mounted: readonly Mounted[]): Hosts {
  const owned = mounted.flatMap((one): OwnedHost[] =>
    (one.service.hosts ?? []).map((host) => ({ host, route: routeOfHost(host, one) })),
  );
  const find = (raw: IncomingMessage) => {
    const name = (raw.headers.host ?? '').toLowerCase();
    for (const { host, route } of owned) {
      const match = host.pattern.exec(name);
      if (match !== null) return { route, params: { ...match.groups } };
    }
    return null;
  };
  const methods = new WeakMap<IncomingMessage, string | undefined>();
  return {
    lead: (raw) => {
      if (find(raw) === null) return raw.url ?? '/';
      methods.set(raw, raw.method);
      raw.method = METHOD;
      return PATH;
    },
    mount: (app, unrouted) => {
      app.route({
        method: METHOD,
        url: PATH,
        handler: async (request, reply) => {
          const { raw, originalUrl } = request;
          raw.url = originalUrl;
          raw.method = methods.get(raw) ?? METHOD;
          const found = find(raw);
          if (found === null) return sendAnswer(reply, await unrouted(raw), server.outgoing);
          return sendAnswer(reply, await answer(server, found.route, raw, found.params, {}), server.outgoing);
        },
      });
    },
  };
}
