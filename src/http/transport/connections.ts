import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { Problem } from '../../decisions/problem.ts';
import { renderProblemDetails } from '../../decisions/responses/problem-details.ts';
import { setTimeout } from '../../lib/time.ts';
import { renderWireResponse, wireBytes } from '../headers.ts';

interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Unwritten responses to earlier requests on the same connection (pipelining). */
  readonly earlier: readonly ServerResponse[];
}

export interface ConnectionLimits {
  /** Maximum number of open connections. Further ones get status 503 and are closed. */
  readonly connections: number;
  /** Maximum number of unanswered requests per connection (pipelining). A client that sends more is disconnected. */
  readonly unanswered: number;
}

/** Avoids `instanceof`, which would load `node:tls` for the few servers that need it. */
export function isTls(server: Server): boolean {
  return 'setSecureContext' in server;
}

/** Grace period for the first request on a new connection while the server stops, in milliseconds. */
const SILENT_MS = 100;

/** Tracks connections. Node's own limits do not answer, or cannot tell whether the client or the server is waiting. */
export class Connections {
  /** The latest request on each open connection; null before the first. */
  readonly #latestExchanges = new Map<Socket, Exchange | null>();
  readonly #limits: ConnectionLimits;
  /** Includes those in their handshake. */
  #tlsCount = 0;
  /** By peer. */
  readonly #handshakes = new Map<string, Socket>();
  #idleKeepRunning = true;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  watch(server: Server): void {
    if (isTls(server)) server.on('connection', (socket: Socket) => this.#watchHandshake(socket));
    server.on(isTls(server) ? 'secureConnection' : 'connection', (socket: Socket) => {
      this.#handshakes.delete(formatPeer(socket));
      if (!this.#idleKeepRunning) socket.unref();
      if (this.#latestExchanges.size >= this.#limits.connections) {
        const message = `The limit of ${this.#limits.connections} open connections is reached. Close some, or send more requests over each.`;
        const problem = new Problem('unavailable', message);
        socket.end(wireBytes(renderWireResponse(renderProblemDetails(problem), problem)), () => socket.destroy());
        return;
      }
      this.#latestExchanges.set(socket, null);
      socket.once('close', () => this.#latestExchanges.delete(socket));
    });
    // Runs before Fastify's listener, because the hook of `serveInTurn` reads the exchange.
    server.prependListener('request', (request, response) => {
      const earlier = unwrittenResponses(this.#latestExchanges.get(request.socket));
      this.#latestExchanges.set(request.socket, { request, response, earlier });
      if (!this.#idleKeepRunning) this.#keepRunningUntilAnswered(request.socket, response);
      if (earlier.length >= this.#limits.unanswered) request.socket.destroy();
    });
    // Without this listener, Node also closes connections whose client waits for a slow response or for events.
    server.on('timeout', (socket: Socket) => {
      if (!isAwaited(this.#latestExchanges.get(socket))) socket.destroy();
    });
  }

  /** Serves a connection in order, so a client that does not read holds only one response in memory. */
  serveInTurn(app: Pick<FastifyInstance, 'addHook'>): void {
    app.addHook('onRequest', async ({ raw: { socket } }) => {
      const previous = this.#latestExchanges.get(socket)?.earlier.at(-1);
      if (previous !== undefined) await waitUntilEitherCloses(previous, socket);
    });
  }

  /** Counts connections before their handshake, too. Those over the limit close without a response. */
  #watchHandshake(socket: Socket): void {
    if (!this.#idleKeepRunning) socket.unref();
    if (this.#tlsCount >= this.#limits.connections) {
      socket.destroy();
      return;
    }
    const peer = formatPeer(socket);
    this.#tlsCount += 1;
    this.#handshakes.set(peer, socket);
    socket.once('close', () => {
      this.#tlsCount -= 1;
      if (this.#handshakes.get(peer) === socket) this.#handshakes.delete(peer);
    });
  }

  /** From now on, a connection keeps the process running only while a request on it waits for its response. */
  letProcessEnd(): void {
    this.#idleKeepRunning = false;
  }

  #keepRunningUntilAnswered(socket: Socket, response: ServerResponse): void {
    socket.ref();
    response.once('close', () => {
      if (this.#latestExchanges.get(socket)?.response === response) socket.unref();
    });
  }

  findTcpSocket(encrypted: Socket): Socket | undefined {
    return this.#handshakes.get(formatPeer(encrypted));
  }

  requestOn(socket: Socket): IncomingMessage | undefined {
    return this.#latestExchanges.get(socket)?.request;
  }

  /** Node considers a connection that is sending a response busy, and looks for idle ones only once. */
  announceClose(): void {
    setTimeout(() => {
      for (const socket of this.#handshakes.values()) socket.destroy();
      for (const [socket, exchange] of this.#latestExchanges)
        if (exchange === null && socket.bytesRead === 0) socket.destroy();
    }, SILENT_MS).unref();
    // Stopping the server waits for these connections to end.
    for (const socket of this.#handshakes.values()) socket.ref();
    for (const [socket, exchange] of this.#latestExchanges) {
      socket.ref();
      if (exchange === null) continue;
      if (!exchange.response.headersSent) exchange.response.setHeader('connection', 'close');
      else if (!exchange.response.writableFinished) this.#endAfter(socket, exchange.response);
    }
  }

  /** Ends a connection after a response, unless another request has arrived, whose response announces the close. */
  #endAfter(socket: Socket, response: ServerResponse): void {
    response.once('close', () => {
      if (this.#latestExchanges.get(socket)?.response === response) socket.destroySoon();
    });
  }

  end(sockets: Iterable<Socket>): void {
    for (const socket of sockets) {
      const response = this.#latestExchanges.get(socket)?.response;
      if (response === undefined || response.writableFinished) socket.destroy();
      else response.once('close', () => socket.end());
    }
  }

  /** Ends all connections except those with a complete, unanswered request. */
  cutHalfSent(): void {
    for (const [socket, exchange] of this.#latestExchanges) if (!isAwaited(exchange)) socket.destroy();
  }
}

function isAwaited(exchange: Exchange | null | undefined): boolean {
  return exchange?.request.complete === true && !exchange.response.writableFinished;
}

function waitUntilEitherCloses(response: ServerResponse, socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const onClose = () => {
      response.off('close', onClose);
      socket.off('close', onClose);
      resolve();
    };
    response.once('close', onClose);
    // `unanswered` allows more waiting requests than Node's warning threshold for listeners.
    socket.setMaxListeners(0).once('close', onClose);
  });
}

/** Identifies a socket, and the TLS socket on top of it, by the peer. */
function formatPeer({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

/** Shared, because nearly every request has no earlier ones. */
const NO_RESPONSES: readonly ServerResponse[] = [];

/** Returns the unwritten responses of a connection. If the latest is written, all earlier ones are. */
function unwrittenResponses(latest: Exchange | null | undefined): readonly ServerResponse[] {
  if (latest === null || latest === undefined || latest.response.writableFinished) return NO_RESPONSES;
  return [...latest.earlier.filter((response) => !response.writableFinished), latest.response];
}
