import type { IncomingMessage } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { WireAnswer } from '../answer.ts';
import type { Route, Server } from '../in-flight.ts';
import { type Mounted, ownHostsOf, routeOfHost } from '../mount.ts';
import { fastifyPath, type OperationRouter } from '../openapi/operation-router.ts';
import { answer } from '../pipeline.ts';
import { methodOf } from './arrival.ts';
import type { ProtocolErrors } from './protocol-errors.ts';
import { sendAnswer } from './send-answer.ts';

/**
 * Serves the operations of a service below its prefixes. Each prefix has one route, and the router of the document
 * finds the operation. Servers of a process share that router; registering 361 operations with Fastify takes 15 ms per
 * server, half of a start.
 */
export function serveOperations(
  app: FastifyInstance,
  { service, document }: Mounted,
  routes: readonly Route[],
  router: OperationRouter,
  server: Server,
  protocolErrors: Pick<ProtocolErrors, 'pathTooLong'>,
): void {
  const byOperation = new Map(routes.map((route) => [route.operation, route]));
  const methods = new Set(['HEAD', ...document.operations.map(({ method }) => method)]);
  const answerTo = (raw: IncomingMessage, query: Record<string, unknown>): Promise<WireAnswer> | null => {
    const found = router.find(methodOf(raw), raw.url ?? '/');
    if (found === 'path_too_long') return protocolErrors.pathTooLong(raw);
    const route = found === null ? undefined : byOperation.get(found.operation);
    return found === null || route === undefined ? null : answer(server, route, raw, found.params, query);
  };
  for (const prefix of service.prefixes) {
    app.route<{ Querystring: Record<string, unknown> }>({
      method: [...methods],
      url: `${fastifyPath(prefix)}*`,
      handler: ({ raw, query }, reply) => {
        const answering = answerTo(raw, query);
        if (answering === null) reply.callNotFound();
        else answering.then((its) => sendAnswer(reply, its, server.outgoing)).catch((thrown) => reply.send(thrown));
      },
    });
  }
}

/** Host names with one operation: it answers every request to them, whatever its method and path. */
export class OwnHosts {
  readonly #server: Server;
  readonly #owned: readonly { readonly pattern: RegExp; readonly route: Route }[];

  constructor(all: readonly Mounted[], server: Server) {
    this.#server = server;
    this.#owned = all.flatMap((mounted) =>
      ownHostsOf(mounted.service).map((host) => ({ pattern: host.pattern, route: routeOfHost(host, mounted) })),
    );
  }

  /** The answer to a request; null if its host name belongs to no service. */
  answer(raw: IncomingMessage): Promise<WireAnswer> | null {
    const name = (raw.headers.host ?? '').toLowerCase();
    for (const { pattern, route } of this.#owned) {
      const match = pattern.exec(name);
      // The query belongs to the function behind the host.
      if (match !== null) return answer(this.#server, route, raw, { ...match.groups }, {});
    }
    return null;
  }
}
