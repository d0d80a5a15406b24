import { computed } from '@preact/signals';
import { choices } from '../address.ts';
import type { RequestSummary } from '../control-api/client.ts';
import { formatAddress, isRefusal, requests } from './requests.ts';

/** Returns a request's value for each filter with a list of values; null if it has none. */
const VALUES = {
  service: ({ service }: RequestSummary) => service,
  status: ({ status }: RequestSummary) => (status === null ? null : String(status)),
  principal: ({ principal }: RequestSummary) => principal?.name ?? null,
  operation: ({ operation }: RequestSummary) => operation,
  reason: ({ reason }: RequestSummary) => reason,
  method: ({ method }: RequestSummary) => method,
} as const;
export type ValueFilter = keyof typeof VALUES;
/** All filters, by their names in the address. */
export const FILTERS = [...(Object.keys(VALUES) as ValueFilter[]), 'path', 'hints', 'text', 'refusals'] as const;
export type Filter = (typeof FILTERS)[number];

export const matchingRequests = computed(() => {
  const expected = FILTERS.map((name) => [name, choices.value[name] ?? ''] as const).filter(
    ([, value]) => value !== '',
  );
  return expected.length === 0
    ? requests.value
    : requests.value.filter((request) => expected.every(([name, value]) => matchesFilter(request, name, value)));
});

function matchesFilter(request: RequestSummary, name: Filter, value: string): boolean {
  if (name === 'refusals') return isRefusal(request);
  if (name === 'hints') return listHints(request).length > 0;
  if (name === 'path') return matchesTemplate(request.path, value);
  // The id tells callers of the same name apart.
  if (name === 'principal' && request.principal?.id === value) return true;
  if (name !== 'text') {
    const requestValue = VALUES[name](request);
    // `4xx` matches any 4xx status.
    return name === 'status' && value.endsWith('xx') ? requestValue?.[0] === value[0] : requestValue === value;
  }
  const { method, operation, principal, reason } = request;
  const text = `${method} ${formatAddress(request)} ${operation} ${principal?.name} ${reason}`.toLowerCase();
  return text.includes(value.toLowerCase());
}

/** Returns the hints of a request. The first fix of a refusal, in their place, is none. */
export function listHints({ hints }: RequestSummary): RequestSummary['hints'] {
  return hints.filter(({ code }) => code !== 'fix');
}

/** Returns whether a path matches a template, in which `{name}` matches any segment. */
export function matchesTemplate(path: string, template: string): boolean {
  const segments = path.split('/');
  const expected = template.split('/');
  return (
    segments.length === expected.length &&
    expected.every((segment, index) => /^\{.*\}$/.test(segment) || segment === segments[index])
  );
}

/** Returns the values of a filter in the requests of the page, sorted. */
export function listValues(name: ValueFilter): readonly string[] {
  return [...new Set(requests.value.map(VALUES[name]))].filter((value) => value !== null).sort();
}

/** A row of the list: a request, and the equal ones just before it. */
export interface Row {
  /** The newest of the equal requests. */
  readonly request: RequestSummary;
  readonly ids: readonly string[];
}

/** The rows of the list. Consecutive equal requests share a row, unless grouping is off. */
export const listedRows = computed((): readonly Row[] => {
  const isGrouped = choices.value['group'] !== 'no';
  const rows: { request: RequestSummary; ids: string[] }[] = [];
  let previousText = '';
  for (const request of matchingRequests.value) {
    const { id, method, status, reason, fault, principal } = request;
    const text = [method, formatAddress(request), status, reason, fault, principal?.id].join();
    if (isGrouped && text === previousText) rows.at(-1)?.ids.push(id);
    else rows.push({ request, ids: [id] });
    previousText = text;
  }
  return rows;
});
