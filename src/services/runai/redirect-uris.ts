import { formatOrigin } from '../../lib/hosts.ts';

/** A value of `--redirect-uri`: a client and one of its redirect URIs. */
export interface ClientUri {
  readonly clientId: string;
  readonly uri: string;
}

export function splitClientUri(clientUri: string): ClientUri {
  const separator = clientUri.indexOf('=');
  return { clientId: clientUri.slice(0, separator), uri: clientUri.slice(separator + 1) };
}

/**
 * Returns whether a client can have this redirect URI (RFC 6749, 3.1.2): an absolute URI without fragment, a loopback
 * address with any port, or a path of this server. Schemes that a browser would execute are not allowed.
 */
export function isRedirectUri(uri: string): boolean {
  return uri.length <= MAX_URI_LENGTH && REDIRECT_URI_PATTERN.test(uri);
}

export const REDIRECT_URI_FORM =
  'an absolute URL without a fragment, a path of this server, a loopback URL without a port (`http://127.0.0.1/callback`) for any port, or `http://localhost:*` for any port and path';

const MAX_URI_LENGTH = 2000;

/**
 * Matches, in this order: a path of this server, a loopback host with `:*`, a URL, and a URI with another scheme. Each
 * is printable ASCII without a fragment or a backslash. The document of the control API has the same pattern.
 */
const REDIRECT_URI_PATTERN =
  /^(?:\/(?:[!-"$-.0-[\]-~][!-"$-[\]-~]*)?|http:\/\/(?:localhost|127\.0\.0\.1|\[::1\]):\*|https?:\/\/(?:[A-Za-z0-9._~-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?(?:[/?][!-"$-[\]-~]*)?|(?!(?:https?|javascript|data|vbscript|blob|file|about):)[a-z][a-z0-9+.-]{0,40}:[!-"$-[\]-~]+)$/;

/**
 * Compares URIs exactly, except for loopback ports (RFC 9700, 4.1.3; RFC 8252, 7.3) and paths of this server.
 *
 * @param registered the redirect URIs of the client
 * @param origin scheme and authority of this server
 */
export function isRedirectOf(registered: readonly string[], uri: string, origin: string): boolean {
  const target = parseLoopback(uri);
  return registered.some((redirectUri) => {
    if (redirectUri.startsWith('/')) return withoutDefaultPort(uri) === `${origin}${redirectUri}`;
    const loopback = parseLoopback(redirectUri);
    if (loopback === null || loopback.port !== undefined) return uri === redirectUri;
    if (target === null || !URL.canParse(uri)) return false;
    return loopback.host === target.host && (loopback.rest === ANY_PORT_AND_PATH || loopback.rest === target.rest);
  });
}

/** Describes in Markdown which further addresses a registered loopback address matches; null for other URIs. */
export function describeLoopback(uri: string): string | null {
  const loopback = parseLoopback(uri);
  if (loopback === null || loopback.port !== undefined) return null;
  const extent = loopback.rest === ANY_PORT_AND_PATH ? 'any port and path' : 'any port';
  if (loopback.host === 'localhost') return extent;
  return `${extent}, also of \`${uri.includes('[::1]') ? '127.0.0.1' : '[::1]'}\``;
}

/** The rest of a registered loopback address that matches any port and path. */
const ANY_PORT_AND_PATH = ':*';

/** Captures the name `localhost`, the port and the rest: printable ASCII without a fragment or a backslash. */
const LOOPBACK_PATTERN = /^http:\/\/(?:(localhost)|127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?(:\*|(?:[/?][!-"$-[\]-~]*)?)$/;

/** Null for other URIs. IPv4 and IPv6 count as the same host, because apps listen on either. */
function parseLoopback(uri: string) {
  const [whole, host = 'address', port, rest] = LOOPBACK_PATTERN.exec(uri) ?? [];
  return whole === undefined ? null : { host, port, rest };
}

/** Removes a default port, which origins do not have but a client may send. */
function withoutDefaultPort(uri: string): string {
  return uri.replace(/^(https?):\/\/([\w.:[\]-]+)/, (_origin, scheme: 'http' | 'https', host: string) =>
    formatOrigin(scheme, host),
  );
}

/** Returns whether one of a client's redirect URIs has the origin of a page. @param origin that of this server */
export function isOriginOf(registered: readonly string[], pageOrigin: string, origin: string): boolean {
  return registered.some((redirectUri) => {
    if (redirectUri.startsWith('/')) return pageOrigin === new URL(origin).origin;
    const path = redirectUri.replace(/^[a-z]+:\/\/[^/?]*/, '');
    return /^https?:/.test(redirectUri) && isRedirectOf([redirectUri], `${pageOrigin}${path}`, origin);
  });
}
