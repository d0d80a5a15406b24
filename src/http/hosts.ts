import type { IncomingMessage } from 'node:http';
import type { OperationHost } from '../contract/service.ts';

/** Prefix of the internal paths at which Fastify finds the operations of hosts. */
const PREFIX = '/_hosts/';

/** Returns the internal path at which Fastify finds the operation of a host. */
export function pathOfHost({ operation }: OperationHost): string {
  return `${PREFIX}${operation}`;
}

/**
 * Hosts that each belong to one operation, for any method and path. Fastify prefers a longer path to a host constraint,
 * so a request to such a host gets the path of its operation before routing.
 */
export class OperationHosts {
  readonly #hosts: readonly OperationHost[];

  constructor(hosts: readonly OperationHost[]) {
    this.#hosts = hosts;
  }

  /** Returns the path of the operation; null if the host belongs to no operation. */
  findPath({ headers }: Pick<IncomingMessage, 'headers'>): string | null {
    const host = this.#hosts.find((candidate) => paramsOfHost(candidate, headers.host) !== null);
    return host === undefined ? null : pathOfHost(host);
  }
}

/** Returns the parameters in a host name; null if the name does not match this host. */
export function paramsOfHost({ pattern }: OperationHost, name = ''): Record<string, string> | null {
  const match = pattern.exec(name.toLowerCase());
  return match === null ? null : { ...match.groups };
}
