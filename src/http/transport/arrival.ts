import type { IncomingMessage } from 'node:http';
import type { KnownHosts } from '../../core/hosts.ts';
import { Problem } from '../../core/problem.ts';

/** RFC 9112, 3.2.2: through a proxy, the target is a whole URL. */
const ABSOLUTE_FORM = /^https?:\/\/([^/?]*)/i;

/**
 * Reads a target in absolute form: it becomes a path, and its host name takes the place of the one in `Host`, before the
 * router sees either.
 */
export function readTarget(request: Pick<IncomingMessage, 'url' | 'headers'>): void {
  const absolute = request.url?.startsWith('/') === false ? ABSOLUTE_FORM.exec(request.url) : null;
  if (absolute === null) return;
  const [start, host] = absolute;
  const path = absolute.input.slice(start.length);
  request.url = path.startsWith('/') ? path : `/${path}`;
  request.headers.host = host;
}

/** The method whose operation answers: HEAD is a GET, whose body Node omits (RFC 9110, 9.3.2). */
export function methodOf({ method = 'GET' }: Pick<IncomingMessage, 'method'>): string {
  return method === 'HEAD' ? 'GET' : method;
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
