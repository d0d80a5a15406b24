import type { IncomingMessage } from 'node:http';
import type { KnownHosts } from '../../core/hosts.ts';
import { Problem } from '../../core/problem.ts';

/** RFC 9112, 3.2.2: through a proxy, the target is a whole URL. */
const ABSOLUTE_FORM = /^https?:\/\/([^/?]*)/i;

/**
 * Prepares a request before the router sees it. HEAD becomes GET (Node omits the body by itself), so that no route is
 * needed twice. A target in absolute form becomes a path, and its host name takes the place of the one in `Host`. The
 * headers that announce a body are removed, because Fastify would refuse a body that it cannot read before the caller is
 * known; our own `parse` step reads it, and `headerLines` still has the headers.
 */
export function prepareArrival(request: Pick<IncomingMessage, 'method' | 'url' | 'headers'>): void {
  if (request.method === 'HEAD') request.method = 'GET';
  const absolute = request.url?.startsWith('/') === false ? ABSOLUTE_FORM.exec(request.url) : null;
  if (absolute !== null) {
    const [start, host] = absolute;
    const path = absolute.input.slice(start.length);
    request.url = path.startsWith('/') ? path : `/${path}`;
    request.headers.host = host;
  }
  request.headers['content-type'] = undefined;
  request.headers['content-length'] = undefined;
  request.headers['transfer-encoding'] = undefined;
}

/** Header lines of one name (in lower case) as they were received, each by itself. */
export function headerLines({ rawHeaders }: IncomingMessage, name: string): string[] {
  const lines: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    // Node gives names and values in turn, so both are there.
    const key = rawHeaders[index] as string;
    if (key.length === name.length && key.toLowerCase() === name) lines.push(rawHeaders[index + 1] as string);
  }
  return lines;
}

/**
 * The scheme and authority by which the caller reached this server.
 *
 * @throws Problem if the `Host` header is missing, repeated or not valid
 */
export function originOf(request: IncomingMessage, publicUrl: string | null, hosts: KnownHosts): string {
  const [line = request.httpVersion === '1.0' ? 'localhost' : '', second] = headerLines(request, 'host');
  const { host = line } = request.headers;
  if (second !== undefined || !hosts.isName(line) || !hosts.isName(host)) {
    throw new Problem(
      'invalid_request',
      'The request must have one `Host` header: a host name with an optional port.',
      {
        close: true,
      },
    );
  }
  return publicUrl ?? `http://${host.toLowerCase()}`;
}

/** The path of a request target, without its query. */
export function pathOf(url: string | undefined): string {
  const target = url ?? '/';
  const end = target.indexOf('?');
  return end < 0 ? target : target.slice(0, end);
}
