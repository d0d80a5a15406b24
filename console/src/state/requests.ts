import { computed, signal } from '@preact/signals';
import { chosen } from '../address.ts';
import { askAll } from '../control-api/client.ts';
import type { RecordedRequest, RequestSummary } from '../control-api/types.ts';

/** The page shows the newest refusals and the newest other requests, so many of each, as the journal keeps them. */
const MAX_ENTRIES = 2000;

/** So many are read at first. */
const FIRST = 200;

/** Newest first. */
export const requests = signal<readonly RequestSummary[]>([]);

/** Is it known which requests came before the page was opened? */
export const isJournalRead = signal(false);

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

/** Reads the journal: what came before the page was opened, or while nothing was reported. */
export async function readJournal(): Promise<void> {
  const newest = await readSummaries({ limit: FIRST });
  requests.value = merged(newest, requests.value);
  isJournalRead.value = true;
  // Don't wait for what is below the fold.
  if (newest.length === FIRST) void readSummaries({ limit: 2 * MAX_ENTRIES }).then(noteOlder, () => {});
}

function noteOlder(older: readonly RequestSummary[]): void {
  requests.value = merged(requests.value, older);
}

/**
 * Reads requests without their headers and bodies, which would be kept in memory: many megabytes of them.
 *
 * @param limits how many at most, the newest
 */
export async function readSummaries(limits: { readonly limit: number }): Promise<readonly RequestSummary[]> {
  const read = await askAll<RecordedRequest>('requests', { ...limits, bodies: false });
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
  let [refusals, others] = [0, 0];
  return [...newer, ...older.filter(({ id }) => !known.has(id))].filter((request) => {
    const place = isRefusal(request) ? ++refusals : ++others;
    return place <= MAX_ENTRIES;
  });
}

/** Was it refused or broken off, or would it have been refused without observe mode? */
function isRefusal({ status, reason }: RequestSummary): boolean {
  return status === null || status >= 400 || reason !== null;
}

/** What the list can be narrowed to, by the names of the address and of the control API's journal. */
const JOURNAL_FILTERS = ['service', 'status', 'principal', 'operation', 'reason', 'method', 'path'] as const;
/** The control API knows no search by text, and no list of all refusals. */
export const FILTERS = [...JOURNAL_FILTERS, 'text', 'refusals'] as const;
export type Filter = (typeof FILTERS)[number];

/** What a request has of each filter with a list of values; null: nothing. */
const VALUES = {
  service: ({ service }: RequestSummary) => service,
  status: ({ status }: RequestSummary) => (status === null ? null : String(status)),
  principal: ({ principal }: RequestSummary) => principal?.name ?? null,
  operation: ({ operation }: RequestSummary) => operation,
  reason: ({ reason }: RequestSummary) => reason,
  method: ({ method }: RequestSummary) => method,
} as const;
export type ValueFilter = keyof typeof VALUES;

/** The requests that fit what is chosen. */
export const fitting = computed(() => {
  const wanted = FILTERS.map((name) => [name, chosen.value[name] ?? ''] as const).filter(([, value]) => value !== '');
  return wanted.length === 0
    ? requests.value
    : requests.value.filter((request) => wanted.every(([name, value]) => fits(request, name, value)));
});

/** What is chosen of what the control API can narrow its list to. */
export const filter = computed(
  (): Readonly<Record<string, string>> =>
    Object.fromEntries(
      JOURNAL_FILTERS.map((name) => [name, chosen.value[name] ?? '']).filter(([, value]) => value !== ''),
    ),
);

function fits(request: RequestSummary, name: Filter, value: string): boolean {
  if (name === 'refusals') return isRefusal(request);
  if (name === 'path') return isLike(request.path, value);
  if (name !== 'text') {
    const own = VALUES[name](request);
    // `4xx`: any of these.
    return name === 'status' && value.endsWith('xx') ? own?.[0] === value[0] : own === value;
  }
  const { method, operation, principal, reason } = request;
  const text = `${method} ${addressIn(request)} ${operation} ${principal?.name} ${reason}`.toLowerCase();
  return text.includes(value.toLowerCase());
}

/** @param template in which `{name}` stands for any segment */
function isLike(path: string, template: string): boolean {
  const [segments, wanted] = [path.split('/'), template.split('/')];
  return (
    segments.length === wanted.length && wanted.every((one, index) => /^\{.*\}$/.test(one) || one === segments[index])
  );
}

/** The values that a filter can have, in the requests that are shown. */
export function valuesOf(name: ValueFilter): readonly string[] {
  const values = new Set(requests.value.map(VALUES[name]));
  values.delete(null);
  return [...values].filter((value) => value !== null).sort();
}

/** A row of the list: a request, and those just before it that are equal. */
export interface Row {
  /** The newest of them. */
  readonly request: RequestSummary;
  readonly ids: readonly string[];
}

/** The requests that fit. Equal ones that follow each other are one row, unless each is wanted. */
export const listed = computed((): readonly Row[] => {
  const isFolded = chosen.value['group'] !== 'no';
  const rows: { request: RequestSummary; ids: string[] }[] = [];
  let newer = '';
  for (const request of fitting.value) {
    const { id, method, status, reason, fault, principal } = request;
    const text = [method, addressIn(request), status, reason, fault, principal?.id].join();
    if (isFolded && text === newer) rows.at(-1)?.ids.push(id);
    else rows.push({ request, ids: [id] });
    newer = text;
  }
  return rows;
});
