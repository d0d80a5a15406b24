import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { Problem } from '../../core/problem.ts';
import { problemDetails } from '../../core/problem-details.ts';
import { clearInterval, setInterval } from '../../machine/time.ts';
import { wireBytes, writeAnswer } from '../answer.ts';

/** A request with the answer to it. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  /** Answers to requests of the line that came before, and are not written yet (pipelining). */
  readonly earlier: readonly ServerResponse[];
  /** It is answered, and its body was still coming when that was looked at. */
  isLeftOver: boolean;
}

export interface ConnectionLimits {
  /** How many may be open at once; further ones are told so, and closed. */
  readonly connections: number;
  /** Requests of one line that wait for their answers (pipelining); the line of a client that sends more is closed. */
  readonly unanswered: number;
  /** Milliseconds that the rest of a request may take once it is answered. */
  readonly bodyPatience: number;
}

/** The open lines of a server, and what each is busy with. */
export class Connections {
  /** Null: nothing was asked on it yet. */
  readonly #busyWith = new Map<Socket, Exchange | null>();
  readonly #limits: ConnectionLimits;
  #looking: NodeJS.Timeout | undefined;

  constructor(limits: ConnectionLimits) {
    this.#limits = limits;
  }

  watch(server: Server): void {
    server.on('connection', (socket: Socket) => {
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
      if (earlier.length >= this.#limits.unanswered) request.socket.destroy();
    });
    this.#looking = setInterval(() => this.#cutLeftovers(), this.#limits.bodyPatience).unref();
  }

  /** A body that nobody wanted to read may end, so that its sender reads the answer: until it is looked at twice. */
  #cutLeftovers(): void {
    for (const [socket, exchange] of this.#busyWith) {
      if (exchange === null || exchange.request.complete || !exchange.response.writableFinished) continue;
      if (exchange.isLeftOver) socket.destroy();
      exchange.isLeftOver = true;
    }
  }

  /** The request that came last on a line. */
  requestOn(socket: Socket): IncomingMessage | undefined {
    return this.#busyWith.get(socket)?.request;
  }

  /** Answers under way say `Connection: close`; lines on which nothing was sent end at once. */
  announceClose(): void {
    clearInterval(this.#looking);
    for (const [socket, exchange] of this.#busyWith) {
      if (exchange?.response.headersSent === false) exchange.response.setHeader('connection', 'close');
      if (exchange === null && socket.bytesRead === 0) socket.destroy();
    }
  }

  /** Ends every line but those whose request arrived as a whole and is not answered yet. */
  cutHalfSent(): void {
    for (const [socket, exchange] of this.#busyWith) {
      if (exchange?.request.complete !== true || exchange.response.writableFinished) socket.destroy();
    }
  }
}

const NONE: readonly ServerResponse[] = [];

/** Nearly always the answer before was written, and so were all before it. */
function unwritten(before: Exchange | null | undefined): readonly ServerResponse[] {
  if (before == null || before.response.writableFinished) return NONE;
  return [...before.earlier.filter((response) => !response.writableFinished), before.response];
}

function crowded(most: number): Buffer {
  const message = `${most} connections are open, which is the most that are held; close some, or send more requests over each.`;
  const problem = new Problem('unavailable', message);
  return wireBytes(writeAnswer(problemDetails(problem), problem));
}
