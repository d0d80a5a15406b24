import { originAt } from '../../addresses/hosts.ts';

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
  return uri.length <= MAX_URI && REDIRECT_URI.test(uri);
}

/** For messages. */
export const REDIRECT_URI_FORM =
  'an absolute URL without a fragment, a path of this server, a loopback URL without a port (`http://127.0.0.1/callback`) for any port, or `http://localhost:*` for any port and path';

const MAX_URI = 2000;

/** Also in the document of the control API. All is printable, without fragment or backslash. */
const REDIRECT_URI =
  /^(?:\/(?:[!-"$-.0-[\]-~][!-"$-[\]-~]*)?|http:\/\/(?:localhost|127\.0\.0\.1|\[::1\]):\*|https?:\/\/(?:[A-Za-z0-9._~-]+|\[[0-9a-f:.]+\])(?::\d{1,5})?(?:[/?][!-"$-[\]-~]*)?|(?!(?:https?|javascript|data|vbscript|blob|file|about):)[a-z][a-z0-9+.-]{0,40}:[!-"$-[\]-~]+)$/;

/**
 * Is it one of a client's? Redirect URIs are compared exactly as written, except for the ports of loopback addresses
 * (RFC 9700, 4.1.3; RFC 8252, 7.3). A client's may also be a path of this server.
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

/** What a registered loopback address matches besides itself, in Markdown; null for any other URI. */
export function describeLoopback(uri: string): string | null {
  const own = loopbackOf(uri);
  if (own === null || own.port !== undefined) return null;
  const also = own.host === 'localhost' ? '' : `, also of \`${uri.includes('[::1]') ? '127.0.0.1' : '[::1]'}\``;
  return `any port${own.rest === ANY ? ' and path' : ''}${also}`;
}

/** Stands for any port and path. */
const ANY = ':*';

/** All after the host is printable, without fragment or backslash. */
const LOOPBACK = /^http:\/\/(?:(localhost)|127\.0\.0\.1|\[::1\])(?::(\d{1,5}))?(:\*|(?:[/?][!-"$-[\]-~]*)?)$/;

/**
 * The parts of a loopback address; null for any other URI. Both addresses count as one host, because an app listens on
 * whichever its machine has.
 */
function loopbackOf(uri: string) {
  const [whole, host = 'address', port, rest] = LOOPBACK.exec(uri) ?? [];
  return whole === undefined ? null : { host, port, rest };
}

/** A client may write the default port of this server, which an origin never has. */
function withoutDefaultPort(uri: string): string {
  return uri.replace(/^(https?):\/\/([\w.:[\]-]+)/, (_origin, scheme: 'http' | 'https', host: string) =>
    originAt(scheme, host),
  );
}

/** Do pages of an origin belong to a client? They do if one of its redirect URIs has this origin. */
export function isOriginOf(known: readonly string[], pageOrigin: string, origin: string): boolean {
  return known.some((one) => {
    if (one.startsWith('/')) return pageOrigin === new URL(origin).origin;
    const path = one.replace(/^[a-z]+:\/\/[^/?]*/, '');
    return /^https?:/.test(one) && isRedirectOf([one], `${pageOrigin}${path}`, origin);
  });
}
