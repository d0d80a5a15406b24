import type { IncomingMessage } from 'node:http';
import type { OwnHost } from '../contract/service.ts';

/** Where Fastify finds the operations of hosts. */
const PREFIX = '/_hosts/';

/** Where Fastify finds the operation of a host. */
export function pathOfHost({ operation }: OwnHost): string {
  return `${PREFIX}${operation}`;
}

/**
 * Hosts that belong to one operation, which answers any method and path under their names. Fastify prefers a route with
 * a longer path to one with a host, so a request to such a host gets the path of its operation before it is routed.
 */
export class OwnHosts {
  readonly #hosts: readonly OwnHost[];

  constructor(hosts: readonly OwnHost[]) {
    this.#hosts = hosts;
  }

  /** The path of the operation; null if the host name belongs to no operation. */
  pathFor({ headers }: Pick<IncomingMessage, 'headers'>): string | null {
    const host = this.#hosts.find((one) => paramsOfHost(one, headers.host) !== null);
    return host === undefined ? null : pathOfHost(host);
  }
}

/** The parameters in a host name; null if it is not one of this host. */
export function paramsOfHost({ pattern }: OwnHost, name = ''): Record<string, string> | null {
  const match = pattern.exec(name.toLowerCase());
  return match === null ? null : { ...match.groups };
}
