import { ask } from '../control-api/client.ts';
import type { FidelityReport } from '../control-api/types.ts';
import { queries } from './query.ts';

/** The sources of what a service answers, with the meaning of each reason. @param service empty for all of them */
export const fidelityOf = queries((service) =>
  ask<FidelityReport>('GET', `/_mock/fidelity${service === '' ? '' : `?service=${service}`}`),
);
