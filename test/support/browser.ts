import { existsSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname } from 'node:path';
import { type Browser, chromium } from 'playwright-core';

/** The one without a window starts and draws in half the time. */
const CHROMIUM = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome']
  .map((name) => `/usr/bin/${name}`)
  .find(existsSync);

/** No background connections, and software rendering. */
const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--disable-background-networking',
  '--disable-sync',
];

/** Whether this machine has a browser. */
export const hasBrowser = CHROMIUM !== undefined;

/** Starts a headless browser that reaches only this machine. @param proxy the proxy for all its requests */
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
 * Simulates DNS rebinding: a name resolves to the attacker's server first and to the mock afterwards, so the attacker's
 * page has the origin of the mock.
 *
 * @param page the attacker's page, at `/attack`
 * @param mockPort receives all other requests
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
  // Only plain HTTP is needed.
  server.on('connect', (_request: IncomingMessage, socket) => socket.destroy());
  return listening(server);
}

/** Serves the files of a folder, with `index.html` at the root. */
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

/** Serves one page. */
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
