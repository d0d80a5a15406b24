import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { changeUrl } from './postgres.ts';

/** A network between a process and its database. */
export interface DatabaseProxy {
  /** The URL of the database through this network. */
  readonly url: string;
  /** Delivers data; drops it; or keeps it until it delivers data again. */
  mode: 'deliver' | 'drop' | 'hold';
  close(): Promise<void>;
}

/** @param database the URL of the database */
export async function startProxy(database: string): Promise<DatabaseProxy> {
  const sockets = new Set<Socket>();
  const held: (() => void)[] = [];
  let mode: DatabaseProxy['mode'] = 'deliver';
  const forward = (from: Socket, to: Socket) => {
    const deliver = (work: () => void) => {
      if (mode === 'hold') held.push(work);
      else if (mode === 'deliver') work();
    };
    sockets.add(from);
    from.on('data', (part) => deliver(() => to.write(part)));
    from.on('error', () => {});
    from.on('close', () => {
      sockets.delete(from);
      deliver(() => to.destroy());
    });
  };
  const server = createServer((client) => {
    const target = connect(Number(new URL(database).port), '127.0.0.1');
    forward(client, target);
    forward(target, client);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const setMode = (next: DatabaseProxy['mode']) => {
    mode = next;
    if (mode === 'deliver') for (const work of held.splice(0)) work();
  };
  return {
    url: changeUrl(database, { port: String((server.address() as AddressInfo).port) }),
    get mode() {
      return mode;
    },
    set mode(next) {
      setMode(next);
    },
    close: async () => {
      setMode('deliver');
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
