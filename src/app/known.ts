import type { ServiceDefinition } from '../contract/service.ts';
import type { Routes } from '../http/routes.ts';
import type { Known } from '../journal/check.ts';
import { ALL_REASONS } from '../services/index.ts';

/** What a match of requests can name: the operations of documents, and those of hosts, which no document has. */
export function knownOf(services: readonly ServiceDefinition[], routes: Routes): Known {
  const operations = services.flatMap((service) => {
    const documented = routes.operationsOf(service.name).map(({ id, method, path }) => ({ id, method, path }));
    const hosts = (service.hosts ?? []).map(({ operation }) => ({ id: operation, method: '*', path: null }));
    return [...documented, ...hosts].map((one) => ({ service: service.name, ...one }));
  });
  return { operations, reasons: Object.keys(ALL_REASONS) };
}
