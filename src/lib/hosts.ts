/** Services by the vendors' host names, each with the owner of the host first. */
export type VendorHosts = ReadonlyMap<string, readonly string[]>;

export interface KnownHosts {
  /** Returns whether this is a valid host name, with an optional port. */
  isName(host: string): boolean;
  /** Whether it names the server: an IP literal, `localhost`, the public URL's host, an alias, or a vendor's host. */
  has(host: string): boolean;
  /** Whether it certainly means this server: `localhost`, a loopback address, the public URL's host, or an alias. */
  isOwn(host: string): boolean;
  /** Returns whether this is a vendor's host name, such as `acme.run.ai`. */
  isVendors(host: string): boolean;
  /** Returns the services at a vendor's host, its own first; null for a name of this server, and any other name. */
  servicesAt(host: string): readonly string[] | null;
  /** The vendors' hosts with their services, as for `createHostLookup`. */
  readonly vendors: VendorHosts;
  /**
   * Returns the label before a known name: a world's own host, such as `acme` in `acme.localhost`. Null for known
   * names, IP addresses, and all other names, such as `x.invocation.localhost` with two labels.
   */
  labelOf(host: string): string | null;
}

const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?\.?)(?::(\d{1,5}))?$/;
/** A name whose last label is a number must be an IPv4 address (URL standard, 3.5). */
const NUMERIC = /(?:^|\.)\d+\.?$/;
const IPV4 = /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\.(?!$)|$)){4}$/;

/** Returns the name in a `Host` header or authority, in lower case and without the port; null if it is invalid. */
export function parseHostName(host: string): string | null {
  const [, name, port] = HOST.exec(host.toLowerCase()) ?? [];
  if (name === undefined || Number(port ?? 0) > 65_535) return null;
  if (NUMERIC.test(name) && !IPV4.test(name)) return null;
  // Catches malformed IPv6 addresses and invalid punycode labels (`xn--`).
  return URL.canParse(`http://${name}`) ? name : null;
}

/** A port that a URL omits or formats differently: the default port of its scheme, or one with leading zeros. */
const UNUSUAL_PORT = { http: /:(?:80|0\d+)$/, https: /:(?:443|0\d+)$/ };

/** Returns the origin of a host with an optional port, in the format of URLs and browsers: without the default port. */
export function formatOrigin(scheme: 'http' | 'https', host: string): string {
  const origin = `${scheme}://${host.toLowerCase()}`;
  // Parse only if needed, because it is slower than the test. An address with a zone (`fe80::1%eth0`) cannot be parsed.
  return UNUSUAL_PORT[scheme].test(origin) && URL.canParse(origin) ? new URL(origin).origin : origin;
}

/** Returns whether every browser resolves this host to its own machine, and so trusts plain http to it. */
export function isLoopback(host: string): boolean {
  const name = parseHostName(host);
  return name !== null && (/^(?:.*\.)?localhost\.?$/.test(name) || isLoopbackAddress(name));
}

function isLoopbackAddress(name: string): boolean {
  return name === '[::1]' || (IPV4.test(name) && name.startsWith('127.'));
}

/** Returns the part after a service's host name, such as `localhost`. @param patterns each up to the server's name */
export function stripServiceName(host: string, patterns: readonly RegExp[]): string | null {
  const name = host.toLowerCase();
  for (const pattern of patterns) {
    const found = pattern.exec(name)?.[0];
    if (found !== undefined) return name.slice(found.length);
  }
  return null;
}

/** @param entries by names in lower case, exact or `*.` and a name, where `*` stands for one label; exact names win */
export function createHostLookup<Value>(
  entries: Iterable<readonly [name: string, value: Value]>,
): (name: string) => Value | undefined {
  const values = new Map(entries);
  return (name) => values.get(name) ?? values.get(`*${name.slice(name.indexOf('.'))}`);
}

/** Accepts IP literals, because a rebinding attack needs a name; for a vendor's, it would need the vendor's zone. */
export function createKnownHosts(names: readonly string[], vendors: VendorHosts = new Map()): KnownHosts {
  const findServices = createHostLookup(vendors);
  // A name with a trailing dot is the same name (RFC 1034, 3.1).
  const servicesOf = (name: string) => findServices(name.replace(/\.$/, ''));
  const ours = new Set(['localhost', ...names.map((name) => name.toLowerCase())]);
  const findLabel = (name: string): string | null => {
    // Without a dot, the label is the whole name, which is ours or not.
    const at = name.indexOf('.');
    return !ours.has(name) && ours.has(name.slice(at + 1)) ? name.slice(0, at) : null;
  };
  // Cached because the host is read several times per request, and consecutive requests nearly always share it.
  let latest: { readonly host: string; readonly name: string | null } = { host: '', name: null };
  const readName = (host: string): string | null => {
    if (host !== latest.host) latest = { host, name: parseHostName(host) };
    return latest.name;
  };
  const isOurs = (name: string) => ours.has(name) || findLabel(name) !== null;
  return {
    isName: (host) => readName(host) !== null,
    has: (host) => {
      const name = readName(host);
      return (
        name !== null && (name.startsWith('[') || IPV4.test(name) || isOurs(name) || servicesOf(name) !== undefined)
      );
    },
    isVendors: (host) => {
      const name = readName(host);
      return name !== null && servicesOf(name) !== undefined;
    },
    servicesAt: (host) => {
      const name = readName(host);
      return name === null || isOurs(name) ? null : (servicesOf(name) ?? null);
    },
    vendors,
    isOwn: (host) => {
      const name = readName(host);
      return name !== null && (isLoopbackAddress(name) || isOurs(name));
    },
    labelOf: (host) => {
      const name = readName(host);
      return name === null ? null : findLabel(name);
    },
  };
}
