import { connect, type Socket } from 'node:net';
import { afterAll } from 'vitest';
import type { Answer } from './server.ts';

/** Longer than any response takes; beyond this the server hangs. */
const PATIENCE_MS = 10_000;

/** A response as received. */
export interface Reply extends Answer {
  /** Status line and headers, as received. */
  readonly head: string;
  /** The body as received. */
  readonly text: string;
}

/** A TCP connection to a server, byte by byte. */
export interface Line {
  /** Sends bytes. Bytes sent after the server has closed the connection are lost silently. */
  send(bytes: string | Uint8Array): void;
  /** Returns the next response; null if the server closes the connection instead. */
  reply(options?: { readonly toHead?: boolean }): Promise<Reply | null>;
  /** Waits until the server closes the connection, and returns the bytes after the last response. */
  closed(): Promise<string>;
  /** Half-closes the connection. */
  finish(): void;
  /** Destroys the connection. */
  drop(): void;
}

/** Opens a connection that is closed after the tests of the file. */
export async function openLine(port: number, host = '127.0.0.1'): Promise<Line> {
  const socket: Socket = connect({ port, host, allowHalfOpen: true, noDelay: true });
  let received: Buffer = Buffer.alloc(0);
  let isClosed = false;
  let news: () => void = () => {};
  const change = (act: () => void) => () => {
    act();
    news();
  };
  const close = change(() => {
    isClosed = true;
  });
  socket.on('data', (chunk) => change(() => (received = Buffer.concat([received, chunk])))());
  socket.on('error', close).on('end', close).on('close', close);
  await new Promise((resolve) => socket.once('connect', resolve).once('close', resolve));
  openLines.push(socket);

  const waitForNews = () =>
    new Promise<void>((resolve, reject) => {
      const silence = setTimeout(() => reject(new Error(`the server hangs; so far: ${received}`)), PATIENCE_MS);
      news = () => {
        clearTimeout(silence);
        resolve();
      };
    });

  return {
    send: (bytes) => {
      if (!isClosed && socket.writable) socket.write(bytes);
    },
    reply: async ({ toHead = false } = {}) => {
      for (;;) {
        const taken = takeReply(received, isClosed, toHead);
        if (taken !== null) {
          received = taken.rest;
          return taken.reply;
        }
        if (isClosed) return null;
        await waitForNews();
      }
    },
    closed: async () => {
      while (!isClosed) await waitForNews();
      socket.destroy();
      return received.toString('latin1');
    },
    finish: () => socket.end(),
    drop: () => socket.destroy(),
  };
}

const openLines: Socket[] = [];
afterAll(() => {
  for (const socket of openLines.splice(0)) socket.destroy();
});

/** Sends bytes on a new connection, and returns the first response. */
export async function send(port: number, bytes: string | Uint8Array, toHead = false): Promise<Reply> {
  const line = await openLine(port);
  line.send(bytes);
  const reply = await line.reply({ toHead });
  line.drop();
  if (reply === null) throw new Error('the server closed the line without an answer');
  return reply;
}

/** Encodes a request. Adds its length unless its headers define the end of the body. */
export function requestBytes(requestLine: string, headers: readonly string[], body: string | Uint8Array = ''): Buffer {
  const bytes = Buffer.from(body);
  const saysEnd = headers.some((header) => /^(?:content-length|transfer-encoding):/i.test(header));
  const length = bytes.length === 0 || saysEnd ? [] : [`Content-Length: ${bytes.length}`];
  const head = [`${requestLine} HTTP/1.1`, ...headers, ...length, '', ''].join('\r\n');
  return Buffer.concat([Buffer.from(head, 'latin1'), bytes]);
}

/** Encodes a chunked body (RFC 9112, 7.1). */
export function chunked(...parts: readonly string[]): string {
  return [...parts, '']
    .map((part) => `${Buffer.byteLength(part).toString(16)}\r\n${part}${part === '' ? '' : '\r\n'}`)
    .join('')
    .concat('\r\n');
}

/** Takes the first response from the received bytes; null if it is incomplete. */
function takeReply(received: Buffer, isClosed: boolean, toHead: boolean): { reply: Reply; rest: Buffer } | null {
  const end = received.indexOf('\r\n\r\n');
  if (end < 0) return null;
  const head = received.toString('latin1', 0, end);
  const [statusLine = '', ...lines] = head.split('\r\n');
  const status = Number(/^HTTP\/1\.1 (\d{3}) /.exec(statusLine)?.[1]);
  if (Number.isNaN(status)) throw new Error(`no answer begins with: ${statusLine}`);
  const headers: Record<string, string> = {};
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = line.slice(0, colon).toLowerCase();
    if (name in headers) throw new Error(`the answer has the header ${name} twice`);
    headers[name] = line.slice(colon + 1).trim();
  }
  const bodiless = toHead || status < 200 || status === 204;
  const taken = bodiless ? NO_BODY : takeBody(received.subarray(end + 4), headers, isClosed);
  if (taken === null) return null;
  const text = taken.body.toString('utf8');
  const decision = headers['x-mock-decision'];
  return {
    reply: {
      status,
      head,
      text,
      headers,
      body: /\bjson\b/.test(headers['content-type'] ?? '') && text !== '' ? JSON.parse(text) : undefined,
      decision: decision === undefined ? null : JSON.parse(decision),
    },
    rest: received.subarray(end + 4 + taken.length),
  };
}

/** A body, and its length on the wire. */
interface TakenBody {
  readonly body: Buffer;
  readonly length: number;
}

const NO_BODY: TakenBody = { body: Buffer.alloc(0), length: 0 };

/** Takes a body from the start of the received bytes; null if it is incomplete. */
function takeBody(received: Buffer, headers: Readonly<Record<string, string>>, isClosed: boolean): TakenBody | null {
  if (headers['transfer-encoding'] === 'chunked') return takeChunks(received);
  const length = Number(headers['content-length'] ?? received.length);
  const isComplete = headers['content-length'] === undefined ? isClosed : received.length >= length;
  return isComplete ? { body: received.subarray(0, length), length } : null;
}

function takeChunks(received: Buffer): TakenBody | null {
  const chunks: Buffer[] = [];
  for (let at = 0; ; ) {
    const lineEnd = received.indexOf('\r\n', at);
    const size = Number.parseInt(received.toString('latin1', at, lineEnd), 16);
    if (lineEnd >= 0 && Number.isNaN(size)) throw new Error('a chunk has no size');
    const start = lineEnd + 2;
    if (lineEnd < 0 || received.length < start + size + 2) return null;
    chunks.push(received.subarray(start, start + size));
    at = start + size + 2;
    if (size === 0) return { body: Buffer.concat(chunks), length: at };
  }
}
