import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** A request with the answer to it. */
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}

/** The open lines of a server, and what each is busy with. */
export class Lines {
  /** Null: nothing was asked on it yet. */
  readonly #busyWith = new Map<Socket, Exchange | null>();

  watch(server: Server): void {
    server.on('connection', (socket: Socket) => {
      this.#busyWith.set(socket, null);
      socket.once('close', () => this.#busyWith.delete(socket));
    });
    server.on('request', (request, response) => this.#busyWith.set(request.socket, { request, response }));
  }

  /** The request that came last on a line. */
  requestOn(socket: Socket): IncomingMessage | undefined {
    return this.#busyWith.get(socket)?.request;
  }

  /** Answers under way say `Connection: close`; lines on which nothing was sent end at once. */
  announceClose(): void {
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
