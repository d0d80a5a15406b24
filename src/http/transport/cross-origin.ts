import type { FastifyReply, FastifyRequest } from 'fastify';
import { pathOf } from './arrival.ts';

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
   * Adds the headers that let the page read the answer.
   *
   * @returns whether the request was a preflight, which is answered with this
   */
  isPreflightAnswered({ raw: { headers, method, url = '/' } }: FastifyRequest, reply: FastifyReply): boolean {
    if (this.isOff || /^\/_mock(?:\/|$)/.test(pathOf(url))) return false;
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

/** What clients of the services read, besides the headers that every page may read. */
const EXPOSED = [
  'content-disposition',
  'etag',
  'link',
  'location',
  'nvcf-reqid',
  'nvcf-status',
  'retry-after',
  'www-authenticate',
  'x-mock-decision',
  'x-mock-fault',
  'x-mock-hint',
].join(', ');

/** How long a browser remembers the answer to a preflight, in seconds. */
const REMEMBERED = 600;
