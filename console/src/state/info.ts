import { ask } from '../control-api/client.ts';
import { createQuery } from './query.ts';

/** The parts of the response that the console uses. */
interface Info {
  readonly version: string;
  readonly services: readonly { readonly name: string }[];
  readonly store: { readonly kind: string };
}

/** Reads the server's configuration, which never changes while it runs. */
export const readInfo = createQuery([], () => ask<Info>('GET', '/_mock/info'));
