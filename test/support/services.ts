import { loadServices } from '../../src/services/index.ts';

/** Every emulated API, as a server loads it. */
export const SERVICES = await loadServices();

/** Names of the services that have a part in a seed. */
export const SEEDED = SERVICES.filter(({ seed }) => seed !== null).map(({ name }) => name);

/** Names of the services for which NGC keys are made. */
export const KEYED = SERVICES.filter(
  ({
    rules: {
      rulesets: [ruleset],
    },
  }) => ruleset?.tables.product !== undefined,
).map(({ name }) => name);
