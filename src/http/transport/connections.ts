import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { Problem } from '../../decisions/problem.ts';
import { setTimeout } from '../../platform/time.ts';
import { problemDetails } from '../../responses/problem-details.ts';
import { wireBytes, writeAnswer } from './wire-answer.ts';

/** A request with its answer. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Answers to earlier requests on the same connection that are not written yet (pipelining). */
  readonly earlier: readonly ServerResponse[];
}

export interface ConnectionLimits {
  /** How many may be open at once. Further ones get status 503 and are closed. */
  readonly connections: number;
  /** Unanswered requests per connection (pipelining). A client that sends more is disconnected. */
  readonly unanswered: number;
}

/** Without loading `node:tls`, which few servers need. */
export function isTls(server: Server): boolean {
  return 'setSecureContext' in server;
}

/** Milliseconds that the request on a new connection may take to arrive at a stopping server. */
const SILENT_MS = 100;

/**
 * The open connections of a server, with the latest request on each.
 *
 * `maxConnections` of Node drops connections without an answer, and counts one listener only. Its socket timeout does not
 * know whether a client or the server keeps the other waiting, and no option limits unanswered requests.
 */
export class Connections {
  /** Null: no request has arrived on it yet. */
  readonly #busyWith = new Map<Socket, Exchange | null>();
  readonly #limits: ConnectionLimits;
  /** How many connections with TLS are open, or in their handshake. */
  #encrypted = 0;
  /** The latter, by their peers. */
  readonly #handshakes = new Map<string, Socket>();
  /** Do idle connections keep the process running? */
  #idleKeepRunning = true;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  watch(server: Server): void {
    if (isTls(server)) server.on('connection', (socket: Socket) => this.#watchHandshake(socket));
    server.on(isTls(server) ? 'secureConnection' : 'connection', (socket: Socket) => {
      this.#handshakes.delete(peerOf(socket));
      if (!this.#idleKeepRunning) socket.unref();
      if (this.#busyWith.size >= this.#limits.connections) {
        socket.end(renderTooMany(this.#limits.connections), () => socket.destroy());
        return;
      }
      this.#busyWith.set(socket, null);
      socket.once('close', () => this.#busyWith.delete(socket));
    });
    // Before Fastify's listener, whose hook `serveInTurn` reads it.
    server.prependListener('request', (request, response) => {
      const earlier = unwrittenAnswers(this.#busyWith.get(request.socket));
      this.#busyWith.set(request.socket, { request, response, earlier });
      if (!this.#idleKeepRunning) this.#keepRunningUntilAnswered(request.socket, response);
      if (earlier.length >= this.#limits.unanswered) request.socket.destroy();
    });
    // Without this listener, Node closes also a connection whose client waits for a slow answer, or for events.
    server.on('timeout', (socket: Socket) => {
      if (!isAwaited(this.#busyWith.get(socket))) socket.destroy();
    });
  }

  /**
   * Serves the requests of a connection one after the other: each waits until the answers to earlier ones are written, or
   * the connection is closed. A client that reads no answers then waits with at most one of them in memory.
   */
  serveInTurn(app: Pick<FastifyInstance, 'addHook'>): void {
    app.addHook('onRequest', async ({ raw: { socket } }) => {
      const before = this.#busyWith.get(socket)?.earlier.at(-1);
      if (before !== undefined) await eitherClosed(before, socket);
    });
  }

  /** A connection that has not finished its handshake counts, too; there is no answer to it yet. */
  #watchHandshake(socket: Socket): void {
    if (!this.#idleKeepRunning) socket.unref();
    if (this.#encrypted >= this.#limits.connections) {
      socket.destroy();
      return;
    }
    const peer = peerOf(socket);
    this.#encrypted += 1;
    this.#handshakes.set(peer, socket);
    socket.once('close', () => {
      this.#encrypted -= 1;
      if (this.#handshakes.get(peer) === socket) this.#handshakes.delete(peer);
    });
  }

  /** From now on, a connection keeps the process running only while a request on it waits for its answer. */
  letProcessEnd(): void {
    this.#idleKeepRunning = false;
  }

  #keepRunningUntilAnswered(socket: Socket, response: ServerResponse): void {
    socket.ref();
    response.once('close', () => {
      if (this.#busyWith.get(socket)?.response === response) socket.unref();
    });
  }

  /** The connection below one with TLS that is still in its handshake. */
  below(encrypted: Socket): Socket | undefined {
    return this.#handshakes.get(peerOf(encrypted));
  }

  /** The latest request on a connection. */
  requestOn(socket: Socket): IncomingMessage | undefined {
    return this.#busyWith.get(socket)?.request;
  }

  /**
   * Adds `Connection: close` to answers not yet sent, and soon ends connections on which nothing was sent. Those whose
   * answer is on its way without it end after it: Node takes them for busy, and looks for idle ones only once.
   */
  announceClose(): void {
    setTimeout(() => this.#cutSilent(), SILENT_MS).unref();
    // Stopping the server waits for all of them to end.
    for (const socket of this.#handshakes.values()) socket.ref();
    for (const [socket, exchange] of this.#busyWith) {
      socket.ref();
      if (exchange === null) continue;
      if (!exchange.response.headersSent) exchange.response.setHeader('connection', 'close');
      else if (!exchange.response.writableFinished) this.#endAfter(socket, exchange.response);
    }
  }

  /** Ends connections on which nothing was sent, and those in their handshake. */
  #cutSilent(): void {
    for (const socket of this.#handshakes.values()) socket.destroy();
    for (const [socket, exchange] of this.#busyWith) if (exchange === null && socket.bytesRead === 0) socket.destroy();
  }

  /** Ends a connection after an answer, unless another request has arrived on it: its own answer says that it ends. */
  #endAfter(socket: Socket, response: ServerResponse): void {
    response.once('close', () => {
      if (this.#busyWith.get(socket)?.response === response) socket.destroySoon();
    });
  }

  /** Ends these connections, each after the answer that it waits for. */
  end(sockets: Iterable<Socket>): void {
    for (const socket of sockets) {
      const response = this.#busyWith.get(socket)?.response;
      if (response === undefined || response.writableFinished) socket.destroy();
      else response.once('close', () => socket.end());
    }
  }

  /** Ends all connections but those with a complete, unanswered request. */
  cutHalfSent(): void {
    for (const [socket, exchange] of this.#busyWith) if (!isAwaited(exchange)) socket.destroy();
  }
}

/** Is the request complete, and its answer not? */
function isAwaited(exchange: Exchange | null | undefined): boolean {
  return exchange?.request.complete === true && !exchange.response.writableFinished;
}

function eitherClosed(response: ServerResponse, socket: Socket): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      response.off('close', go);
      socket.off('close', go);
      resolve();
    };
    response.once('close', go);
    // `unanswered` allows more waiting requests than Node's warning threshold for listeners.
    socket.setMaxListeners(0).once('close', go);
  });
}

/** A socket and the one with TLS on it have the same. */
function peerOf({ remoteAddress, remotePort }: Socket): string {
  return `${remoteAddress} ${remotePort}`;
}

const NONE: readonly ServerResponse[] = [];

/** Fast path: nearly always the previous answer, and so all earlier ones, are written. */
function unwrittenAnswers(before: Exchange | null | undefined): readonly ServerResponse[] {
  if (before == null || before.response.writableFinished) return NONE;
  return [...before.earlier.filter((response) => !response.writableFinished), before.response];
}

function renderTooMany(max: number): Buffer {
  const message = `The limit of ${max} open connections is reached. Close some, or send more requests over each.`;
  const problem = new Problem('unavailable', message);
  return wireBytes(writeAnswer(problemDetails(problem), problem));
}
