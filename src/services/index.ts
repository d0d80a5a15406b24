import type { ServiceDefinition } from '../service.ts';
import { runai } from './runai/index.ts';

export { control } from './control/index.ts';
export type { Ports } from './control/ports.ts';

/** Every emulated API: one line each. The switchboard is made with the server, because it is given these. */
export const SERVICES: readonly ServiceDefinition[] = [runai];
