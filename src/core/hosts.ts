/** Which host names lead to this server. */
export interface KnownHosts {
  /** Is this a host name at all, with an optional port? */
  isName(host: string): boolean;
  /** Is this a name of ours: an IP literal, `localhost`, the host of the public URL, or an alias? The port does not matter. */
  has(host: string): boolean;
  /**
   * Does this name certainly mean this server: `localhost` or a loopback address, the public URL's host, an alias? Any
   * other address could be another machine's.
   */
  isOwn(host: string): boolean;
  /**
   * The label before a known name, such as `acme` of `acme.localhost`: a world's own host. Null for a known name
   * itself, for an IP address, and for any other name. `x.invocation.localhost` has none, because two labels come
   * before the known name.
   */
  labelOf(host: string): string | null;
}

const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?\.?)(?::(\d{1,5}))?$/;
/** A name whose last label is a number is an IPv4 address or nothing (URL standard, 3.5). */
const NUMERIC = /(?:^|\.)\d+\.?$/;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

/** The name in a `Host` header or authority, in lower case and without the port; null if it is not a valid one. */
export function hostName(host: string): string | null {
  const [, name, port] = HOST.exec(host.toLowerCase()) ?? [];
  if (name === undefined || Number(port ?? 0) > 65_535) return null;
  if (NUMERIC.test(name) && !IPV4.test(name)) return null;
  // Not valid are, for example, malformed IPv6 addresses, and labels that only claim to be international (`xn--`).
  return URL.canParse(`http://${name}`) ? name : null;
}

/**
 * The part after a name that belongs to a service, such as `localhost` after the name of a function; null if the host
 * has no such name.
 *
 * @param patterns of such names, each up to the server's own name
 */
export function behindServiceName(host: string, patterns: readonly RegExp[]): string | null {
  const name = host.toLowerCase();
  for (const pattern of patterns) {
    const found = pattern.exec(name)?.[0];
    if (found !== undefined) return name.slice(found.length);
  }
  return null;
}

/** IP literals are known because a rebinding attack needs a name. */
export function knownHosts(names: readonly string[]): KnownHosts {
  const ours = new Set(['localhost', ...names.map((name) => name.toLowerCase())]);
  const labelOfName = (name: string): string | null => {
    const at = name.indexOf('.');
    return at > 0 && !ours.has(name) && ours.has(name.slice(at + 1)) ? name.slice(0, at) : null;
  };
  // Each request's host is read several times, and nearly all requests have the same one.
  let latest: { readonly host: string; readonly name: string | null } = { host: '', name: null };
  const nameIn = (host: string): string | null => {
    if (host !== latest.host) latest = { host, name: hostName(host) };
    return latest.name;
  };
  const isOurs = (name: string) => ours.has(name) || labelOfName(name) !== null;
  return {
    isName: (host) => nameIn(host) !== null,
    has: (host) => {
      const name = nameIn(host);
      return name !== null && (name.startsWith('[') || IPV4.test(name) || isOurs(name));
    },
    isOwn: (host) => {
      const name = nameIn(host);
      return name !== null && (name === '[::1]' || (IPV4.test(name) && name.startsWith('127.')) || isOurs(name));
    },
    labelOf: (host) => {
      const name = nameIn(host);
      return name === null ? null : labelOfName(name);
    },
  };
}
