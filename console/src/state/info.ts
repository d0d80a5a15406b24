import { ask } from '../control-api/client.ts';
import type { Info } from '../control-api/types.ts';
import { createQuery } from './query.ts';

/** Reads the server's configuration, which never changes while it runs. */
export const readInfo = createQuery([], () => ask<Info>('GET', '/_mock/info'));
