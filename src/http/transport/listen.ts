import type { Server } from 'node:http';
import { createServer, type Server as TwinServer } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { Unusable } from '../../core/unusable.ts';
import { setTimeout } from '../../platform/time.ts';
import type { Connections } from './connections.ts';
import type { Outgoing } from './outgoing.ts';

/** Milliseconds that a stopping server waits for incomplete requests. */
const HALF_SENT_MS = 3000;
const LOOPBACK = '127.0.0.1';

export interface Listening {
  readonly port: number;
  /** The URL that people open. */
  readonly url: string;
}

/**
 * Listens on an address.
 *
 * @param keepRunning does the server keep the process running while idle? Default: true
 * @throws Unusable if the address or port is not available
 */
export type Listen = (host: string, port: number, keepRunning?: boolean) => Promise<Listening>;

/**
 * Prepares a server to listen on 127.0.0.1 or elsewhere, and to stop cleanly. With 127.0.0.1 it also listens on ::1 if
 * the machine has it, because clients try that first for `localhost`.
 * To stop: answers say `Connection: close`, idle connections close at once, complete requests are finished, and
 * incomplete ones are cut after three seconds. The rest of a slow body is sent at once, and streams close.
 */
export function prepareToListen(app: FastifyInstance, connections: Connections, outgoing: Outgoing): Listen {
  const { server } = app;
  let onLoopback6: TwinServer | undefined;

  connections.watch(server);
  app.addHook('preClose', (done) => {
    onLoopback6?.close();
    connections.announceClose();
    outgoing.finish();
    setTimeout(() => {
      connections.cutHalfSent();
      outgoing.cut();
    }, HALF_SENT_MS).unref();
    done();
  });

  return async (host, port, keepRunning = true) => {
    const address = host === 'localhost' ? LOOPBACK : host;
    try {
      await app.listen({ host: address, port });
    } catch (cause) {
      throw unusableAddress(host, port, cause);
    }
    const socketAddress = server.address();
    const bound = typeof socketAddress === 'object' && socketAddress !== null ? socketAddress.port : port;
    if (address === LOOPBACK) onLoopback6 = await listenOnLoopback6(server, bound, port !== 0);
    if (!keepRunning) {
      connections.letProcessEnd();
      server.unref();
      onLoopback6?.unref();
    }
    return { port: bound, url: `http://${shownHost(address)}:${bound}` };
  };
}

/** Accepts connections on ::1 for the same server. A second listener of Fastify would lack its error handling. */
function listenOnLoopback6(server: Server, port: number, wanted: boolean): Promise<TwinServer> {
  const onLoopback6 = createServer({ allowHalfOpen: true, noDelay: true }, (socket) =>
    server.emit('connection', socket),
  );
  return new Promise((resolve, reject) => {
    onLoopback6.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EADDRINUSE' && wanted) reject(unusableAddress('::1', port, cause));
      else resolve(onLoopback6);
    });
    onLoopback6.listen({ host: '::1', port, ipv6Only: true }, () => resolve(onLoopback6));
  });
}

function unusableAddress(host: string, port: number, cause: unknown): unknown {
  // `listen` fails with a system error.
  const code = (cause as NodeJS.ErrnoException).code;
  if (code === 'EADDRINUSE') {
    return new Unusable(
      `Port ${port} on ${host} is in use. Stop the program that uses it, or choose another port with --port (0 = any free port).`,
      { cause },
    );
  }
  if (code === 'EACCES')
    return new Unusable(`This user may not listen on port ${port}. Use --port with a number above 1023.`, {
      cause,
    });
  if (
    code === 'EADDRNOTAVAIL' ||
    code === 'ENOTFOUND' ||
    code === 'EAI_AGAIN' ||
    code === 'EINVAL' ||
    code === 'EAFNOSUPPORT'
  ) {
    return new Unusable(
      `--host ${host} is not an address of this machine. Use 127.0.0.1, or 0.0.0.0 for all addresses.`,
      {
        cause,
      },
    );
  }
  return cause;
}

/** A host that clients can connect to; 0.0.0.0 and :: are not. */
function shownHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return LOOPBACK;
  return host.includes(':') ? `[${host}]` : host;
}
