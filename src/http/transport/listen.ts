import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import { createServer, type Server as NetServer } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { UserError } from '../../lib/errors.ts';
import { formatOrigin } from '../../lib/hosts.ts';
import { showValue } from '../../lib/redact.ts';
import { awaitEventLoopTurn, setTimeout } from '../../lib/time.ts';
import type { OpenStreams } from '../streams.ts';
import { type Connections, isTls } from './connections.ts';

/** How long a stopping server waits for incomplete requests, in milliseconds. */
const HALF_SENT_MS = 3000;
const LOOPBACK = '127.0.0.1';

/** The error codes of the system for a host that is not an address of this machine. */
const HOST_ERRORS: ReadonlySet<string | undefined> = new Set([
  'EADDRNOTAVAIL',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EINVAL',
  'EAFNOSUPPORT',
]);

type PortFlag = '--port' | '--http-port';

/** @param httpPort next to https @returns the URLs for users @throws UserError if an address is not available */
export type Listen = (
  host: string,
  port: number,
  keepRunning?: boolean,
  httpPort?: number | null,
) => Promise<{ readonly port: number; readonly url: string; readonly httpUrl: string | null }>;

/**
 * Prepares a server to listen, and to stop gracefully. On 127.0.0.1 it also listens on ::1 if the machine has it,
 * because clients try that first for `localhost`.
 *
 * On stop, queued connections are accepted, responses have `Connection: close`, and idle connections close immediately;
 * connections without a request close after 0.1 seconds. Complete requests are finished, and incomplete ones cut after
 * three seconds. The rest of a slow body is sent immediately, and streams end.
 */
export function prepareToListen(app: FastifyInstance, connections: Connections, streams: OpenStreams): Listen {
  const { server } = app;
  const scheme = isTls(server) ? 'https' : 'http';
  const otherListeners: NetServer[] = [];

  connections.watch(server);
  app.addHook('preClose', async () => {
    await acceptQueuedConnections(server);
    for (const listener of otherListeners) listener.close();
    connections.announceClose();
    streams.finish();
    setTimeout(() => {
      connections.cutHalfSent();
      streams.cut();
    }, HALF_SENT_MS).unref();
  });

  const listenForHttp = async (host: string, port: number) => {
    // An https server handles connections after their TLS handshake, so plain http connections can enter there.
    const forHttp = createListener(server, 'secureConnection');
    otherListeners.push(forHttp);
    await new Promise<void>((resolve, reject) => {
      forHttp.once('error', (cause) => reject(toListenError(host, port, cause, '--http-port')));
      forHttp.listen({ host, port }, resolve);
    });
    const bound = findPort(forHttp, port);
    if (host === LOOPBACK)
      otherListeners.push(await listenOnLoopback6(server, 'secureConnection', bound, port, '--http-port'));
    return formatOrigin('http', `${reachableHost(host)}:${bound}`);
  };

  return async (host, port, keepRunning = true, httpPort = null) => {
    const address = host === 'localhost' ? LOOPBACK : host;
    try {
      await app.listen({ host: address, port });
    } catch (cause) {
      throw toListenError(host, port, cause, '--port');
    }
    const bound = findPort(server, port);
    if (address === LOOPBACK) otherListeners.push(await listenOnLoopback6(server, 'connection', bound, port, '--port'));
    const httpUrl = httpPort === null ? null : await listenForHttp(address, httpPort);
    if (!keepRunning) {
      connections.letProcessEnd();
      server.unref();
      for (const listener of otherListeners) listener.unref();
    }
    return { port: bound, url: formatOrigin(scheme, `${reachableHost(address)}:${bound}`), httpUrl };
  };
}

/** Accepts connections on behalf of a server. A second Fastify listener would lack its error handling. */
function createListener(server: Server, event: 'connection' | 'secureConnection'): NetServer {
  return createServer({ allowHalfOpen: true, noDelay: true }, (socket) => server.emit(event, socket));
}

function findPort(server: NetServer, requested: number): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : requested;
}

/** @param requested the port that the user requested; 0: any */
function listenOnLoopback6(
  server: Server,
  event: 'connection' | 'secureConnection',
  port: number,
  requested: number,
  flag: PortFlag,
): Promise<NetServer> {
  const onLoopback6 = createListener(server, event);
  return new Promise((resolve, reject) => {
    onLoopback6.once('error', (cause: NodeJS.ErrnoException) => {
      if (cause.code === 'EADDRINUSE' && requested !== 0) reject(toListenError('::1', port, cause, flag));
      else resolve(onLoopback6);
    });
    onLoopback6.listen({ host: '::1', port, ipv6Only: true }, () => resolve(onLoopback6));
  });
}

function toListenError(host: string, port: number, cause: unknown, flag: PortFlag): unknown {
  // `listen` fails with a system error.
  const code = (cause as NodeJS.ErrnoException).code;
  let message: string;
  if (code === 'EADDRINUSE')
    message = `Port ${port} on ${host} is already in use. Stop the program that uses it, or choose another port with ${flag} (0 = any free port).`;
  else if (code === 'EACCES')
    message = `This user may not listen on port ${port}. Use ${flag} with a number above 1023.`;
  else if (HOST_ERRORS.has(code))
    message = `--host ${showValue(host)} is not an address of this machine. Use 127.0.0.1, or 0.0.0.0 for all addresses.`;
  else return cause;
  return new UserError(message, { cause });
}

/** Returns a host that clients can connect to, unlike 0.0.0.0 and ::. */
function reachableHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return LOOPBACK;
  return host.includes(':') ? `[${host}]` : host;
}

/** The maximum number of event loop turns to wait. A full accept queue needs fewer. */
const MAX_TURNS = 2000;

/**
 * The system resets queued connections whose clients may have sent requests, so accept them before the close.
 * Node accepts one per listener and turn. Requests are held meanwhile, so that turns are short.
 */
async function acceptQueuedConnections(server: Server): Promise<void> {
  if (!server.listening) return;
  let accepted = 0;
  const count = () => {
    accepted += 1;
  };
  const heldRequests: [IncomingMessage, ServerResponse][] = [];
  const hold: RequestListener = (...exchange) => heldRequests.push(exchange);
  // Only request listeners are registered for this event.
  const handlers = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request').on('request', hold);
  server.on('connection', count).on('secureConnection', count);
  // The rest of the current turn accepts nothing.
  await awaitEventLoopTurn();
  let acceptedBefore = -1;
  for (let turn = 0; turn < MAX_TURNS && accepted !== acceptedBefore; turn += 1) {
    acceptedBefore = accepted;
    await awaitEventLoopTurn();
  }
  server.off('connection', count).off('secureConnection', count);
  void awaitEventLoopTurn().then(() => {
    server.off('request', hold);
    for (const handler of handlers) server.on('request', handler);
    for (const exchange of heldRequests) server.emit('request', ...exchange);
  });
}
