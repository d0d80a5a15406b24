import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { behindServiceName, hostName, isLoopback, type KnownHosts, originAt } from '../../addresses/hosts.ts';
import { Problem } from '../../decisions/problem.ts';
import { decodeAscii } from '../../text/redact.ts';
import { pathOf } from './arrival.ts';

/**
 * Who may call a route: `admin`: known host names with the admin token; `known`: known host names; `open`: any program;
 * `framed`: also the frames of any page.
 */
export type Guard = 'admin' | 'known' | 'open' | 'framed';

/** Protects the server from web pages and unknown host names. */
export interface OriginGuard {
  /**
   * No web page may call the mock: neither through a host name that was rebound to this machine (DNS rebinding), nor
   * from another origin, unless it is one of `--cors` or a person follows its link. Programs may, under any name. The control API is open only
   * under known names, and with the admin token if one is set.
   *
   * @throws Problem `foreign_page` or `no_admin_token`
   */
  check(request: IncomingMessage, guard: Guard): void;
  /** Would `check` admit the request? */
  admits(request: IncomingMessage, guard: Guard): boolean;
}

export interface OriginGuardParts {
  readonly hosts: KnownHosts;
  /** Host names of services, each up to the server's own name. */
  readonly hostPatterns: readonly RegExp[];
  readonly publicUrl: string | null;
  readonly adminToken: string | null;
  /** The origins whose pages may call the services. */
  readonly crossOrigin: Pick<CrossOrigin, 'allows'>;
}

/** The header of the admin token. */
const ADMIN_HEADER = 'x-mock-admin-token';

/** The header that the mock's own pages send: pages of other origins cannot, without the consent of a preflight. */
const CONSOLE_HEADER = 'x-mock-console';

/** Does the router lead this path to the control API? It decodes escape sequences. */
export function isControlPath(url = '/'): boolean {
  const path = url.includes('%') ? decodeAscii(pathOf(url)) : url;
  return path.startsWith('/_mock') && /^\/_mock(?:[/?]|$)/.test(path);
}

/** Keeps an answer out of pages of other origins, as a frame, an image or a script. */
export const NOT_FOR_PAGES = {
  'content-security-policy': "frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
} as const;

export function originGuardOf({
  hosts,
  hostPatterns,
  publicUrl,
  adminToken,
  crossOrigin,
}: OriginGuardParts): OriginGuard {
  const tokenHash = adminToken === null ? null : sha256(adminToken);
  const isKnown = (host: string): boolean => {
    if (hosts.has(host)) return true;
    const behind = behindServiceName(host, hostPatterns);
    return behind !== null && hosts.has(behind);
  };
  // Nearly every request has the same host as the one before.
  let last = { host: '', known: false };
  const isKnownHost = (host: string): boolean => {
    if (host !== last.host) last = { host, known: isKnown(host) };
    return last.known;
  };
  /** Is this the origin of a page of ours, or of one that `--cors` allows? */
  const isOfFriend = (origin: string | undefined, host: string) =>
    origin !== undefined && (isOwn(origin, host, publicUrl) || crossOrigin.allows(origin));
  /**
   * Can a browser have sent it for a page of another origin without saying so? Under a host that is not loopback, it adds
   * `Sec-Fetch-Site` only to https, and to a GET for an image or a frame no `Origin`.
   */
  const mayBeOfOtherPage = ({ method, headers }: IncomingMessage, host: string) =>
    (method === 'GET' || method === 'HEAD') &&
    isBrowser(headers) &&
    headers['sec-fetch-site'] === undefined &&
    !isLoopback(host) &&
    headers[CONSOLE_HEADER] !== '1' &&
    !isOfFriend(headers.origin, host) &&
    !isOfFriend(originIn(headers.referer), host);
  const faultOf = (request: IncomingMessage, guard: Guard): Problem | null => {
    const { headers, url } = request;
    const isOpen = guard === 'open' || guard === 'framed';
    const host = headers.host ?? 'localhost';
    if (isKnownHost(host)) {
      if (isOpen && crossOrigin.allows(headers.origin)) return null;
      if (headers.origin !== undefined && !isOwn(headers.origin, host, publicUrl)) return foreignOrigin(isOpen);
      if (isLoadedElsewhere(headers) && !(guard === 'framed' && isFrame(headers))) return foreignOrigin(isOpen);
      if (isControlPath(url) && mayBeOfOtherPage(request, host)) return unknownPage();
    } else if (!isOpen || isFromPage(headers)) return unknownHost(host);
    if (guard !== 'admin' || tokenHash === null) return null;
    // Prometheus and others send what they have as a bearer token.
    const bearer = /^Bearer +(\S+) *$/i.exec(headers.authorization ?? '')?.[1];
    const given = headers[ADMIN_HEADER] ?? bearer;
    if (given === undefined) return noAdminToken(ADMIN_HEADER, 'missing');
    // Node joins the values of a header that it does not know, so this is one text.
    if (timingSafeEqual(sha256(String(given)), tokenHash)) return null;
    return noAdminToken(headers[ADMIN_HEADER] === undefined ? 'authorization' : ADMIN_HEADER, 'wrong');
  };
  return {
    check: (request, guard) => {
      const fault = faultOf(request, guard);
      if (fault !== null) throw fault;
    },
    admits: (request, guard) => faultOf(request, guard) === null,
  };
}

/**
 * May a browser have sent it for a page? Requests of a rebound page to plain http have no `Sec-Fetch-*`, and its GETs
 * only `Referer` and the browser's name. `Sec-Fetch-Mode` alone proves nothing, because Node's own fetch sends it.
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

function originIn(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).origin : undefined;
}

/**
 * Does a browser load it for a page of another origin? Images, scripts and frames have no `Origin`, but every browser
 * sends `Sec-Fetch-Site` (https://www.w3.org/TR/fetch-metadata/). A link that a person follows may come from anywhere.
 */
function isLoadedElsewhere(headers: IncomingMessage['headers']): boolean {
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return false;
  return headers['sec-fetch-mode'] !== 'navigate' || headers['sec-fetch-dest'] !== 'document';
}

function isFrame(headers: IncomingMessage['headers']): boolean {
  return headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'iframe';
}

function isOwn(origin: string, host: string, publicUrl: string | null): boolean {
  const given = origin.toLowerCase();
  return given === originAt('http', host) || given === originAt('https', host) || given === publicUrl;
}

function foreignOrigin(isOpen: boolean): Problem {
  const advice = isOpen
    ? 'Pages may call the mock only from its own origin; start the server with `--cors ORIGIN` for those that may call its services.'
    : "Pages may call this path only from the mock's own origin, also with `--cors`; call it from a program, such as your test.";
  return new Problem('foreign_page', `A page of another origin sent the request. ${advice}`);
}

function unknownPage(): Problem {
  return new Problem(
    'foreign_page',
    'A browser sent the request without saying for which page, which it does not say under this host name. Open the console at `/`, or use `127.0.0.1` or `localhost`.',
  );
}

function unknownHost(host: string): Problem {
  const name = hostName(host);
  const under = name === null ? 'this host name' : `the host name \`${name.slice(0, 100)}\``;
  return new Problem(
    'foreign_page',
    `The mock does not answer this request under ${under}. Use localhost or an IP address, or start the server with \`--alias NAME\`.`,
  );
}

function noAdminToken(header: string, fault: 'missing' | 'wrong'): Problem {
  return new Problem(
    'no_admin_token',
    `The header \`${header}\` is ${fault}. Send the token that the server was started with (\`--admin-token\`).`,
  );
}

function sha256(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

/**
 * Lets pages of chosen origins read what the services answer (CORS, https://fetch.spec.whatwg.org/#http-cors-protocol).
 * Whether such a page may call at all is what the origin guard says; the control API is never open to one.
 */
export class CrossOrigin {
  readonly #origins: ReadonlySet<string>;

  constructor(origins: readonly string[]) {
    this.#origins = new Set(origins);
  }

  get isOff(): boolean {
    return this.#origins.size === 0;
  }

  /** Is it the origin of a page that may call the services? */
  allows(origin: string | undefined): boolean {
    return origin !== undefined && this.#origins.has(origin);
  }

  /**
   * Adds the headers that let a page read the answer or, below `/_mock`, those that keep it out of pages.
   *
   * @returns whether the request was a preflight, which is answered with this
   */
  isPreflightAnswered({ raw: { headers, method, url } }: FastifyRequest, reply: FastifyReply): boolean {
    if (isControlPath(url)) {
      reply.headers(NOT_FOR_PAGES);
      return false;
    }
    if (this.isOff) return false;
    reply.header('vary', 'Origin');
    const { origin = '' } = headers;
    if (!this.allows(origin)) return false;
    reply.headers({
      'access-control-allow-origin': origin,
      // No answer depends on cookies; this only lets in clients that send them to everybody.
      'access-control-allow-credentials': 'true',
      'access-control-expose-headers': EXPOSED,
    });
    if (method !== 'OPTIONS' || headers['access-control-request-method'] === undefined) return false;
    reply.headers({
      'access-control-allow-methods': METHODS,
      'access-control-allow-headers': headers['access-control-request-headers'] ?? '',
      'access-control-max-age': String(REMEMBERED),
    });
    reply.code(204).send();
    return true;
  }
}

/** Every method of the documents. */
const METHODS = 'GET, HEAD, POST, PUT, PATCH, DELETE';

/** The headers that clients of the services read, in addition to those that every page may read. */
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

/** How long a browser remembers the answer to a preflight, in seconds. */
const REMEMBERED = 600;
