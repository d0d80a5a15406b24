import type { ServiceDefinition } from '../contract/service.ts';
import type { Law } from '../core/law.ts';
import { air } from './air/index.ts';
import { ngc } from './ngc/index.ts';
import { nvcf } from './nvcf/index.ts';
import { runai } from './runai/index.ts';

export { control } from './control/index.ts';
export type { Ports } from './control/ports.ts';

/** Every emulated API: one line each. The switchboard is made with the server, because it is given these. */
export const SERVICES: readonly ServiceDefinition[] = [runai, ngc(lawsOfKeys), air, nvcf];

/** The laws whose scopes and resource types keys can hold; names are the same in every profile. */
function lawsOfKeys(): readonly Law[] {
  return SERVICES.flatMap(({ laws }) => laws.slice(0, 1)).filter(({ tables }) => tables.product !== undefined);
}
