import { signal } from '@preact/signals';
import { askAll, type RecordedRequest, type RequestSummary } from '../control-api/client.ts';

/** Maximum number of refusals, and of other requests. The journal has the same limits. */
const MAX_ENTRIES = 2000;

const FIRST_READ_SIZE = 200;

export const requests = signal<readonly RequestSummary[]>([]);

/** Whether the journal has been read, so that an empty list means no requests. */
export const isJournalRead = signal(false);

/** While paused, new requests are collected in `heldBackRequests`. */
export const isPaused = signal(false);
/** The requests that arrived while paused, newest first. */
export const heldBackRequests = signal<readonly RequestSummary[]>([]);

/** Requests since the last animation frame. Batched, so that 1000 requests per second cause 60 updates. */
let arrivals: RequestSummary[] = [];

/** Adds a new request to the list, with the next animation frame. */
export function noteRequest(request: RequestSummary): void {
  arrivals.push(request);
  if (arrivals.length === 1) requestAnimationFrame(showArrivals);
}

/** Moves the arrivals to the list, or to the held back requests while paused. */
function showArrivals(): void {
  const newest = arrivals.reverse();
  arrivals = [];
  const target = isPaused.value ? heldBackRequests : requests;
  target.value = merge(newest, target.value);
}

/** Shows the held back requests, and ends the pause. */
export function resumeList(): void {
  isPaused.value = false;
  requests.value = merge(heldBackRequests.value, requests.value);
  heldBackRequests.value = [];
}

/** The error of the last read of the journal; null if it succeeded. */
export const journalError = signal<unknown>(null);

/** Reads the list again, because requests were removed, or were not reported by an event. */
export async function readJournal(): Promise<void> {
  arrivals = [];
  heldBackRequests.value = [];
  const known = new Set(requests.value);
  const isFirst = !isJournalRead.value;
  const limit = isFirst ? FIRST_READ_SIZE : 2 * MAX_ENTRIES;
  journalError.value = null;
  const recorded = await readSummaries(limit).catch((error: unknown) => {
    journalError.value = error;
  });
  if (recorded === undefined) return;
  const arrived = requests.value.filter((request) => !known.has(request));
  requests.value = merge(arrived, recorded);
  isJournalRead.value = true;
  // At first, do not wait for the rows that are out of sight.
  if (isFirst && recorded.length === FIRST_READ_SIZE) {
    const older = await readSummaries(2 * MAX_ENTRIES).catch(() => []);
    requests.value = merge(requests.value, older);
  }
}

/** Reads the newest requests without headers and bodies, which would take many megabytes of memory. */
export async function readSummaries(limit: number): Promise<readonly RequestSummary[]> {
  const recorded = await askAll<RecordedRequest>('requests', { limit, bodies: false });
  return recorded.map(({ request: _, response: __, ...summary }) => summary);
}

export function formatAddress({ path, query }: Pick<RequestSummary, 'path' | 'query'>): string {
  const fields = Object.entries(query).flatMap(([name, values]) => [values].flat().map((value) => `${name}=${value}`));
  return fields.length === 0 ? path : `${path}?${fields.join('&')}`;
}

/** Merges two lists without duplicates, newest first. The oldest requests above the limits are dropped. */
function merge(newer: readonly RequestSummary[], older: readonly RequestSummary[]): readonly RequestSummary[] {
  const ids = new Set(newer.map(({ id }) => id));
  let refusals = 0;
  let otherRequests = 0;
  return [...newer, ...older.filter(({ id }) => !ids.has(id))].filter((request) => {
    const position = isRefusal(request) ? ++refusals : ++otherRequests;
    return position <= MAX_ENTRIES;
  });
}

/** Returns whether a request was refused or broken off. */
export function isRefusal({ status, reason }: RequestSummary): boolean {
  return status === null || status >= 400 || reason !== null;
}

export function isUnknownPath({ operation, status, fault }: RequestSummary): boolean {
  return operation === null && status === 404 && fault === null;
}
