import type { Context } from '../contract/request.ts';
import { own } from '../core/own.ts';
import {
  type Presented,
  presentedClient,
  presentedGrant,
  presentedInHeader,
  presentedKey,
} from '../credentials/presented.ts';
import type { Route } from './in-flight.ts';

/** What a request presents of credentials: in its header, and where its operation says that they stand. */
export function findPresented(
  { rule, row, service }: Route,
  { headerLines, query, body }: Pick<Context, 'headerLines' | 'query' | 'body'>,
): readonly Presented[] {
  const found: Presented[] = [];
  if (rule !== null || row.selects !== undefined) {
    const [line, second] = headerLines('authorization');
    const inHeader = second === undefined ? presentedInHeader(line) : null;
    if (inHeader !== null) found.push(inHeader);
  }
  if (row.selects === undefined) return found;
  return [...found, ...presentedIn(row.selects === 'query' ? query : body, service.credentialFields)];
}

/** Clients first: they authenticate, and the rest is redeemed by them. */
function presentedIn(sent: unknown, fields: Route['service']['credentialFields'] = {}): Presented[] {
  if (typeof sent !== 'object' || sent === null) return [];
  const texts = (names: readonly string[] = []) =>
    names.map((name) => own(sent as Record<string, unknown>, name)).filter((text) => typeof text === 'string');
  return [
    ...texts(fields.clients).map(presentedClient),
    ...texts(fields.grants).map(presentedGrant),
    ...texts(fields.keys).map(presentedKey),
  ];
}
