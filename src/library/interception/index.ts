import { hostMatcher, hostName } from '../../addresses/hosts.ts';
import { DEFAULT_WORLD } from '../../addresses/world-id.ts';
import { MANIFESTS, vendorHosts } from '../../services/index.ts';
import { adviseName } from '../../text/nearest.ts';
import { checkMembers, checkObject } from '../given.ts';
import type { Intercepting, Interception, InterceptOptions } from '../intercept.ts';
import { redirectNodeHttp } from './node-http.ts';
import { type Active, endScope, interceptions, plainName, type Scope, type Target } from './scopes.ts';
import { explainRefusals, redirectUndici } from './undici.ts';

/**
 * @param scope the async context to intercept; null: all
 * @throws TypeError with the invalid option
 */
export async function beginInterception(
  host: Intercepting,
  world: string,
  scope: Scope | null,
  options: InterceptOptions,
): Promise<Interception> {
  const hosts = checkOptions(options);
  const named = world === DEFAULT_WORLD ? null : world;
  const [http, https] = await Promise.all([
    host.openProductionPort('http', named),
    host.openProductionPort('https', named),
  ]);
  const active: Active = {
    covers: hostMatcher([...vendorHosts(), ...hosts]),
    isOwn: (target) => host.urls.some((url) => isAt(target, url)),
    refusesOthers: options.others === 'refuse',
    ports: { http: http.port, https: https.port },
  };
  begin(active, scope);
  const restore = async () => {
    if (!host.interceptions.delete(interception)) return;
    end(active, scope);
    http.close();
    https.close();
  };
  const interception: Interception = { restore, [Symbol.asyncDispose]: restore };
  host.interceptions.set(interception, world);
  return interception;
}

function begin(active: Active, scope: Scope | null): void {
  const known = interceptions();
  known.all.add(active);
  if (scope === null) known.everywhere.push(active);
  else scope.active = active;
  if (known.undo !== null) return;
  const undone = [redirectNodeHttp(), redirectUndici(), explainRefusals()];
  known.undo = () => {
    for (const undo of undone) undo();
  };
}

function end(active: Active, scope: Scope | null): void {
  const known = interceptions();
  known.all.delete(active);
  if (scope === null) known.everywhere.splice(known.everywhere.indexOf(active), 1);
  else endScope(scope);
  if (known.all.size > 0) return;
  known.undo?.();
  known.undo = null;
}

/** Names of this machine count as the mock's address if the port matches. */
function isAt({ name, port }: Target, url: string): boolean {
  const own = new URL(url);
  const isHere = name === 'localhost' || name.endsWith('.localhost') || name === '::1' || name.startsWith('127.');
  const ownPort = Number(own.port || (own.protocol === 'https:' ? 443 : 80));
  return port === ownPort && (isHere || name === plainName(own.hostname));
}

/** @returns the additional hosts */
function checkOptions(options: InterceptOptions): readonly string[] {
  checkMembers(options, ['others', 'hosts'], 'intercept', "{ others: 'refuse' }");
  const { others = 'pass', hosts = {} } = options;
  if (others !== 'pass' && others !== 'refuse') {
    throw new TypeError(`intercept: \`others\` is ${JSON.stringify(others)}. Expected \`pass\` or \`refuse\`.`);
  }
  checkObject(hosts, 'intercept: `hosts`', "{ 'runai.acme.com': 'runai' }");
  return Object.entries(hosts).map(([host, service]) => checkHost(host, service));
}

function checkHost(host: string, service: string): string {
  const shown = JSON.stringify(host.slice(0, 100));
  const name = host.toLowerCase();
  const [, fixed = ''] = /^(?:\*\.)?([^:]*)$/.exec(name) ?? [];
  if (hostName(fixed) === null) {
    throw new TypeError(
      `intercept: ${shown} in \`hosts\` is not a host name. Remove scheme, port and path, as in \`runai.acme.com\` or \`*.acme.com\`.`,
    );
  }
  const services = MANIFESTS.map((one) => one.name);
  if (!services.includes(service)) {
    throw new TypeError(
      `intercept: the service of ${shown} in \`hosts\` is ${JSON.stringify(service)}.${adviseName(String(service), services)}`,
    );
  }
  return name;
}
