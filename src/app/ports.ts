import type { Effective } from '../config.ts';
import { describeDecision } from '../core/describe.ts';
import type { Law } from '../core/law.ts';
import type { Server } from '../http/in-flight.ts';
import type { Routes } from '../http/routes.ts';
import { simulate } from '../http/simulate.ts';
import { type Config, flagName, shownValue } from '../options.ts';
import { castOf } from '../seed/index.ts';
import { type Ports, SERVICES } from '../services/index.ts';

/** What the switchboard needs of the rest of the server. @param routes asked only once a request has come */
export function portsOf(server: Server, version: string, { config, origins }: Effective, routes: () => Routes): Ports {
  const lawOfService = (name: string) => server.laws.find(({ service }) => service === name);
  const names = Object.keys(origins) as (keyof Config)[];
  return {
    info: async ({ store }) => ({
      name: 'nv-auth-mock',
      version,
      configuration: Object.fromEntries(
        names.map((name) => [flagName(name), { value: shownValue(name, config), origin: origins[name] }]),
      ),
      services: SERVICES.map((service) => {
        const { profile, tables } = service.law(config);
        return { name: service.name, title: service.title, profile, operations: tables.operations.length };
      }),
      counts: await store.world.counts(),
    }),
    cast: async (world) => castOf(await world.seed(), SERVICES),
    calls: () =>
      routes()
        .operationsOf('control')
        .map(({ method, path, summary }) => ({ method, path, summary })),
    events: async ({ store }, from, to) => {
      const events = await Promise.all(SERVICES.map((service) => service.events?.(store, from, to) ?? []));
      return events.flat().sort((one, other) => one.at - other.at);
    },
    tables: (name) => lawOfService(name) ?? null,
    services: () => SERVICES.map(({ name }) => name),
    describe: (decision) => {
      const mend = SERVICES.find(({ name }) => name === decision.service)?.mend;
      return describeDecision(decision, (lawOfService(decision.service) as Law).tables, mend);
    },
    simulate: (world, thought) => simulate(server, world, routes(), thought),
  };
}
