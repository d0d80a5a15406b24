import { afterAll } from 'vitest';
import type { Outcome } from '../../src/decisions/responses/outcome.ts';
import { addResponseHook, respond } from '../../src/http/answers.ts';
import { createWorldAddresses } from '../../src/http/request-address.ts';
import type { Server } from '../../src/http/server.ts';
import { OpenStreams } from '../../src/http/streams.ts';
import { Connections } from '../../src/http/transport/connections.ts';
import { createFastify } from '../../src/http/transport/fastify.ts';
import { createLimits } from '../../src/http/transport/limits.ts';
import { prepareToListen } from '../../src/http/transport/listen.ts';
import { CrossOrigin } from '../../src/http/transport/origins.ts';
import type { UnroutedRequests } from '../../src/http/unrouted-requests.ts';
import type { Fault } from '../../src/journal/faults/fault.ts';
import { createKnownHosts } from '../../src/lib/hosts.ts';
import { SILENT_LOG } from '../../src/lib/log.ts';
import { createInProcessFetch } from '../../src/library/in-process.ts';
import { createFault, type ToyRequestParts, toyRequest } from '../http/steps/toy-request.ts';

/** Sends a request to a server. */
export type Fetch = (path: string, init?: RequestInit) => Promise<Response>;

/** The answer that a test asks for. */
export interface TestAnswer {
  readonly outcome: Outcome;
  /** The fault that was injected and produced this answer. */
  readonly action?: Fault['action'];
  /** The world of the request, where it differs from a stub. */
  readonly world?: ToyRequestParts['world'];
  /** Whether the answer is treated like an operation's. */
  readonly isOfOperation?: boolean;
}

/** A server without services that returns the answers of a test, over sockets and in process. */
export interface AnsweringServer {
  readonly port: number;
  readonly streams: OpenStreams;
  readonly overSocket: Fetch;
  readonly inProcess: Fetch;
  /** The number of requests that have not released their world. */
  held(): number;
  close(): Promise<void>;
}

/** @param answers called for each request to a path */
export async function answeringServer(
  answers: Readonly<Record<string, () => TestAnswer | Promise<TestAnswer>>>,
): Promise<AnsweringServer> {
  const limits = createLimits();
  const connections = new Connections(limits);
  const streams = new OpenStreams();
  const server = {
    addresses: createWorldAddresses(createKnownHosts([]), []),
    crossOrigin: new CrossOrigin([]),
    waiting: () => null,
    log: SILENT_LOG,
    streams,
  };
  const failed = async () => ({ status: 500, headers: {}, payload: 'failed' });
  const app = createFastify({
    server: server as unknown as Server,
    unrouted: { refuseFailedRequest: failed, renderProblem: () => ({ status: 400 }) } as unknown as UnroutedRequests,
    ownHosts: [],
    connections,
    limits,
    createTlsServer: null,
  });
  addResponseHook(app);
  let held = 0;
  for (const [url, answer] of Object.entries(answers)) {
    app.route({
      method: ['GET', 'HEAD', 'POST'],
      url,
      handler: async (request, reply) => {
        held += 1;
        const { outcome, action, world, isOfOperation = false } = await answer();
        const worldRequest = toyRequest({
          server: { streams, offDocument: 'off' },
          world: { release: () => (held -= 1), faults: { isEmpty: true }, ...world },
          request: { raw: request.raw },
          answer: { outcome, isOfFault: !isOfOperation },
          notes: { injectedFault: action === undefined ? null : createFault(action) },
        });
        request.worldRequest = worldRequest;
        return respond(reply, worldRequest);
      },
    });
  }
  const listen = prepareToListen(app, connections, streams);
  await app.ready();
  const { port, url: base } = await listen('127.0.0.1', 0);
  const close = () => app.close();
  afterAll(close);
  return {
    port,
    streams,
    overSocket: (path, init) => fetch(`${base}${path}`, init),
    inProcess: createInProcessFetch(app, base),
    held: () => held,
    close,
  };
}
