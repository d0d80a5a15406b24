import { ownHostsOf } from '../../http/mount.ts';
import type { KnownNames } from '../../journal/check.ts';
import type { ControlledServer } from './controlled-server.ts';

/** Returns the names that request matchers can use. No document has the operations of hosts, so they are added. */
export function listKnownNames({ server: { services, reasons }, routes }: ControlledServer): KnownNames {
  const operations = services.flatMap((service) => {
    const documented = routes()
      .operationsOf(service.name)
      .map(({ id, method, path }) => ({ id, method, path }));
    const hostOperations = ownHostsOf(service).map(({ operation }) => ({ id: operation, method: '*', path: null }));
    return [...documented, ...hostOperations].map((operation) => ({ service: service.name, ...operation }));
  });
  return { operations, reasons: Object.keys(reasons) };
}
