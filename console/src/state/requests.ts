import { computed, signal } from '@preact/signals';
import { chosen } from '../address.ts';
import { askAll } from '../control-api/client.ts';
import type { RecordedRequest, RequestSummary } from '../control-api/types.ts';

/** Maximum number of refusals, and of other requests. The journal has the same limits. */
const MAX_ENTRIES = 2000;

/** Size of the first read. */
const FIRST_READ = 200;

/** Newest first. */
export const requests = signal<readonly RequestSummary[]>([]);

/** Whether the requests before the page was opened are read. */
export const isJournalRead = signal(false);

/** While paused, new requests are collected in `heldBack`. */
export const isPaused = signal(false);
export const heldBack = signal<readonly RequestSummary[]>([]);

/** Requests since the last animation frame. Batched, so that 1000 requests per second cause 60 updates. */
let arrived: RequestSummary[] = [];

export function noteRequest(request: RequestSummary): void {
  arrived.push(request);
  if (arrived.length === 1) requestAnimationFrame(showArrived);
}

function showArrived(): void {
  const newest = arrived.reverse();
  arrived = [];
  const target = isPaused.value ? heldBack : requests;
  target.value = merge(newest, target.value);
}

/** Shows the collected requests, and continues. */
export function resume(): void {
  isPaused.value = false;
  requests.value = merge(heldBack.value, requests.value);
  heldBack.value = [];
}

/** Reads the requests that were not reported: before the page was opened, or while it was disconnected. */
export async function readJournal(): Promise<void> {
  const newest = await readSummaries({ limit: FIRST_READ });
  requests.value = merge(newest, requests.value);
  isJournalRead.value = true;
  // Don't wait for rows below the fold.
  if (newest.length === FIRST_READ) void readSummaries({ limit: 2 * MAX_ENTRIES }).then(noteOlder, () => {});
}

function noteOlder(older: readonly RequestSummary[]): void {
  requests.value = merge(requests.value, older);
}

/**
 * Reads requests without headers and bodies, which would take many megabytes of memory.
 *
 * @param limits the maximum number, newest first
 */
export async function readSummaries(limits: { readonly limit: number }): Promise<readonly RequestSummary[]> {
  const read = await askAll<RecordedRequest>('requests', { ...limits, bodies: false });
  return read.map(({ request: _, response: __, ...summary }) => summary);
}

export function forgetRequests(): void {
  requests.value = [];
  heldBack.value = [];
}

/** Returns the path and the query of a request in readable form. */
export function formatAddress({ path, query }: Pick<RequestSummary, 'path' | 'query'>): string {
  const fields = Object.entries(query).flatMap(([name, values]) => [values].flat().map((value) => `${name}=${value}`));
  return fields.length === 0 ? path : `${path}?${fields.join('&')}`;
}

/** Merges two lists without duplicates, newest first. */
function merge(newer: readonly RequestSummary[], older: readonly RequestSummary[]): readonly RequestSummary[] {
  const ids = new Set(newer.map(({ id }) => id));
  let [refusals, others] = [0, 0];
  return [...newer, ...older.filter(({ id }) => !ids.has(id))].filter((request) => {
    const position = isRefusal(request) ? ++refusals : ++others;
    return position <= MAX_ENTRIES;
  });
}

/** Whether a request was refused, broken off, or would have been refused without observe mode. */
function isRefusal({ status, reason }: RequestSummary): boolean {
  return status === null || status >= 400 || reason !== null;
}

/** The filters that the control API's journal supports. The address uses the same names. */
const JOURNAL_FILTERS = ['service', 'status', 'principal', 'operation', 'reason', 'method', 'path'] as const;
/** All filters. The control API has no text search and no filter for all refusals. */
export const FILTERS = [...JOURNAL_FILTERS, 'text', 'refusals'] as const;
export type Filter = (typeof FILTERS)[number];

/** A request's value for each filter with a list of values; null: none. */
const VALUES = {
  service: ({ service }: RequestSummary) => service,
  status: ({ status }: RequestSummary) => (status === null ? null : String(status)),
  principal: ({ principal }: RequestSummary) => principal?.name ?? null,
  operation: ({ operation }: RequestSummary) => operation,
  reason: ({ reason }: RequestSummary) => reason,
  method: ({ method }: RequestSummary) => method,
} as const;
export type ValueFilter = keyof typeof VALUES;

/** The requests that match all filters. */
export const matching = computed(() => {
  const expected = FILTERS.map((name) => [name, chosen.value[name] ?? ''] as const).filter(([, value]) => value !== '');
  return expected.length === 0
    ? requests.value
    : requests.value.filter((request) => expected.every(([name, value]) => matchesFilter(request, name, value)));
});

/** The active filters that the control API supports. */
export const filter = computed(
  (): Readonly<Record<string, string>> =>
    Object.fromEntries(
      JOURNAL_FILTERS.map((name) => [name, chosen.value[name] ?? '']).filter(([, value]) => value !== ''),
    ),
);

function matchesFilter(request: RequestSummary, name: Filter, value: string): boolean {
  if (name === 'refusals') return isRefusal(request);
  if (name === 'path') return matchesTemplate(request.path, value);
  if (name !== 'text') {
    const own = VALUES[name](request);
    // `4xx` matches any 4xx status.
    return name === 'status' && value.endsWith('xx') ? own?.[0] === value[0] : own === value;
  }
  const { method, operation, principal, reason } = request;
  const text = `${method} ${formatAddress(request)} ${operation} ${principal?.name} ${reason}`.toLowerCase();
  return text.includes(value.toLowerCase());
}

/** @param template `{name}` matches any segment */
function matchesTemplate(path: string, template: string): boolean {
  const [segments, expected] = [path.split('/'), template.split('/')];
  return (
    segments.length === expected.length &&
    expected.every((segment, index) => /^\{.*\}$/.test(segment) || segment === segments[index])
  );
}

/** Returns the values of a filter in the requests of the page. */
export function valuesOf(name: ValueFilter): readonly string[] {
  const values = new Set(requests.value.map(VALUES[name]));
  values.delete(null);
  return [...values].filter((value) => value !== null).sort();
}

/** A row of the list: a request, and the equal ones just before it. */
export interface Row {
  /** The newest of the equal requests. */
  readonly request: RequestSummary;
  readonly ids: readonly string[];
}

/** The rows of the list. Consecutive equal requests share a row, unless grouping is off. */
export const listed = computed((): readonly Row[] => {
  const isGrouped = chosen.value['group'] !== 'no';
  const rows: { request: RequestSummary; ids: string[] }[] = [];
  let previousText = '';
  for (const request of matching.value) {
    const { id, method, status, reason, fault, principal } = request;
    const text = [method, formatAddress(request), status, reason, fault, principal?.id].join();
    if (isGrouped && text === previousText) rows.at(-1)?.ids.push(id);
    else rows.push({ request, ids: [id] });
    previousText = text;
  }
  return rows;
});
