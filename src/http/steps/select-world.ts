import type { IncomingMessage } from 'node:http';
import { type KnownHosts, stripServiceName } from '../../addresses/hosts.ts';
import {
  DEFAULT_WORLD,
  isWorldId,
  MAX_WORLD_ID_LENGTH,
  WORLD_HEADER,
  WORLD_ID_FORM,
  WORLD_PREFIX,
  worldPathOf,
} from '../../addresses/world-id.ts';
import type { Context } from '../../contract/request.ts';
import type { AcceptedCredentials, PrefixHost, ServiceHost } from '../../contract/service.ts';
import type { World } from '../../contract/world.ts';
import type { CredentialExtractor, PresentedCredential } from '../../credentials/presented-credential.ts';
import { Problem } from '../../decisions/problem.ts';
import { quote } from '../../explaining/index.ts';
import type { FindingReporter } from '../../journal/finding.ts';
import { isRecord, own } from '../../objects/members.ts';
import { decodeAscii } from '../../text/redact.ts';
import { type Instant, readStopwatch } from '../../time/clock.ts';
import type { ReceivedBody } from '../bodies.ts';
import { type Origins, RequestInWorld, type RoutedRequest } from '../request.ts';
import type { Route, Server, WorldAddress, WorldAddresses } from '../server.ts';
import { headerLines, originOf, pathOf } from '../transport/arrival.ts';
import type { Guard } from '../transport/origins.ts';

/** The operation of a request, with its input. */
interface Destination<OfRoute extends Route | null> extends Pick<RoutedRequest<OfRoute>, 'route' | 'params' | 'query'> {
  readonly guard: Guard;
}

/** A request that creates a world enters the default world, even with a credential of another. */
const IN_DEFAULT_WORLD: WorldAddress = { kind: 'header', world: DEFAULT_WORLD };

/** Creates a routed request: reads how the request names its world, and whether it may enter any. */
export function createRoutedRequest<OfRoute extends Route | null>(
  server: Server,
  raw: IncomingMessage,
  { guard, route, params, query }: Destination<OfRoute>,
): RoutedRequest<OfRoute> {
  const named = server.addresses.find(raw);
  const worldToMake = named?.kind === 'header' && route?.row.makesWorld === true ? named.world : null;
  const address = worldToMake === null ? named : IN_DEFAULT_WORLD;
  const startedAt = readStopwatch();
  let base = '';
  let fault: Problem | null = null;
  try {
    base = originOf(raw, server);
    server.originGuard.check(raw, guard);
  } catch (thrown) {
    fault = asFault(thrown);
  }
  const located = route === null ? params : paramsOf(route, params);
  return { raw, route, params: located, query, address, worldToMake, base, fault, startedAt };
}

/** Returns whether the body may select the world. Then it has to be received first. */
export function isSelectedByBody({ worlds }: Server, { route, address, fault }: RoutedRequest<Route | null>): boolean {
  return fault === null && address === null && route?.row.selects === 'body' && !worlds.isAlone;
}

/**
 * Selects the world by path, host name, header or credential, in this order; otherwise the default world. In a request
 * that creates a world, the header names the new one. This is the only step that selects a world, and nothing is built
 * for a request before it.
 *
 * @param received null if the body was not received yet
 */
export function selectWorld<OfRoute extends Route | null>(
  server: Server,
  request: RoutedRequest<OfRoute>,
  received: ReceivedBody | null,
): RequestInWorld<OfRoute> {
  const { raw, route, query, address, base } = request;
  const { worlds } = server;
  let fault = request.fault ?? (route?.row.withoutWorlds === true ? null : worlds.fault());
  const sent = { query, body: received?.value };
  let world = worlds.default;
  try {
    if (fault === null && address !== null) world = findWorldAt(server, address, raw);
    else if (fault === null && route !== null && !worlds.isAlone) {
      world = worldOfCredential(server, route, raw, sent) ?? world;
    }
  } catch (thrown) {
    fault = asFault(thrown);
  }
  const origins = originsOf(server, world, address, base);
  const inWorld = new RequestInWorld(server, world, request, { fault, origins, received });
  world.hold();
  if (fault === null && address === null && route !== null && world === worlds.default && !worlds.isAlone)
    reportLostWorld(server, route, raw, sent, inWorld);
  return inWorld;
}

/** Returns a thrown Problem; throws anything else again. */
function asFault(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  throw thrown;
}

/**
 * Returns the base URLs for responses. Below the public URL, a world always has its prefix, no matter how it was
 * reached. Otherwise the base already contains the world's host name.
 */
export function originsOf(
  { publicUrl }: Pick<Server, 'publicUrl'>,
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

/** Finds the world at an address. @throws Problem `no_such_world` */
export function findWorldAt(
  { worlds }: Pick<Server, 'worlds'>,
  { kind, world: id, hostWorld = null }: WorldAddress,
  raw: Pick<IncomingMessage, 'url'>,
): World {
  const inner = pathOf(raw.url);
  // A prefix does not excuse an unknown host name, which a web page could have rebound to this machine.
  if (hostWorld !== null && !worlds.has(hostWorld))
    return findWorldAt({ worlds }, { kind: 'host', world: hostWorld }, raw);
  if (kind === 'prefix' && isBelowWorld(inner)) {
    const message = `Worlds cannot be nested: remove the prefix before \`${inner.slice(0, 100)}\`.`;
    throw new Problem('no_such_world', message);
  }
  const found = worlds.find(id);
  if (found !== undefined) return found;
  const shown = `\`${id.slice(0, 2 * MAX_WORLD_ID_LENGTH)}\``;
  if (worlds.isRemoved(id)) {
    const why = 'it was deleted, or it was unused for longer than its `ttl`';
    throw new Problem(
      'no_such_world',
      `The world ${shown} no longer exists: ${why}. Create a new one with \`POST /_mock/worlds\`.`,
    );
  }
  const aboutHost =
    kind === 'host' ? ` If the host name is another name of this server, start it with \`--alias\` and that name.` : '';
  if (!isWorldId(id)) {
    const named = id === '' ? 'The id of a world is empty' : `No world can have the id ${shown}`;
    const message = `${named}; expected ${WORLD_ID_FORM}. \`GET /_mock/worlds\` lists existing worlds.${aboutHost}`;
    throw new Problem('no_such_world', message);
  }
  const advice = 'create it with `POST /_mock/worlds` or `--world`; `GET /_mock/worlds` lists existing worlds';
  throw new Problem('no_such_world', `There is no world ${shown}: ${advice}.${aboutHost}`);
}

/** Returns the credentials of a request that may belong to a world. */
function presentedBy(
  { extractors }: Pick<Server, 'extractors'>,
  route: Route,
  raw: IncomingMessage,
  sent: Sent,
): readonly PresentedCredential[] {
  return findPresentedCredentials(extractors, route, { headerLines: (name) => headerLines(raw, name), ...sent });
}

/** The parts of a request besides its headers. */
export interface Sent {
  readonly query: Readonly<Record<string, unknown>>;
  readonly body: unknown;
}

/**
 * Reports a request that may have lost its world's prefix: its client drops the path of a base URL, and several worlds
 * have its credential, so the default world responds.
 */
function reportLostWorld(
  { worlds, extractors }: Server,
  route: Route,
  raw: IncomingMessage,
  sent: Sent,
  { findings, now }: { readonly findings: FindingReporter; readonly now: Instant },
): void {
  const { pathDroppingClient: client } = route.service.conventions ?? {};
  if (client === undefined || !headerLines(raw, 'user-agent').some((line) => client.userAgent.test(line))) return;
  const owners = presentedBy({ extractors }, route, raw, sent).map((credential) => worlds.ownersOf(credential));
  const shared = owners.find(({ length }) => length > 1) ?? [];
  const other = shared.find((id) => id !== DEFAULT_WORLD);
  if (other === undefined) return;
  findings.report(
    'lost_world',
    `${client.name} sent a credential of the worlds ${quote(shared.slice(0, MAX_OWNERS))} without naming a world, so \`${DEFAULT_WORLD}\` answered. The client drops the path of its base URL, such as \`${worldPathOf(other)}\`. Give it the \`hostUrl\` of the world (\`GET /_mock/worlds\`) or the header \`x-mock-world: ${other}\`.`,
    now,
  );
}

/** Maximum number of worlds listed in a finding. */
const MAX_OWNERS = 3;

/** Returns the world that owns a credential; null if none or several do. */
function worldOfCredential(
  { worlds, extractors }: Server,
  route: Route,
  raw: IncomingMessage,
  sent: Sent,
): World | null {
  for (const credential of presentedBy({ extractors }, route, raw, sent)) {
    const [owner, second] = worlds.ownersOf(credential);
    const world = owner === undefined || second !== undefined ? undefined : worlds.find(owner);
    if (world !== undefined) return world;
  }
  return null;
}

/** The maximum length of a header that is read. Longer ones cannot contain a credential of the mock. */
const MAX_HEADER_LENGTH = 16 * 1024;

/**
 * Extracts the credentials of a request: from its header, and from the query or body if the operation accepts them
 * there.
 */
export function findPresentedCredentials(
  extractors: readonly CredentialExtractor[],
  { rule, row, service }: Route,
  context: Pick<Context, 'headerLines' | 'query' | 'body'>,
): readonly PresentedCredential[] {
  const inHeader =
    rule !== null || row.selects !== undefined
      ? presentedInHeader(extractors, context.headerLines('authorization'))
      : null;
  const found = inHeader === null ? [] : [inHeader];
  if (row.selects === undefined || row.selects === 'header') return found;
  return [
    ...found,
    ...presentedIn(row.selects === 'query' ? context.query : context.body, service.credentials?.fields),
  ];
}

/** Returns whether the body presents a key as a credential. The operation judges such a key itself. */
export function presentsKey({ row, service }: Route, { body }: Pick<Context, 'body'>): boolean {
  return row.selects === 'body' && presentedIn(body, service.credentials?.fields).some(({ kind }) => kind === 'key');
}

/** Returns the credential in a header; null if there is none, or if a later step refuses the request for two headers. */
function presentedInHeader(
  extractors: readonly CredentialExtractor[],
  lines: readonly string[],
): PresentedCredential | null {
  const [line, second] = lines;
  if (line === undefined || second !== undefined || line.length > MAX_HEADER_LENGTH) return null;
  for (const present of extractors) {
    const presented = present(line);
    if (presented !== null) return presented;
  }
  return null;
}

/** Returns the credentials in the fields of a query or body. */
function presentedIn(sent: unknown, fields: AcceptedCredentials['fields'] = {}): PresentedCredential[] {
  return Object.entries(fields).flatMap(([name, present]) => {
    const text = name
      .split('.')
      .reduce<unknown>((part, member) => (isRecord(part) ? own(part, member) : undefined), sent);
    return typeof text === 'string' ? [present(text)] : [];
  });
}

/** A path into a world: the world's id, up to the next slash or query, and the rest. */
const BELOW_WORLD = /^\/w\/([^/?]*)(.*)$/s;

/** Removes a world's prefix from a path. */
export function removeWorldPrefix(path: string): string {
  return BELOW_WORLD.exec(path)?.[2] || path;
}

/** Returns whether a path begins with the prefix of a world. */
export function isBelowWorld(path: string): boolean {
  return path.startsWith(WORLD_PREFIX);
}

/** Creates the reader of world addresses. @param serviceHosts the hosts of all services */
export function createWorldAddresses(hosts: KnownHosts, serviceHosts: readonly ServiceHost[]): WorldAddresses {
  const addresses = new WeakMap<IncomingMessage, WorldAddress>();
  const patterns = serviceHosts.map(({ pattern }) => pattern);
  const resolveHost = (host: string) => {
    const service = serviceHosts.find(({ pattern }) => pattern.test(host.toLowerCase()));
    const label = hosts.labelOf(stripServiceName(host, patterns) ?? host);
    return { host, label, prefix: prefixOf(service ?? { prefix: '' }) };
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
  return {
    resolvePath: (raw) => {
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
    find: (raw) => addresses.get(raw) ?? null,
  };
}

/** Returns the prefix of the paths that a host serves; null if all paths belong to the host, such as for a function. */
function prefixOf(host: ServiceHost | Pick<PrefixHost, 'prefix'>): string | null {
  return 'prefix' in host ? host.prefix : null;
}

/** Returns a path below a prefix. */
function below(prefix: string, path: string): string {
  return path.startsWith('/') ? `${prefix}${path}` : `${prefix}/${path}`;
}

/** The finding about foreign pages. It contains no text of a page, which could flood the findings. */
const FOREIGN_PAGE_FINDING =
  'A request from a web page of another origin was refused. Such requests are in the log, not in the journal.';

/** Checks that the request may enter its world. Reports a possibly real credential in it either way. */
export function admit(request: RequestInWorld<Route | null>): void {
  const { raw, url, fault, findings, now } = request;
  if (reportForeignCredentials(request, url)) request.isForeign = true;
  for (const line of raw.rawHeaders) reportForeignCredentials(request, line);
  if (isOfForeignPage(fault)) findings.report('foreign_page', FOREIGN_PAGE_FINDING, now);
  if (fault !== null) throw fault;
}

/** Returns whether a page of another origin sent a request. It gets no faults, and is not recorded. */
export function isOfForeignPage(fault: Problem | null): boolean {
  return fault?.kind === 'foreign_page';
}

/** Reports possibly real credentials in incoming text. @returns whether there were any */
export function reportForeignCredentials(
  { server: { tripwire }, findings, now }: RequestInWorld<Route | null>,
  text: string,
): boolean {
  // Most headers are too short to contain one.
  if (text.length < tripwire.shortest) return false;
  const warnings = tripwire.warn(decodeAscii(text));
  for (const warning of warnings) findings.report('foreign_credential', warning, now);
  return warnings.length > 0;
}

/** Returns the path parameters of an operation, with UUIDs in lower case. */
export function paramsOf({ operation }: Route, given: Readonly<Record<string, string>>): Record<string, string> {
  const params = { ...given };
  // UUIDs are case-insensitive on input (RFC 9562, 4).
  for (const name of operation.uuidParams) params[name] = (given[name] ?? '').toLowerCase();
  return params;
}
