import type { Routes } from '../../../src/conformance-entry.ts';
import { checkExchanges, type TrafficReport } from './check.ts';
import type { Exchange } from './exchange.ts';
import { exchangesIn, readExchange } from './har.ts';
import { finderForRoutes, type Locate } from './operation-finder.ts';

/** An entry of an HTTP Archive. */
export interface RecordedEntry {
  /** Where it was recorded, for messages. */
  readonly place: string;
  readonly entry: unknown;
}

/**
 * Checks traffic against the documents of a server.
 *
 * @param locate returns where the server routes a URL
 * @param recorded an HTTP Archive, or its entries, which are read one at a time
 * @throws UserError if it isn't an archive
 */
export function checkTraffic(
  routes: Routes,
  locate: Locate,
  recorded: object | Iterable<RecordedEntry>,
): Promise<TrafficReport> {
  const exchanges = Symbol.iterator in recorded ? readExchanges(recorded) : exchangesIn(recorded, 'The body');
  return checkExchanges(finderForRoutes(routes, locate), exchanges);
}

function* readExchanges(entries: Iterable<RecordedEntry>): Generator<Exchange> {
  for (const { entry, place } of entries) {
    const exchange = readExchange(entry, place);
    if (exchange !== null) yield exchange;
  }
}
