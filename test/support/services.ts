import { loadServices } from '../../src/services/index.ts';

/** All services, loaded like a server loads them. */
export const SERVICES = await loadServices();

/** Names of the services with a part in a seed. */
export const SEEDED = SERVICES.filter(({ seed }) => seed !== null).map(({ name }) => name);

/** Names of the services with NGC keys. */
export const KEYED = SERVICES.filter(
  ({
    rules: {
      rulesets: [ruleset],
    },
  }) => ruleset?.tables.product !== undefined,
).map(({ name }) => name);
