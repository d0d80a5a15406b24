import { ask } from '../control-api/client.ts';
import type { FidelityReport } from '../control-api/types.ts';
import { createQueries } from './query.ts';

/** Reads the sources of a service's behaviour, and the meaning of each reason. @param service empty for all services */
export const readFidelity = createQueries((service) =>
  ask<FidelityReport>('GET', `/_mock/fidelity${service === '' ? '' : `?service=${service}`}`),
);
