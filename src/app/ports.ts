import type { Effective } from '../config.ts';
import { describeDecision } from '../core/describe.ts';
import type { Law } from '../core/law.ts';
import { reportUselessKeys, reviveToggle } from '../credentials/keyring.ts';
import { surroundingsOf } from '../http/context.ts';
import type { Server } from '../http/in-flight.ts';
import type { Routes } from '../http/routes.ts';
import { simulate } from '../http/simulate.ts';
import { type Config, flagName, shownValue } from '../options.ts';
import { castOf } from '../seed.ts';
import { type Ports, SERVICES } from '../services/index.ts';

/** What the switchboard needs of the rest of the server. @param routes asked only once a request has come */
export function portsOf(server: Server, version: string, { config, origins }: Effective, routes: () => Routes): Ports {
  const { world } = server;
  const lawOfService = (name: string) => server.laws.find(({ service }) => service === name);
  const names = Object.keys(origins) as (keyof Config)[];
  return {
    info: async () => ({
      name: 'nv-auth-mock',
      version,
      configuration: Object.fromEntries(
        names.map((name) => [flagName(name), { value: shownValue(name, config), origin: origins[name] }]),
      ),
      services: SERVICES.map((service) => {
        const { profile, tables } = service.law(config);
        return { name: service.name, title: service.title, profile, operations: tables.operations.length };
      }),
      counts: await world.store.world.counts(),
    }),
    cast: async () => castOf(await world.seed(), SERVICES),
    reset: async () => {
      await world.reset();
      await reviveToggle(surroundingsOf(server, world));
      await reportUselessKeys(surroundingsOf(server, world), world.clock.now());
    },
    calls: () =>
      routes()
        .operationsOf('control')
        .map(({ method, path, summary }) => ({ method, path, summary })),
    clockAhead: () => world.clockAhead(),
    advance: async (milliseconds) => {
      const { from, to } = await world.advance(milliseconds);
      const events = await Promise.all(SERVICES.map((service) => service.events?.(world.store, from, to) ?? []));
      return events.flat().sort((one, other) => one.at - other.at);
    },
    now: () => world.clock.now(),
    tables: (name) => lawOfService(name) ?? null,
    services: () => SERVICES.map(({ name }) => name),
    describe: (decision) => {
      const mend = SERVICES.find(({ name }) => name === decision.service)?.mend;
      return describeDecision(decision, (lawOfService(decision.service) as Law).tables, mend);
    },
    simulate: (principal, method, path) => simulate(server, routes(), principal, method, path),
  };
}
