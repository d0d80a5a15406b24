import type { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { Problem } from '../../decisions/problem.ts';
import { formatOrigin, type KnownHosts } from '../../lib/hosts.ts';

/** RFC 9112, 3.2.2: requests to a proxy have a whole URL as the target. */
const ABSOLUTE_FORM = /^https?:\/\/([^/?]*)/i;

/** Converts a target in absolute form to a path. Its host replaces the `Host` header before routing. */
export function readTarget(request: Pick<IncomingMessage, 'url' | 'headers'>): void {
  const absolute = request.url?.startsWith('/') === false ? ABSOLUTE_FORM.exec(request.url) : null;
  if (absolute === null) return;
  const [start, host] = absolute;
  const path = absolute.input.slice(start.length);
  request.url = path.startsWith('/') ? path : `/${path}`;
  request.headers.host = host;
}

/** Returns the method to route by: HEAD is routed as GET, and Node omits the body (RFC 9110, 9.3.2). */
export function methodOf({ method = 'GET' }: Pick<IncomingMessage, 'method'>): string {
  return method === 'HEAD' ? 'GET' : method;
}

/** @param name in lower case */
export function headerLines({ rawHeaders }: IncomingMessage, name: string): string[] {
  const lines: string[] = [];
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const key = rawHeaders[index] ?? '';
    if (key.length === name.length && key.toLowerCase() === name) lines.push(rawHeaders[index + 1] ?? '');
  }
  return lines;
}

interface Names {
  readonly publicUrl: string | null;
  readonly hosts: KnownHosts;
  readonly isTls: boolean;
}

/** Schemes and authorities for a request. */
export interface RequestOrigins {
  /** The scheme and authority that the client called. */
  readonly calledUrl: string;
  /** For URLs in responses: the public URL, or what the client called. */
  readonly baseUrl: string;
}

/** @throws Problem if the `Host` header is invalid */
export function readOrigins(request: IncomingMessage, { publicUrl, hosts, isTls }: Names): RequestOrigins {
  const [line = request.httpVersion === '1.0' ? 'localhost' : '', second] = headerLines(request, 'host');
  const { host = line } = request.headers;
  // Injected requests have no socket, so they get the scheme of the server's URL.
  const isEncrypted = request.socket instanceof Socket ? 'encrypted' in request.socket : isTls;
  if (second !== undefined || !hosts.isName(line) || !hosts.isName(host)) {
    const message = 'The request must have one `Host` header: a host name with an optional port.';
    throw new Problem('invalid_request', message, { close: true });
  }
  const calledUrl = formatOrigin(isEncrypted ? 'https' : 'http', host);
  return { calledUrl, baseUrl: publicUrl ?? calledUrl };
}

/** Returns the base of URLs in responses. @throws Problem if the `Host` header is invalid */
export function originOf(request: IncomingMessage, names: Names): string {
  return readOrigins(request, names).baseUrl;
}

export function pathOf(url: string | undefined): string {
  const target = url ?? '/';
  const end = target.indexOf('?');
  return end < 0 ? target : target.slice(0, end);
}

/** The pattern by which Node recognizes the expectation. */
const CONTINUE = /(?:^|\W)100-continue(?:$|\W)/i;

/** The client sends no body before `100 Continue` (RFC 9110, 10.1.1). Without it, Node closes the connection. */
export function waitsForContinue({ headers: { expect }, httpVersion, socket }: IncomingMessage): boolean {
  return expect !== undefined && httpVersion === '1.1' && socket instanceof Socket && CONTINUE.test(expect);
}
