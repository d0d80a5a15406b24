import type { IncomingMessage } from 'node:http';
import { createServer, type Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { createHostLookup } from '../../lib/hosts.ts';
import { WORLD_HEADER } from '../../lib/world-id.ts';
import { type Connections, isTls } from './connections.ts';

export interface ProductionPort {
  readonly port: number;
  /** Stops accepting connections; pending requests are answered. */
  close(): void;
}

/** @param scheme of the called URLs @param world null: selected by credential @param hosts as for `createHostLookup` */
export type OpenProductionPort = (
  scheme: 'http' | 'https',
  world: string | null,
  hosts: ReadonlyMap<string, string>,
) => Promise<ProductionPort>;

export function createProductionPorts(app: FastifyInstance, connections: Connections): OpenProductionPort {
  const { server, mock } = app;
  const worlds = new WeakMap<Socket, string>();
  const openPorts = new Set<ProductionPort>();
  /** Adds the header that names the world of the port, as if the client had sent it. */
  const nameWorld = ({ socket, headers, rawHeaders }: IncomingMessage) => {
    const world = worlds.get(socket);
    if (world === undefined || headers[WORLD_HEADER] !== undefined) return;
    headers[WORLD_HEADER] = world;
    rawHeaders.push(WORLD_HEADER, world);
  };
  app.addHook('preClose', async () => {
    for (const port of openPorts) port.close();
  });
  return async (scheme, world, hosts) => {
    const findService = createHostLookup(hosts);
    if (!server.listeners('request').includes(nameWorld)) server.prependListener('request', nameWorld);
    const sockets = new Set<Socket>();
    const listener = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      sockets.add(socket);
      socket.once('close', () => sockets.delete(socket));
      if (world !== null) worlds.set(socket, world);
      mock.addresses.mapHosts(socket, findService);
      // Like Node marks TLS sockets, so that responses use https URLs.
      if (scheme === 'https') Object.assign(socket, { encrypted: true });
      server.emit(isTls(server) ? 'secureConnection' : 'connection', socket);
    });
    await new Promise<void>((resolve, reject) => {
      listener.once('error', reject).listen({ host: '127.0.0.1', port: 0 }, resolve);
    });
    const productionPort: ProductionPort = {
      // A TCP server that listens has an address with a port.
      port: (listener.address() as { port: number }).port,
      close: () => {
        openPorts.delete(productionPort);
        listener.close();
        connections.end(sockets);
      },
    };
    connections.letProcessEnd();
    listener.unref();
    openPorts.add(productionPort);
    return productionPort;
  };
}
