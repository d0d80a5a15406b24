import { request as requestByHttp } from 'node:http';
import { request as requestByHttps } from 'node:https';
import { Readable } from 'node:stream';
import { BODILESS_STATUSES, toHeaders } from '../in-process.ts';

/** Creates a `fetch` that sends all requests to one server, whatever host they name, and returns redirects. */
export function createRemoteFetch(root: string) {
  const { protocol, hostname, port } = new URL(root);
  // Node's `fetch` does not send a host that differs from the URL's, and tests replace it.
  const send = protocol === 'https:' ? requestByHttps : requestByHttp;
  return async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const request = new Request(typeof input === 'string' ? new URL(input, root) : input, init);
    const { signal, method } = request;
    signal.throwIfAborted();
    const { host, pathname, search } = new URL(request.url);
    const body = Buffer.from(await request.arrayBuffer());
    const headers = {
      ...Object.fromEntries(request.headers),
      host,
      ...(request.body !== null && { 'content-length': body.length }),
    };
    return new Promise((resolve, reject) => {
      const options = {
        hostname: hostname.replace(/^\[|\]$/g, ''),
        port,
        path: `${pathname}${search}`,
        method,
        headers,
      };
      send({ ...options, signal }, (response) => {
        const { statusCode: status = 0 } = response;
        // A stream of events that nobody ends must not keep a runner waiting.
        if (response.headers['content-type']?.startsWith('text/event-stream') === true) response.socket.unref();
        const isWithoutBody = method === 'HEAD' || BODILESS_STATUSES.has(status);
        if (isWithoutBody) response.resume();
        // Node's two types for web streams differ.
        const stream = isWithoutBody ? null : (Readable.toWeb(response) as unknown as ReadableStream);
        resolve(new Response(stream, { status, headers: toHeaders(response) }));
      })
        .on('error', (cause) => reject(signal.aborted ? signal.reason : new TypeError('fetch failed', { cause })))
        .end(body);
    });
  };
}
