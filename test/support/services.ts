import { loadServices } from '../../src/services/index.ts';

/** Every emulated API, as a server loads it. */
export const SERVICES = await loadServices();
