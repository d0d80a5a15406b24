import { ask } from '../../control-api/client.ts';
import { readValue, useLoaded } from '../../parts/loaded.tsx';
import { countChanges } from '../../state/changes.ts';
import { matchingRequests } from '../../state/request-filters.ts';
import { requests } from '../../state/requests.ts';

/** The journal drops requests from this number on. */
const MIN_FULL = 2000;

/** Shows how many requests are listed, and how many the journal still has. */
export function RequestCount() {
  const listed = matchingRequests.value.length;
  const all = requests.value.length;
  const isFull = all >= MIN_FULL;
  const counts = useLoaded(
    async () =>
      isFull ? ask<{ total: number; dropped: number }>('GET', '/_mock/requests?limit=1&bodies=false') : undefined,
    [isFull && countChanges('requests')],
  );
  const { total, dropped } = readValue(counts, undefined) ?? { total: 0, dropped: 0 };
  if (dropped === 0) return listed === all ? format(all) : `${format(listed)} of ${format(all)}`;
  const kept = `${format(total)} of ${format(total + dropped)} kept`;
  return listed === all ? kept : `${format(listed)} shown, ${kept}`;
}

function format(number: number): string {
  return number.toLocaleString('en');
}
