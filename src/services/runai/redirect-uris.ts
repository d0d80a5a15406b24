/** What `--redirect-uri` takes: a client id and a redirect URI, as `CLIENT=URI`. */
export function splitNamed(named: string): readonly [clientId: string, uri: string] {
  const at = named.indexOf('=');
  return [named.slice(0, at), named.slice(at + 1)];
}

/**
 * Can a client have it as a redirect URI (RFC 6749, 3.1.2)? An absolute URI without fragment, a loopback address with
 * any port, or a path of this server; nothing that a browser would execute.
 */
export function isRedirectUri(uri: string): boolean {
  return uri.length <= MOST_URI && REDIRECT_URI.test(uri);
}

/** For messages. */
export const REDIRECT_URI_FORM =
  'an absolute URL without a fragment, a path of this server, or `http://localhost:*` for any port of this machine';

const MOST_URI = 2000;

/** Also in the document of the control API. All is printable, without fragment or backslash. */
const REDIRECT_URI =
  /^(?:\/(?:[!-"$-.0-[\]-~][!-"$-[\]-~]*)?|http:\/\/(?:localhost|127\.0\.0\.1|\[::1\]):\*|https?:\/\/(?:[A-Za-z0-9._~-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?(?:[/?][!-"$-[\]-~]*)?|(?!(?:https?|javascript|data|vbscript|blob|file|about):)[a-z][a-z0-9+.-]{0,40}:[!-"$-[\]-~]+)$/;

/**
 * Is it one of a client's? Redirect URIs are compared exactly as written (RFC 9700, 4.1.3). A client's may also be a
 * path of this server, or a loopback address with any port and path (RFC 8252, 7.3).
 */
export function isRedirectOf(known: readonly string[], uri: string, origin: string): boolean {
  return known.some((one) => {
    if (one.startsWith('/')) return uri === `${origin}${one}`;
    if (!one.endsWith(':*')) return uri === one;
    const loopback = one.slice(0, -':*'.length);
    return uri.startsWith(loopback) && ANY_PORT_AND_PATH.test(uri.slice(loopback.length)) && URL.canParse(uri);
  });
}

/** The rest of a loopback URI after its host: printable, without fragment or backslash. */
const ANY_PORT_AND_PATH = /^(?::\d{1,5})?(?:[/?][!-"$-[\]-~]*)?$/;

/** Do pages of an origin belong to a client? They do if one of its redirect URIs has this origin. */
export function isOriginOf(known: readonly string[], pageOrigin: string, origin: string): boolean {
  return known.some((one) => {
    if (one.startsWith('/')) return pageOrigin === new URL(origin).origin;
    const path = one.replace(/^[a-z]+:\/\/[^/?]*/, '');
    return /^https?:/.test(one) && isRedirectOf([one], `${pageOrigin}${path}`, origin);
  });
}
