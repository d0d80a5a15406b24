/** Which host names lead to this server. */
export interface KnownHosts {
  /** Is this a name of ours: an IP literal, `localhost`, the host of the public URL, or an alias? The port does not matter. */
  has(host: string): boolean;
}

const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9_](?:[a-z0-9._-]*[a-z0-9_])?\.?)(?::(\d{1,5}))?$/;
const IP_LITERAL = /^(?:\[.*\]|\d{1,3}(?:\.\d{1,3}){3})$/;

/** The name in a `Host` header or authority, in lower case and without the port; null when it is none. */
export function hostName(host: string): string | null {
  return HOST.exec(host.toLowerCase())?.[1] ?? null;
}

/** IP literals are known because a rebinding attack needs a name. */
export function knownHosts(names: readonly string[]): KnownHosts {
  const ours = new Set(['localhost', ...names.map((name) => name.toLowerCase())]);
  return {
    has: (host) => {
      const name = hostName(host);
      return name !== null && (IP_LITERAL.test(name) || ours.has(name));
    },
  };
}
