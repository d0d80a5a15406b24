import { request } from 'node:http';
import type { Answer, TestServer } from './server.ts';

/** The options that libraries pass to `fetch`. */
interface FetchOptions {
  readonly method?: string | undefined;
  readonly headers?: unknown;
  readonly body?: unknown;
}

/**
 * Returns a `fetch` that connects to a server whatever the host in the URL, like a resolver with a TLS proxy: the host
 * is only in the request. It follows no redirects.
 */
export function fetchThrough(port: number): (url: string | URL, options?: FetchOptions) => Promise<Response> {
  return (url, { method = 'GET', headers, body } = {}) =>
    new Promise((resolve, reject) => {
      const { host, pathname, search } = new URL(url);
      const given = Object.fromEntries(new Headers(headers as Record<string, string>));
      const sent = request(
        { host: '127.0.0.1', port, method, path: `${pathname}${search}`, headers: { ...given, host } },
        (answer) => {
          const parts: Buffer[] = [];
          answer.on('data', (part: Buffer) => parts.push(part)).on('error', reject);
          answer.on('end', () => {
            const status = answer.statusCode ?? 0;
            const lines = Object.entries(answer.headers).flatMap(([name, value]) =>
              [value ?? []].flat().map((one): [string, string] => [name, one]),
            );
            resolve(
              new Response([204, 304].includes(status) ? null : Buffer.concat(parts), { status, headers: lines }),
            );
          });
        },
      );
      sent.on('error', reject).end(body === undefined || body === null ? undefined : bytesOf(body));
    });
}

function bytesOf(body: unknown): string | Uint8Array {
  return body instanceof Uint8Array ? body : String(body);
}

/** Sends requests below a URL, with the interface of in-process tests. */
export function callsBelow(
  base: string,
  through: ReturnType<typeof fetchThrough>,
  always: Readonly<Record<string, string>> = {},
): TestServer['call'] {
  return async (call, { token, body, headers = {} } = {}): Promise<Answer> => {
    const [method, path] = call.split(' ') as [string, string];
    const response = await through(`${base}${path}`, {
      method,
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...always,
        ...headers,
      },
      ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    const text = await response.text();
    const type = response.headers.get('content-type') ?? '';
    const decision = response.headers.get('x-mock-decision');
    return {
      status: response.status,
      body: text === '' ? undefined : type.includes('json') ? JSON.parse(text) : text,
      headers: Object.fromEntries(response.headers),
      decision: decision === null ? null : JSON.parse(decision),
    };
  };
}
