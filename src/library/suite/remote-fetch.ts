import { request as requestByHttp } from 'node:http';
import { request as requestByHttps } from 'node:https';
import { isIP } from 'node:net';
import { BODILESS_STATUSES, createBodyStream, readBytes, toHeaders } from '../in-process.ts';

/** Creates a `fetch` that sends all requests to one server, whatever host they name, and returns redirects. */
export function createRemoteFetch(root: string) {
  const { protocol, hostname, port } = new URL(root);
  const server = { hostname: hostname.replace(/^\[|\]$/g, ''), port };
  // Not Node's `fetch`, which sends no other host than the URL's, and which tests replace.
  const send = protocol === 'https:' ? requestByHttps : requestByHttp;
  return async (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const target = typeof input === 'string' ? new URL(input, root) : input;
    const request = target instanceof Request && init === undefined ? target : new Request(target, init);
    const { signal, method } = request;
    signal.throwIfAborted();
    const { host, pathname, search } = new URL(request.url);
    const bytes = request.body === null ? null : await readBytes(request);
    const headers = new Headers(request.headers);
    // Those of this request follow from its body.
    for (const name of ['content-length', 'transfer-encoding']) headers.delete(name);
    return new Promise((resolve, reject) => {
      const options = {
        ...server,
        // By default, the certificate would have to be that of the `host` header.
        servername: isIP(server.hostname) === 0 ? server.hostname : '',
        method,
        path: `${pathname}${search}`,
        headers: { host, ...Object.fromEntries(headers), ...(bytes !== null && { 'content-length': bytes.length }) },
        signal,
      };
      const sent = send(options, (response) => {
        const { statusCode: status = 0 } = response;
        // A stream of events that nobody ends must not keep a runner waiting.
        if (response.headers['content-type']?.startsWith('text/event-stream') === true) response.socket.unref();
        const isWithoutBody = method === 'HEAD' || BODILESS_STATUSES.has(status);
        if (isWithoutBody) response.resume();
        const body = isWithoutBody ? null : createBodyStream(response, request);
        resolve(new Response(body, { status, headers: toHeaders(response) }));
      });
      // Keeps a reference to the request: its signal only follows the caller's signal while the request is alive.
      sent.on('error', (cause) =>
        reject(request.signal.aborted ? request.signal.reason : new TypeError('fetch failed', { cause })),
      );
      sent.end(bytes);
    });
  };
}
