import { ask } from '../../control-api/client.ts';
import { readValue, useLoaded } from '../../parts/loaded.tsx';
import { countChanges } from '../../state/changes.ts';
import { matchingRequests } from '../../state/request-filters.ts';
import { isJournalRead, requests } from '../../state/requests.ts';

/** The sizes that the journal reports. */
interface JournalCounts {
  readonly total: number;
  readonly dropped: number;
}

/** Shows how many requests are listed, and how many the journal still has. */
export function RequestCount() {
  const read = () => ask<JournalCounts>('GET', '/_mock/requests?limit=1&bodies=false');
  const counts = useLoaded(read, [countChanges('requests'), isJournalRead.value]);
  const { total, dropped } = readValue(counts, { total: 0, dropped: 0 });
  const listed = matchingRequests.value.length;
  const all = requests.value.length;
  if (dropped === 0) return listed === all ? formatCount(all) : `${formatCount(listed)} of ${formatCount(all)}`;
  const keptText = `${formatCount(total)} of ${formatCount(total + dropped)} kept`;
  return listed === all ? keptText : `${formatCount(listed)} shown, ${keptText}`;
}

function formatCount(number: number): string {
  return number.toLocaleString('en');
}
