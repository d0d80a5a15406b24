import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Problem } from '../../core/problem.ts';
import { problemDetails } from '../../core/problem-details.ts';
import { clearInterval, setInterval } from '../../machine/time.ts';
import { wireBytes, writeAnswer } from '../answer.ts';

/** A request with its answer. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Answers to earlier requests on the same connection that are not written yet (pipelining). */
  readonly earlier: readonly ServerResponse[];
  /** It is answered, but its body was still arriving when this was last checked. */
  isLeftOver: boolean;
}

export interface ConnectionLimits {
  /** How many may be open at once; further ones get an answer that says so, and are closed. */
  readonly connections: number;
  /**
   * Requests on one connection that may wait for their answers (pipelining); a client that sends more is disconnected.
   */
  readonly unanswered: number;
  /** Milliseconds that the rest of a request may take after it was answered. */
  readonly bodyPatience: number;
}

/** The open connections of a server, and what each is busy with. */
export class Connections {
  /** Null: nothing has been asked on it yet. */
  readonly #busyWith = new Map<Socket, Exchange | null>();
  readonly #limits: ConnectionLimits;
  /** Does a connection keep the process running even if nothing is asked on it? */
  #idleKeepRunning = true;
  #looking: NodeJS.Timeout | undefined;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  watch(server: Server): void {
    server.on('connection', (socket: Socket) => {
      if (!this.#idleKeepRunning) socket.unref();
      if (this.#busyWith.size >= this.#limits.connections) {
        socket.end(crowded(this.#limits.connections), () => socket.destroy());
        return;
      }
      this.#busyWith.set(socket, null);
      socket.once('close', () => this.#busyWith.delete(socket));
    });
    server.on('request', (request, response) => {
      const earlier = unwritten(this.#busyWith.get(request.socket));
      this.#busyWith.set(request.socket, { request, response, earlier, isLeftOver: false });
      if (!this.#idleKeepRunning) this.#keepRunningUntilAnswered(request.socket, response);
      if (earlier.length >= this.#limits.unanswered) request.socket.destroy();
    });
    this.#looking = setInterval(() => this.#cutLeftovers(), this.#limits.bodyPatience).unref();
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

  /**
   * A body that nobody wanted may be sent to its end, so that its sender reads the answer. It is cut at the second
   * check.
   */
  #cutLeftovers(): void {
    for (const [socket, exchange] of this.#busyWith) {
      if (exchange === null || exchange.request.complete || !exchange.response.writableFinished) continue;
      if (exchange.isLeftOver) socket.destroy();
      exchange.isLeftOver = true;
    }
  }

  /** The latest request on a connection. */
  requestOn(socket: Socket): IncomingMessage | undefined {
    return this.#busyWith.get(socket)?.request;
  }

  /** Answers not yet sent will say `Connection: close`; connections on which nothing was sent end at once. */
  announceClose(): void {
    clearInterval(this.#looking);
    for (const [socket, exchange] of this.#busyWith) {
      // Whoever stops the server waits for them to end.
      socket.ref();
      if (exchange?.response.headersSent === false) exchange.response.setHeader('connection', 'close');
      if (exchange === null && socket.bytesRead === 0) socket.destroy();
    }
  }

  /** Ends every connection except those with a complete request that is not answered yet. */
  cutHalfSent(): void {
    for (const [socket, exchange] of this.#busyWith) {
      if (exchange?.request.complete !== true || exchange.response.writableFinished) socket.destroy();
    }
  }
}

const NONE: readonly ServerResponse[] = [];

/** Nearly always the previous answer was written, and so were all before it. */
function unwritten(before: Exchange | null | undefined): readonly ServerResponse[] {
  if (before == null || before.response.writableFinished) return NONE;
  return [...before.earlier.filter((response) => !response.writableFinished), before.response];
}

function crowded(most: number): Buffer {
  const message = `${most} connections are open, which is the limit; close some, or send more requests over each.`;
  const problem = new Problem('unavailable', message);
  return wireBytes(writeAnswer(problemDetails(problem), problem));
}
