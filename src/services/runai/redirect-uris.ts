import { originAt } from '../../addresses/hosts.ts';

/** Splits the `CLIENT=URI` of `--redirect-uri`. */
export function splitNamed(named: string): readonly [clientId: string, uri: string] {
  const at = named.indexOf('=');
  return [named.slice(0, at), named.slice(at + 1)];
}

/**
 * Checks that a client can have this redirect URI (RFC 6749, 3.1.2): an absolute URI without fragment, a loopback
 * address with any port, or a path of this server. Refuses schemes that a browser would execute.
 */
export function isRedirectUri(uri: string): boolean {
  return uri.length <= MAX_URI && REDIRECT_URI.test(uri);
}

/** Describes valid redirect URIs in messages. */
export const REDIRECT_URI_FORM =
  'an absolute URL without a fragment, a path of this server, a loopback URL without a port (`http://127.0.0.1/callback`) for any port, or `http://localhost:*` for any port and path';

const MAX_URI = 2000;

/** The control API document has the same pattern. Printable ASCII, without fragment or backslash. */
const REDIRECT_URI =
  /^(?:\/(?:[!-"$-.0-[\]-~][!-"$-[\]-~]*)?|http:\/\/(?:localhost|127\.0\.0\.1|\[::1\]):\*|https?:\/\/(?:[A-Za-z0-9._~-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?(?:[/?][!-"$-[\]-~]*)?|(?!(?:https?|javascript|data|vbscript|blob|file|about):)[a-z][a-z0-9+.-]{0,40}:[!-"$-[\]-~]+)$/;

/**
 * Checks that a client has this redirect URI. URIs are compared exactly, except for loopback ports (RFC 9700,
 * 4.1.3; RFC 8252, 7.3) and paths of this server.
 */
export function isRedirectOf(known: readonly string[], uri: string, origin: string): boolean {
  const target = loopbackOf(uri);
  return known.some((one) => {
    if (one.startsWith('/')) return withoutDefaultPort(uri) === `${origin}${one}`;
    const own = loopbackOf(one);
    if (own === null || own.port !== undefined) return uri === one;
    if (target === null || !URL.canParse(uri)) return false;
    return own.host === target.host && (own.rest === ANY || own.rest === target.rest);
  });
}

/** Describes in Markdown what else a registered loopback address matches; null for other URIs. */
export function describeLoopback(uri: string): string | null {
  const own = loopbackOf(uri);
  if (own === null || own.port !== undefined) return null;
  const also = own.host === 'localhost' ? '' : `, also of \`${uri.includes('[::1]') ? '127.0.0.1' : '[::1]'}\``;
  return `any port${own.rest === ANY ? ' and path' : ''}${also}`;
}

/** Matches any port and path. */
const ANY = ':*';

/** Only printable ASCII after the host, without fragment or backslash. */
const LOOPBACK = /^http:\/\/(?:(localhost)|127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?(:\*|(?:[/?][!-"$-[\]-~]*)?)$/;

/**
 * Returns the parts of a loopback address; null for other URIs. IPv4 and IPv6 count as the same host, because apps
 * listen on either.
 */
function loopbackOf(uri: string) {
  const [whole, host = 'address', port, rest] = LOOPBACK.exec(uri) ?? [];
  return whole === undefined ? null : { host, port, rest };
}

/** Removes a default port, which origins do not have but a client may send. */
function withoutDefaultPort(uri: string): string {
  return uri.replace(/^(https?):\/\/([\w.:[\]-]+)/, (_origin, scheme: 'http' | 'https', host: string) =>
    originAt(scheme, host),
  );
}

/** Checks that one of a client's redirect URIs has this origin. */
export function isOriginOf(known: readonly string[], pageOrigin: string, origin: string): boolean {
  return known.some((one) => {
    if (one.startsWith('/')) return pageOrigin === new URL(origin).origin;
    const path = one.replace(/^[a-z]+:\/\/[^/?]*/, '');
    return /^https?:/.test(one) && isRedirectOf([one], `${pageOrigin}${path}`, origin);
  });
}
