import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import type { Context } from '../contract/request.ts';
import type { OperationHost, ServiceDefinition, ServiceHost } from '../contract/service.ts';
import type { World } from '../contract/world.ts';
import { type KnownHosts, parseHostName, stripServiceName } from '../lib/hosts.ts';
import { DEFAULT_WORLD, WORLD_HEADER, WORLD_PREFIX, worldPathOf } from '../lib/world-id.ts';
import { headerLines } from './transport/arrival.ts';

/** How a request names its world, other than by its credential. */
export interface WorldAddress {
  readonly kind: 'prefix' | 'host' | 'header';
  /** As written; the world may not exist. */
  readonly world: string;
  /** For a prefix: the world that the host also names, if any. */
  readonly hostWorld?: string | null;
}

export interface ServedHost {
  /** In lower case, without the port; of a vendor, with `*` for one label. */
  readonly name: string;
  /** The services of the vendor's host, its own first; null: all services. */
  readonly services: readonly string[] | null;
  /** Added to the paths of its requests, such as `/llm`; usually empty. */
  readonly prefix: string;
}

/** Where a recorded request leads. */
export interface LocatedTarget {
  /** Path and query as the router sees them: with the prefix of the host, without the prefix of a world. */
  readonly target: string;
  /** The prefix of the host, such as `/llm`; usually empty. */
  readonly prefix: string;
  /** As in `ServedHost`. */
  readonly services: readonly string[] | null;
  /** The operation of a host that serves any path; null for every other host. */
  readonly operation: string | null;
}

export interface Origins extends Pick<Context, 'origin' | 'openOrigin'> {
  /** Whether the request itself names the world, by path, host or header. */
  readonly namesWorld: boolean;
}

/** A path into a world: the world's id, up to the next slash or query, and the rest. */
const BELOW_WORLD = /^\/w\/([^/?]*)(.*)$/s;

export function isBelowWorld(path: string): boolean {
  return path.startsWith(WORLD_PREFIX);
}

export function createWorldAddresses(hosts: KnownHosts, serviceHosts: readonly ServiceHost[]) {
  const addresses = new WeakMap<IncomingMessage, WorldAddress>();
  const mappedHosts = new WeakMap<Socket, (host: string) => string | undefined>();
  const patterns = serviceHosts.map(({ pattern }) => pattern);
  const resolveHost = (host: string) => {
    const service = serviceHosts.find(({ pattern }) => pattern.test(host.toLowerCase())) ?? { prefix: '' };
    const label = hosts.labelOf(stripServiceName(host, patterns) ?? host);
    const name = parseHostName(host)?.replace(/\.$/, '') ?? '';
    // Null if all paths belong to the host, such as for a function.
    const prefix = 'prefix' in service ? service.prefix : null;
    const served: ServedHost = { name, services: hosts.servicesAt(host), prefix: prefix ?? '' };
    const operation = 'operation' in service ? service.operation : null;
    return { host, label, prefix, served, operation };
  };
  // Cached because consecutive requests nearly always have the same host.
  let lastHost = resolveHost('');
  const readHost = (host: string) => {
    if (host !== lastHost.host) lastHost = resolveHost(host);
    return lastHost;
  };
  /** If the host already names the world, the prefix adds nothing to the URLs in responses. */
  const prefixAddress = (world: string, rest: string, label: string | null): WorldAddress =>
    label === world && !isBelowWorld(rest) ? { kind: 'host', world } : { kind: 'prefix', world, hostWorld: label };
  const otherAddress = (raw: IncomingMessage, label: string | null): WorldAddress | null => {
    if (label !== null) return { kind: 'host', world: label };
    if (raw.headers[WORLD_HEADER] === undefined) return null;
    return { kind: 'header', world: headerLines(raw, WORLD_HEADER).join(', ').trim() };
  };
  /** A URL as the server routes it. At a host that is neither a vendor's nor its own, only the path counts. */
  const locate = (host: string, target: string): LocatedTarget => {
    const { prefix, served, operation } = readHost(host);
    const rest = BELOW_WORLD.exec(target)?.[2] ?? target;
    const { services } = served;
    const isServed = services !== null || hosts.isOwn(stripServiceName(host, patterns) ?? host);
    if (!isServed) return { target: below('', rest), prefix: '', services, operation: null };
    return { target: prefix === null ? target : below(prefix, rest), prefix: prefix ?? '', services, operation };
  };
  const vendorHosts = [...hosts.vendors].map(
    ([name, services]): ServedHost => ({ name, services, prefix: resolveHost(name).prefix ?? '' }),
  );
  return {
    /** The hosts of the vendors, those with a prefix first. */
    vendorHosts: vendorHosts.sort((a, b) => b.prefix.length - a.prefix.length) as readonly ServedHost[],
    /** Removes a world's prefix, adds the host's, and records how the request named its world. @returns the new path */
    resolvePath: (raw: IncomingMessage): string => {
      const url = raw.url ?? '/';
      const { label, prefix } = readHost(raw.headers.host ?? '');
      const found = BELOW_WORLD.exec(url);
      if (prefix === null || found === null) {
        const address = otherAddress(raw, label);
        if (address !== null) addresses.set(raw, address);
        return prefix ? below(prefix, url) : url;
      }
      const [, world = '', rest = ''] = found;
      addresses.set(raw, prefixAddress(world, rest, label));
      return below(prefix, rest);
    },
    locate,
    /** Returns how a request named its world; null if it did not. */
    find: (raw: IncomingMessage): WorldAddress | null => addresses.get(raw) ?? null,
    hostOf: (raw: IncomingMessage): ServedHost => {
      const { served } = readHost(raw.headers.host ?? '');
      const service = mappedHosts.get(raw.socket)?.(served.name);
      return service === undefined ? served : { ...served, services: [service] };
    },
    /** Adds hosts with one service each for the requests of a connection. */
    mapHosts: (socket: Socket, findService: (host: string) => string | undefined): void =>
      void mappedHosts.set(socket, findService),
  };
}

export function serves(
  { services }: ServedHost,
  { name, isControlApi }: Pick<ServiceDefinition, 'name' | 'isControlApi'>,
): boolean {
  return services === null || isControlApi === true || services.includes(name);
}

function below(prefix: string, path: string): string {
  return path.startsWith('/') ? `${prefix}${path}` : `${prefix}/${path}`;
}

/** Returns the base URLs for responses. Below the public URL, a world always has its prefix. */
export function originsOf(
  { publicUrl }: { readonly publicUrl: string | null },
  { id }: Pick<World, 'id'>,
  address: WorldAddress | null,
  base: string,
): Origins {
  if (address === null && id === DEFAULT_WORLD) return { origin: base, openOrigin: base, namesWorld: false };
  const below = `${base}${worldPathOf(id)}`;
  const isNamed = address?.kind === 'prefix' || (address?.kind === 'host' && publicUrl !== null);
  return {
    origin: isNamed ? below : base,
    openOrigin: isNamed || id !== DEFAULT_WORLD ? below : base,
    namesWorld: address !== null,
  };
}

/**
 * Returns the base of URLs that a client calls itself, without a browser: `origin`, or the other name of the server that
 * the request used. Another scheme or port, which may be a proxy's, and the host of a world below the public name are no
 * other name.
 */
export function backchannelOriginOf(
  { publicUrl, hosts }: { readonly publicUrl: string | null; readonly hosts: KnownHosts },
  { id }: Pick<World, 'id'>,
  address: WorldAddress | null,
  { calledUrl, origin }: { readonly calledUrl: string; readonly origin: string },
): string {
  const host = calledUrl.slice(calledUrl.indexOf('//') + 2);
  if (publicUrl === null || !hosts.has(host)) return origin;
  if (`.${parseHostName(host)}`.endsWith(`.${new URL(publicUrl).hostname}`)) return origin;
  return address?.kind === 'prefix' ? `${calledUrl}${worldPathOf(id)}` : calledUrl;
}

const HOST_PREFIX = '/_hosts/';

export function pathOfHost({ operation }: OperationHost): string {
  return `${HOST_PREFIX}${operation}`;
}

/**
 * Returns the path of the operation to which a host belongs; null if there is none. Fastify prefers a longer path to a
 * host constraint, so the router gets this path.
 */
export function findHostPath(hosts: readonly OperationHost[], { headers }: Pick<IncomingMessage, 'headers'>) {
  const host = hosts.find((candidate) => paramsOfHost(candidate, headers.host) !== null);
  return host === undefined ? null : pathOfHost(host);
}

/** Returns null if the name does not match this host. */
export function paramsOfHost({ pattern }: OperationHost, name = ''): Record<string, string> | null {
  const match = pattern.exec(name.toLowerCase());
  return match === null ? null : { ...match.groups };
}
