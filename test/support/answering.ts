import { afterAll } from 'vitest';
import { knownHosts } from '../../src/core/hosts.ts';
import { SILENT } from '../../src/core/log.ts';
import type { WireAnswer } from '../../src/http/answer.ts';
import { Connections } from '../../src/http/transport/connections.ts';
import { CrossOrigin } from '../../src/http/transport/cross-origin.ts';
import { makeFastify } from '../../src/http/transport/fastify.ts';
import { limitsOf } from '../../src/http/transport/limits.ts';
import { prepareToListen } from '../../src/http/transport/listen.ts';
import { Outgoing } from '../../src/http/transport/outgoing.ts';
import type { ProtocolErrors } from '../../src/http/transport/protocol-errors.ts';
import { sendAnswer } from '../../src/http/transport/send-answer.ts';
import { worldAddressesOf } from '../../src/http/transport/world-address.ts';
import { inProcessFetch } from '../../src/library/in-process.ts';

/** Asks a server. */
export type Fetch = (path: string, init?: RequestInit) => Promise<Response>;

/** A server without services, which answers what a test wants, over sockets and in process. */
export interface AnsweringServer {
  readonly port: number;
  readonly outgoing: Outgoing;
  readonly overSocket: Fetch;
  readonly inProcess: Fetch;
  close(): Promise<void>;
}

/** @param answers called for each request to a path */
export async function answeringServer(
  answers: Readonly<Record<string, () => WireAnswer | Promise<WireAnswer>>>,
): Promise<AnsweringServer> {
  const limits = limitsOf();
  const lines = new Connections(limits);
  const outgoing = new Outgoing();
  // No test asks for what only the edges answer.
  const edges = {} as ProtocolErrors;
  const app = makeFastify(edges, { answer: () => null }, lines, limits, {
    addresses: worldAddressesOf(knownHosts([]), []),
    outgoing,
    crossOrigin: new CrossOrigin([]),
    log: SILENT,
  });
  for (const [url, answer] of Object.entries(answers)) {
    app.route({
      method: ['GET', 'HEAD', 'POST'],
      url,
      handler: async (_, reply) => sendAnswer(reply, await answer(), outgoing),
    });
  }
  const listen = prepareToListen(app, lines, outgoing);
  await app.ready();
  const { port, url: base } = await listen('127.0.0.1', 0);
  const close = () => app.close();
  afterAll(close);
  return {
    port,
    outgoing,
    overSocket: (path, init) => fetch(`${base}${path}`, init),
    inProcess: inProcessFetch(app, base),
    close,
  };
}
