import { createHostLookup, parseHostName } from '../../lib/hosts.ts';
import { adviseName } from '../../lib/nearest.ts';
import { DEFAULT_WORLD } from '../../lib/world-id.ts';
import { listVendorHosts, MANIFESTS } from '../../services/index.ts';
import { checkMembers, checkObject } from '../check-arguments.ts';
import type { Intercepting, Interception, InterceptOptions } from '../intercept.ts';
import {
  type ActiveInterception,
  endContext,
  getInterceptions,
  type InterceptedContext,
  normalizeHostName,
  type Target,
} from './contexts.ts';
import { redirectNodeHttp } from './node-http.ts';
import { explainRefusals, redirectUndici } from './undici.ts';

/** Opens a world's ports, and redirects a context's requests to them. @param context null: all @throws TypeError */
export async function startInterception(
  host: Intercepting,
  world: string,
  context: InterceptedContext | null,
  options: InterceptOptions,
): Promise<Interception> {
  const hosts = checkOptions(options);
  const worldId = world === DEFAULT_WORLD ? null : world;
  const [http, https] = await Promise.all([
    host.openProductionPort('http', worldId, hosts),
    host.openProductionPort('https', worldId, hosts),
  ]);
  const isCovered = createHostLookup([...listVendorHosts(), ...hosts.keys()].map((name) => [name, true]));
  const active: ActiveInterception = {
    covers: (name) => isCovered(name) === true,
    isOwn: (target) => host.urls.some((url) => hasAddress(target, url)),
    refusesOthers: options.others === 'refuse',
    ports: { http: http.port, https: https.port },
  };
  activate(active, context);
  const restore = async () => {
    if (!host.interceptions.delete(interception)) return;
    deactivate(active, context);
    http.close();
    https.close();
  };
  const interception: Interception = { restore, [Symbol.asyncDispose]: restore };
  host.interceptions.set(interception, world);
  return interception;
}

/** Adds an interception. The first one of the process changes `http.Agent` and undici. */
function activate(active: ActiveInterception, context: InterceptedContext | null): void {
  const registry = getInterceptions();
  registry.all.add(active);
  if (context === null) registry.everywhere.push(active);
  else context.active = active;
  if (registry.undo !== null) return;
  const undoFunctions = [redirectNodeHttp(), redirectUndici(), explainRefusals()];
  registry.undo = () => {
    for (const undo of undoFunctions) undo();
  };
}

/** Removes an interception. The last one of the process undoes the changes. */
function deactivate(active: ActiveInterception, context: InterceptedContext | null): void {
  const registry = getInterceptions();
  registry.all.delete(active);
  if (context === null) registry.everywhere.splice(registry.everywhere.indexOf(active), 1);
  else endContext(context);
  if (registry.all.size > 0) return;
  registry.undo?.();
  registry.undo = null;
}

/** Returns whether a URL of the mock has this address. Names of this machine count if the port matches. */
function hasAddress({ name, port }: Target, url: string): boolean {
  const mockUrl = new URL(url);
  const isLocal = name === 'localhost' || name.endsWith('.localhost') || name === '::1' || name.startsWith('127.');
  const mockPort = Number(mockUrl.port || (mockUrl.protocol === 'https:' ? 443 : 80));
  return port === mockPort && (isLocal || name === normalizeHostName(mockUrl.hostname));
}

/** Returns the additional hosts with their services. @throws TypeError with the invalid option */
function checkOptions(options: InterceptOptions): ReadonlyMap<string, string> {
  checkMembers(options, ['others', 'hosts'], 'intercept', "{ others: 'refuse' }");
  const { others = 'pass', hosts = {} } = options;
  if (others !== 'pass' && others !== 'refuse') {
    throw new TypeError(`intercept: \`others\` is ${JSON.stringify(others)}. Expected \`pass\` or \`refuse\`.`);
  }
  checkObject(hosts, 'intercept: `hosts`', "{ 'runai.acme.com': 'runai' }");
  return new Map(Object.entries(hosts).map(([host, service]) => [checkHost(host, service), service]));
}

/** Returns an additional host in lower case. @throws TypeError if the host or its service is invalid */
function checkHost(host: string, service: string): string {
  const quoted = JSON.stringify(host.slice(0, 100));
  const name = host.toLowerCase();
  const [, fixedPart = ''] = /^(?:\*\.)?([^:]*)$/.exec(name) ?? [];
  if (parseHostName(fixedPart) === null) {
    throw new TypeError(
      `intercept: ${quoted} in \`hosts\` is not a host name. Remove scheme, port and path, as in \`runai.acme.com\` or \`*.acme.com\`.`,
    );
  }
  const services = MANIFESTS.map((manifest) => manifest.name);
  if (!services.includes(service)) {
    throw new TypeError(
      `intercept: the service of ${quoted} in \`hosts\` is ${JSON.stringify(service)}.${adviseName(String(service), services)}`,
    );
  }
  return name;
}
