import { ask } from '../control-api/client.ts';
import { query } from './query.ts';

/** The parts of the answer that are shown here. */
interface Info {
  readonly services: readonly { readonly name: string }[];
  readonly store: { readonly kind: string };
}

/** What stays the same for as long as the server runs. */
export const readInfo = query([], () => ask<Info>('GET', '/_mock/info'));
