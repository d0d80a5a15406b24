import { Agent, type IncomingHttpHeaders, request } from 'node:http';
import { readStopwatch } from '../../src/lib/clock.ts';

/** The optional parts of a request. */
export interface Sent {
  readonly token?: string | undefined;
  /** Sent as JSON. */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Received {
  readonly status: number;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every form
  readonly body: any;
  readonly headers: IncomingHttpHeaders;
  /** The parsed `x-mock-decision` header; null without it. */
  // biome-ignore lint/suspicious/noExplicitAny: as above
  readonly decision: any;
  /** Duration in milliseconds. */
  readonly took: number;
}

/** A client with keep-alive connections. */
export interface Client {
  /** Sends a request such as `GET /path`. @throws if the connection breaks before the complete response */
  call(request: string, sent?: Sent): Promise<Received>;
  close(): void;
}

/** Longer than any response takes. */
const PATIENCE_MS = 20_000;

export function clientOf(port: number): Client {
  // Close idle connections before the server does, which would look like a crash.
  const agent = new Agent({ keepAlive: true, maxSockets: 128, timeout: PATIENCE_MS });
  return {
    close: () => agent.destroy(),
    call: (what, { token, body, headers } = {}) =>
      new Promise((resolve, reject) => {
        const [method, path] = what.split(' ') as [string, string];
        const text = body === undefined ? undefined : JSON.stringify(body);
        const start = readStopwatch();
        const sent = request({
          agent,
          host: '127.0.0.1',
          port,
          method,
          path,
          headers: {
            ...(token !== undefined && { authorization: `Bearer ${token}` }),
            ...(text !== undefined && {
              'content-type': 'application/json',
              'content-length': Buffer.byteLength(text),
            }),
            ...headers,
          },
        });
        sent.once('error', reject).once('timeout', () => sent.destroy(new Error(`no answer to ${what}`)));
        sent.once('response', (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part)).once('error', reject);
          answer.once('end', () => {
            const whole = Buffer.concat(parts).toString('utf8');
            const isJson = /json/.test(String(answer.headers['content-type']));
            const decision = answer.headers['x-mock-decision'];
            resolve({
              status: answer.statusCode ?? 0,
              body: whole === '' ? undefined : isJson ? JSON.parse(whole) : whole,
              headers: answer.headers,
              decision: decision === undefined ? null : JSON.parse(String(decision)),
              took: readStopwatch() - start,
            });
          });
        });
        sent.end(text);
      }),
  };
}
