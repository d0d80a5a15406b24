import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { ENTRIES, type Entry } from './instrument.ts';

/** Node's own channel: a server has received a request. */
const REQUESTS = 'http.server.request.start';

/**
 * Records the functions that a request enters, in order, until its response arrives. Timers of the server are not
 * included.
 *
 * @param send sends the only request in flight
 */
export async function record(send: () => Promise<unknown>): Promise<readonly Entry[]> {
  const ofRequest = new AsyncLocalStorage<true>();
  const entries: Entry[] = [];
  const begin = () => ofRequest.enterWith(true);
  const add = (entry: unknown) => {
    if (ofRequest.getStore() === true) entries.push(entry as Entry);
  };
  subscribe(REQUESTS, begin);
  subscribe(ENTRIES, add);
  try {
    await send();
  } finally {
    unsubscribe(ENTRIES, add);
    unsubscribe(REQUESTS, begin);
  }
  return entries;
}
