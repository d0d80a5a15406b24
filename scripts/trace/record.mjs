// @ts-check
/** Records what one request to a server in this process enters. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { ENTRIES } from './instrument.mjs';

/** Node's own channel: a server has received a request. */
const REQUESTS = 'http.server.request.start';

/** @typedef {import('./instrument.mjs').Entry} Entry */

/**
 * The functions that a request enters, in order, until its answer has arrived. What timers of the server do meanwhile
 * is not included.
 *
 * @param {() => Promise<unknown>} send sends the only request in flight
 */
export async function record(send) {
  /** @type {AsyncLocalStorage<true>} */
  const ofRequest = new AsyncLocalStorage();
  /** @type {Entry[]} */
  const entries = [];
  const begin = () => ofRequest.enterWith(true);
  /** @type {import('node:diagnostics_channel').ChannelListener} */
  const add = (entry) => {
    if (ofRequest.getStore() === true) entries.push(/** @type {Entry} the only thing that is told here */ (entry));
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
