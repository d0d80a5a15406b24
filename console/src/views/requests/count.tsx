import { ask } from '../../control-api/client.ts';
import { readValue, useLoaded } from '../../parts/loaded.tsx';
import { changesOf } from '../../state/changes.ts';
import { fitting, isJournalRead, requests } from '../../state/requests.ts';

/** How many requests the journal keeps, and how many it had to drop. */
interface Extent {
  readonly total: number;
  readonly dropped: number;
}

/** How many requests are listed, and how many are kept of all that came. */
export function Count() {
  const read = () => ask<Extent>('GET', '/_mock/requests?limit=1&bodies=false');
  const extent = useLoaded(read, [changesOf('requests'), isJournalRead.value]);
  const { total, dropped } = readValue(extent, { total: 0, dropped: 0 });
  const [listed, all] = [fitting.value.length, requests.value.length];
  if (dropped === 0) return listed === all ? shown(all) : `${shown(listed)} of ${shown(all)}`;
  const kept = `${shown(total)} of ${shown(total + dropped)} kept`;
  return listed === all ? kept : `${shown(listed)} shown, ${kept}`;
}

function shown(number: number): string {
  return number.toLocaleString('en');
}
