import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '../../decisions/problem.ts';
import { formatOrigin, isLoopback, type KnownHosts, parseHostName, stripServiceName } from '../../lib/hosts.ts';
import { decodeAscii } from '../../lib/redact.ts';
import { pathOf } from './arrival.ts';

/** `known`: known host names; `admin`: with the admin token, too; `open`: any program; `framed`: also frames. */
export type Guard = 'admin' | 'known' | 'open' | 'framed';

const ADMIN_HEADER = 'x-mock-admin-token';

/** Sent by the mock's own pages: pages of other origins would need a preflight to send it. */
const CONSOLE_HEADER = 'x-mock-console';

/** Returns whether a path belongs to the control API. Decodes escape sequences, like the router. */
export function isControlPath(url = '/'): boolean {
  const path = url.includes('%') ? decodeAscii(pathOf(url)) : url;
  return path.startsWith('/_mock') && /^\/_mock(?:[/?]|$)/.test(path);
}

/** Prevents pages of other origins from embedding a response as a frame, image or script. */
export const NOT_FOR_PAGES = {
  'content-security-policy': "frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
} as const;

export function createOriginGuard({
  hosts,
  hostPatterns,
  publicUrl,
  adminToken,
  crossOrigin,
}: {
  readonly hosts: KnownHosts;
  /** Host name patterns of services, each up to the server's own name. */
  readonly hostPatterns: readonly RegExp[];
  readonly publicUrl: string | null;
  readonly adminToken: string | null;
  readonly crossOrigin: Pick<CrossOrigin, 'allows'>;
}) {
  const tokenHash = adminToken === null ? null : sha256(adminToken);
  const isKnown = (host: string): boolean => {
    if (hosts.has(host)) return true;
    const behind = stripServiceName(host, hostPatterns);
    return behind !== null && hosts.has(behind);
  };
  // Cached because consecutive requests nearly always have the same host.
  let lastHost = { host: '', isKnown: false };
  const isKnownHost = (host: string): boolean => {
    if (host !== lastHost.host) lastHost = { host, isKnown: isKnown(host) };
    return lastHost.isKnown;
  };
  const isTrustedOrigin = (origin: string | undefined, host: string) =>
    origin !== undefined && (isOriginOfMock(origin, host, publicUrl) || crossOrigin.allows(origin));
  /** Unless the host is loopback, browsers add `Sec-Fetch-Site` only for https, and no `Origin` to some GETs. */
  const mayBeFromOtherPage = ({ method, headers }: IncomingMessage, host: string) =>
    (method === 'GET' || method === 'HEAD') &&
    isBrowser(headers) &&
    headers['sec-fetch-site'] === undefined &&
    !isLoopback(host) &&
    headers[CONSOLE_HEADER] !== '1' &&
    !isTrustedOrigin(headers.origin, host) &&
    !(
      headers.referer !== undefined &&
      URL.canParse(headers.referer) &&
      isTrustedOrigin(new URL(headers.referer).origin, host)
    );
  const findProblem = (request: IncomingMessage, guard: Guard): Problem | null => {
    const { headers, url } = request;
    const isOpen = guard === 'open' || guard === 'framed';
    const host = headers.host ?? 'localhost';
    if (isKnownHost(host)) {
      if (isOpen && crossOrigin.allows(headers.origin)) return null;
      if (headers.origin !== undefined && !isOriginOfMock(headers.origin, host, publicUrl))
        return createForeignOriginProblem(isOpen);
      const isFrame = headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'iframe';
      if (isForOtherPage(headers) && !(guard === 'framed' && isFrame)) return createForeignOriginProblem(isOpen);
      if (isControlPath(url) && mayBeFromOtherPage(request, host)) {
        return new Problem(
          'foreign_page',
          'A browser sent the request, and under this host name it does not reveal for which page. Open the console at `/`, or use `127.0.0.1` or `localhost`.',
        );
      }
    } else if (!isOpen || isFromPage(headers)) return createUnknownHostProblem(host);
    return guard === 'admin' && tokenHash !== null ? checkAdminToken(headers, tokenHash) : null;
  };
  return {
    /**
     * Refuses requests of web pages, both through a host name rebound to this machine (DNS rebinding) and from another
     * origin, except for `--cors` origins and links that a person follows. Programs may use any host name. The control
     * API requires a known name, and the admin token if one is set.
     *
     * @throws Problem `foreign_page` or `no_admin_token`
     */
    check: (request: IncomingMessage, guard: Guard): void => {
      const problem = findProblem(request, guard);
      if (problem !== null) throw problem;
    },
    admits: (request: IncomingMessage, guard: Guard): boolean => findProblem(request, guard) === null,
  };
}

function checkAdminToken(headers: IncomingMessage['headers'], tokenHash: Buffer): Problem | null {
  // Some clients can send the token only as a bearer token.
  const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
  const token = headers[ADMIN_HEADER] ?? bearer;
  // Node joins the values of a custom header, so this is one string.
  if (token !== undefined && timingSafeEqual(sha256(String(token)), tokenHash)) return null;
  const isBearer = token !== undefined && headers[ADMIN_HEADER] === undefined;
  return new Problem(
    'no_admin_token',
    `The header \`${isBearer ? 'authorization' : ADMIN_HEADER}\` is ${token === undefined ? 'missing' : 'wrong'}. Send the token that the server was started with (\`--admin-token\`).`,
  );
}

/**
 * Returns whether a browser may have sent a request for a page. A rebound page over plain http sends no `Sec-Fetch-*`, and
 * its GETs have only `Referer` and `User-Agent`. `Sec-Fetch-Mode` alone proves nothing, because Node's `fetch` sends it.
 */
function isFromPage(headers: IncomingMessage['headers']): boolean {
  return (
    headers.origin !== undefined ||
    headers.referer !== undefined ||
    headers['sec-fetch-site'] !== undefined ||
    isBrowser(headers)
  );
}

function isBrowser(headers: IncomingMessage['headers']): boolean {
  return headers['user-agent']?.startsWith('Mozilla/') === true;
}

/**
 * Returns whether a browser sends a request for a page of another origin. Images, scripts and frames have no `Origin`,
 * but every browser sends `Sec-Fetch-Site` (https://www.w3.org/TR/fetch-metadata/). A link that a person follows may be on any page.
 */
function isForOtherPage(headers: IncomingMessage['headers']): boolean {
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return false;
  return headers['sec-fetch-mode'] !== 'navigate' || headers['sec-fetch-dest'] !== 'document';
}

function isOriginOfMock(origin: string, host: string, publicUrl: string | null): boolean {
  const normalized = origin.toLowerCase();
  return (
    normalized === formatOrigin('http', host) || normalized === formatOrigin('https', host) || normalized === publicUrl
  );
}

function createForeignOriginProblem(isOpen: boolean): Problem {
  const advice = isOpen
    ? 'Pages may call the mock only from its own origin. To let other pages call its services, start the server with `--cors ORIGIN`.'
    : "Pages may call this path only from the mock's own origin, even with `--cors`. Call it from a program, such as your test.";
  return new Problem('foreign_page', `A page of another origin sent the request. ${advice}`);
}

function createUnknownHostProblem(host: string): Problem {
  const name = parseHostName(host);
  const under = name === null ? 'this host name' : `the host name \`${name.slice(0, 100)}\``;
  return new Problem(
    'foreign_page',
    `The mock does not answer this request at ${under}. Use localhost or an IP address, or start the server with \`--alias NAME\`.`,
  );
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/** Adds CORS headers (https://fetch.spec.whatwg.org/#http-cors-protocol). The origin guard decides about calls. */
export class CrossOrigin {
  readonly #origins: ReadonlySet<string>;

  constructor(origins: readonly string[]) {
    this.#origins = new Set(origins);
  }

  allows(origin: string | undefined): boolean {
    return origin !== undefined && this.#origins.has(origin);
  }

  /** Adds CORS headers or, below `/_mock`, those that keep pages out. @returns whether it answered a preflight */
  answerPreflight({ raw: { headers, method, url } }: FastifyRequest, reply: FastifyReply): boolean {
    if (isControlPath(url)) {
      reply.headers(NOT_FOR_PAGES);
      return false;
    }
    if (this.#origins.size === 0) return false;
    reply.header('vary', 'Origin');
    const { origin = '' } = headers;
    if (!this.allows(origin)) return false;
    reply.headers({
      'access-control-allow-origin': origin,
      // No response depends on cookies. This only admits clients that always send credentials.
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': EXPOSED,
    });
    if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return false;
    reply.headers({
      'access-control-allow-methods': METHODS,
      'access-control-allow-headers': headers['access-control-request-headers'] ?? '',
      'access-control-max-age': String(PREFLIGHT_MAX_AGE_SECONDS),
    });
    reply.code(204).send();
    return true;
  }
}

/** Every method of the documents. */
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';

/** Response headers that clients of the services read, besides those that are always readable. */
const EXPOSED = [
  'content-disposition',
  'etag',
  'link',
  'location',
  'nvcf-reqid',
  'nvcf-status',
  'preference-applied',
  'retry-after',
  'www-authenticate',
  'x-mock-decision',
  'x-mock-fault',
  'x-mock-hint',
].join(', ');

const PREFLIGHT_MAX_AGE_SECONDS = 600;
