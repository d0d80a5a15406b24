import type { IncomingMessage } from 'node:http';
import type { World } from '../../contract/world.ts';
import { quote } from '../../decisions/explaining/index.ts';
import { Problem } from '../../decisions/problem.ts';
import { hideInLine } from '../../journal/secrets.ts';
import { readStopwatch } from '../../lib/clock.ts';
import { decodeAscii } from '../../lib/redact.ts';
import {
  DEFAULT_WORLD,
  formatWorldForLog,
  isWorldId,
  MAX_WORLD_ID_LENGTH,
  WORLD_ID_FORM,
  worldPathOf,
} from '../../lib/world-id.ts';
import type { PresentedCredential } from '../../tokens/presented-credential.ts';
import type { ReceivedBody } from '../bodies.ts';
import { findPresentedCredentials } from '../presented-credentials.ts';
import { type RoutedRequest, WorldRequest } from '../request.ts';
import { isBelowWorld, originsOf, type WorldAddress } from '../request-address.ts';
import type { Route, Server } from '../server.ts';
import { headerLines, pathOf, type RequestOrigins, readOrigins } from '../transport/arrival.ts';
import type { Guard } from '../transport/origins.ts';

/** Those of a request with an invalid `Host` header. */
const UNKNOWN_ORIGINS: RequestOrigins = { calledUrl: 'http://localhost', baseUrl: '' };

export function createRoutedRequest<OfRoute extends Route | null>(
  server: Server,
  raw: IncomingMessage,
  guard: Guard,
  { route, params, query }: Pick<RoutedRequest<OfRoute>, 'route' | 'params' | 'query'>,
): RoutedRequest<OfRoute> {
  const address = server.addresses.find(raw);
  const startedAt = readStopwatch();
  let origins = UNKNOWN_ORIGINS;
  let fault: Problem | null = null;
  try {
    origins = readOrigins(raw, server);
    server.originGuard.check(raw, guard);
  } catch (thrown) {
    fault = asFault(thrown);
  }
  const located = route === null ? params : paramsOf(route, params);
  return { raw, route, params: located, query, address, ...origins, fault, startedAt };
}

/** Selects the world by path, host name, header or credential, in this order. No other step does. */
export function selectWorld<OfRoute extends Route | null>(
  server: Server,
  request: RoutedRequest<OfRoute>,
  received: ReceivedBody | null,
): WorldRequest<OfRoute> {
  const { raw, route, query, address, baseUrl } = request;
  const { worlds, extractors } = server;
  let { fault } = request;
  let presented: readonly PresentedCredential[] = [];
  let world = worlds.default;
  try {
    if (fault === null && address !== null) world = findWorldAt(server, address, raw);
    else if (fault === null && route !== null && !worlds.hasOneWorld) {
      const sent = { headerLines: (name: string) => headerLines(raw, name), query, body: received?.value };
      presented = findPresentedCredentials(extractors, route, sent);
      world = worldOfCredential(worlds, presented) ?? world;
    }
  } catch (thrown) {
    fault = asFault(thrown);
  }
  const origins = originsOf(server, world, address, baseUrl);
  const worldRequest = new WorldRequest(server, world, request, { fault, origins, received });
  world.hold();
  if (route !== null && world === worlds.default) reportLostWorld(server, route, presented, worldRequest);
  return worldRequest;
}

function asFault(thrown: unknown): Problem {
  if (thrown instanceof Problem) return thrown;
  throw thrown;
}

/** A client that drops the path of a base URL sent a credential that several worlds have. */
function reportLostWorld(
  { worlds }: Server,
  route: Route,
  presented: readonly PresentedCredential[],
  { raw, hints }: WorldRequest<Route | null>,
): void {
  const { pathDroppingClient: client } = route.service.conventions ?? {};
  if (client === undefined || !headerLines(raw, 'user-agent').some((line) => client.userAgent.test(line))) return;
  const owners = presented.map((credential) => worlds.ownersOf(credential));
  const shared = owners.find(({ length }) => length > 1) ?? [];
  const other = shared.find((id) => id !== DEFAULT_WORLD);
  if (other === undefined) return;
  hints.add(
    'lost_world',
    `${client.name} sent a credential of the worlds ${quote(shared.slice(0, MAX_OWNERS))} without naming a world, so \`${DEFAULT_WORLD}\` answered. The client drops the path of its base URL, such as \`${worldPathOf(other)}\`. Give it the \`hostUrl\` of the world (\`GET /_mock/worlds\`) or the header \`x-mock-world: ${other}\`.`,
  );
}

const MAX_OWNERS = 3;

function worldOfCredential(worlds: Server['worlds'], presented: readonly PresentedCredential[]): World | null {
  for (const credential of presented) {
    const [owner, second] = worlds.ownersOf(credential);
    const world = owner === undefined || second !== undefined ? undefined : worlds.find(owner);
    if (world !== undefined) return world;
  }
  return null;
}

/** Checks that the request may enter its world. Reports a possibly real credential in it either way. */
export function admit(request: WorldRequest<Route | null>): void {
  const { server, world, raw, fault, notes } = request;
  if (reportForeignCredentials(request, raw.url ?? '/')) notes.hasRealCredential = true;
  for (const line of raw.rawHeaders) reportForeignCredentials(request, line);
  if (isOfForeignPage(fault)) {
    // Without text of the page, which could flood the log.
    const warning =
      'A request from a web page of another origin was refused. Such requests are in the log, not in the journal.';
    server.log.warn(`${warning}${formatWorldForLog(world.id)}`);
  }
  if (fault !== null) throw fault;
}

/** Returns whether a page of another origin sent a request. It gets no faults, and is not recorded. */
export function isOfForeignPage(fault: Problem | null): boolean {
  return fault?.kind === 'foreign_page';
}

/** @returns whether there were any */
export function reportForeignCredentials(
  { server: { tripwire, log }, world, hints }: WorldRequest<Route | null>,
  text: string,
): boolean {
  // Most headers are too short to contain one.
  if (text.length < tripwire.shortest) return false;
  const warnings = tripwire.warn(decodeAscii(text));
  for (const warning of warnings) {
    hints.add('foreign_credential', warning);
    log.warn(`${hideInLine(warning, world.activityLog.secrets)}${formatWorldForLog(world.id)}`);
  }
  return warnings.length > 0;
}

export function paramsOf({ operation }: Route, given: Readonly<Record<string, string>>): Record<string, string> {
  const params = { ...given };
  // UUIDs are case-insensitive on input (RFC 9562, 4).
  for (const name of operation.uuidParams) params[name] = (given[name] ?? '').toLowerCase();
  return params;
}

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
