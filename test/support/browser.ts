import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find(existsSync);

/** The browser makes no connections of its own, and draws without a graphics card. */
const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-sync',
];

/** Does this machine have a browser? */
export const hasBrowser = CHROMIUM !== undefined;

/** A browser without a window, which reaches this machine only. @param proxy what it sends all of its requests to */
export function launch(proxy?: string): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM as string,
    args: CHROMIUM_ARGS,
    ...(proxy !== undefined && { proxy: { server: proxy, bypass: '<-loopback>' } }),
  });
}

/** A server of a test, on a free port. */
export interface Site {
  readonly port: number;
  close(): void;
}

/**
 * What DNS rebinding does to a browser: a name leads to the attacker's server first, and to the mock from then on, so the
 * attacker's page is of the origin that the mock answers under.
 *
 * @param page the attacker's, at `/attack`
 * @param mockPort where all other requests go
 */
export async function reboundName(page: string, mockPort: number): Promise<Site> {
  const server = createServer((incoming, outgoing) => {
    const { pathname, search } = new URL(incoming.url ?? '/', 'http://localhost');
    if (pathname === '/attack') {
      outgoing.writeHead(200, { 'content-type': 'text/html' }).end(page);
      return;
    }
    const { method, headers } = incoming;
    const onward = request({ port: mockPort, method, path: pathname + search, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers);
      answer.pipe(outgoing);
    });
    onward.on('error', () => outgoing.destroy());
    incoming.pipe(onward);
  });
  // Nothing but plain http is needed.
  server.on('connect', (_request: IncomingMessage, socket) => socket.destroy());
  return listening(server);
}

/** A server with the files of a folder, on whose root is `index.html`. */
export async function siteOf(folder: URL): Promise<Site> {
  return listening(
    createServer((incoming, outgoing) => {
      const { pathname } = new URL(incoming.url ?? '/', 'http://localhost');
      const file = new URL(pathname === '/' ? 'index.html' : pathname.slice(1), folder);
      if (!existsSync(file)) outgoing.writeHead(404).end();
      else outgoing.writeHead(200, { 'content-type': TYPES[extname(file.pathname)] }).end(readFileSync(file));
    }),
  );
}

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.json': 'application/json',
};

/** A server with one page. */
export async function siteWith(page: string): Promise<Site> {
  return listening(
    createServer((_request, response) => response.writeHead(200, { 'content-type': 'text/html' }).end(page)),
  );
}

async function listening(server: Server): Promise<Site> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    port,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
