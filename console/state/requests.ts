import { computed, signal } from '@preact/signals';
import { chosen } from '../address.ts';
import { askAll } from '../control-api/client.ts';
import type { RecordedRequest, RequestSummary } from '../control-api/types.ts';

/** The page shows the newest so many, as the journal keeps them. */
const MOST = 2000;

/** Newest first. */
export const requests = signal<readonly RequestSummary[]>([]);

/** While paused, what comes is kept back. */
export const isPaused = signal(false);
export const keptBack = signal<readonly RequestSummary[]>([]);

/** What came since the last frame: a thousand requests in a second are shown in sixty steps, not in a thousand. */
let arrived: RequestSummary[] = [];

export function noteRequest(request: RequestSummary): void {
  arrived.push(request);
  if (arrived.length === 1) requestAnimationFrame(showArrived);
}

function showArrived(): void {
  const newest = arrived.reverse();
  arrived = [];
  const shown = isPaused.value ? keptBack : requests;
  shown.value = merged(newest, shown.value);
}

/** Shows what was kept back, and goes on. */
export function resume(): void {
  isPaused.value = false;
  requests.value = merged(keptBack.value, requests.value);
  keptBack.value = [];
}

/** Reads the journal: what came before the page was opened, or while nothing was told. */
export async function readJournal(): Promise<void> {
  requests.value = merged(await readSummaries({ limit: 200 }), requests.value);
}

/**
 * Reads requests without their headers and bodies, which would be kept in memory: many megabytes of them.
 *
 * @param filter what the control API is to narrow them to
 */
export async function readSummaries(filter: { readonly limit: number }): Promise<readonly RequestSummary[]> {
  const read = await askAll<RecordedRequest>('requests', { ...filter, bodies: false });
  return read.map(({ request: _, response: __, ...summary }) => summary);
}

export function forgetRequests(): void {
  requests.value = [];
  keptBack.value = [];
}

/** The path of a request with its query, as people read it. */
export function addressIn({ path, query }: Pick<RequestSummary, 'path' | 'query'>): string {
  const fields = Object.entries(query).flatMap(([name, values]) => [values].flat().map((value) => `${name}=${value}`));
  return fields.length === 0 ? path : `${path}?${fields.join('&')}`;
}

/** Each request once, newest first. */
function merged(newer: readonly RequestSummary[], older: readonly RequestSummary[]): readonly RequestSummary[] {
  const known = new Set(newer.map(({ id }) => id));
  return [...newer, ...older.filter(({ id }) => !known.has(id))].slice(0, MOST);
}

/** What the list can be narrowed to. The names are those of the address and of the control API's journal. */
export const FILTERS = ['service', 'status', 'principal', 'reason', 'text'] as const;
export type Filter = (typeof FILTERS)[number];

/** The requests that fit what is chosen. */
export const fitting = computed(() => {
  const wanted = FILTERS.map((name) => [name, chosen.value[name] ?? ''] as const).filter(([, value]) => value !== '');
  return wanted.length === 0
    ? requests.value
    : requests.value.filter((request) => wanted.every(([name, value]) => fits(request, name, value)));
});

function fits(request: RequestSummary, name: Filter, value: string): boolean {
  const { service, status, principal, reason } = request;
  if (name === 'service') return service === value;
  if (name === 'reason') return reason === value;
  if (name === 'principal') return principal?.name === value;
  // `4xx`: any of these.
  if (name === 'status')
    return value.endsWith('xx') ? String(status).startsWith(value.slice(0, 1)) : String(status) === value;
  const text =
    `${request.method} ${addressIn(request)} ${request.operation} ${principal?.name} ${reason}`.toLowerCase();
  return text.includes(value.toLowerCase());
}

/** The values that a filter can have, in the requests that are shown. */
export function valuesOf(name: 'service' | 'principal' | 'reason' | 'status'): readonly string[] {
  const values = new Set<string>();
  for (const { service, principal, reason, status } of requests.value) {
    const value = { service, principal: principal?.name, reason, status: status === null ? null : String(status) }[
      name
    ];
    if (value) values.add(value);
  }
  return [...values].sort();
}
