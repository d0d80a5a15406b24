import type { ClockReading } from '../../control-api/types.ts';
import { Told, useAct } from '../../parts/act.tsx';
import { Table } from '../../parts/table.tsx';
import { inWords, timeText } from '../../parts/time.ts';
import { worldTime } from '../../state/clock.ts';
import type { ShownKey } from '../../state/keys.ts';
import { eventInWords, moveClock } from './move.ts';

/** What will happen by itself, each with a way there. */
export function Events({ clock, keys }: { readonly clock: ClockReading; readonly keys: readonly ShownKey[] }) {
  const act = useAct();
  const now = worldTime.value?.now ?? clock.now;
  return (
    <section aria-label="What will happen">
      <h2>What will happen by itself</h2>
      {clock.upcoming.length === 0 ? (
        <p class="quiet">
          Nothing. Keys and logins that end are listed here, and edits of keys that have not taken effect yet.
        </p>
      ) : (
        <Table label="Upcoming events" head={['When', 'In', 'What', '']}>
          {clock.upcoming.map((event) => (
            <tr key={JSON.stringify(event)}>
              <td>
                <time dateTime={event.at}>{timeText(event.at, now)}</time>
              </td>
              <td>{inWords(Math.max(0, Date.parse(event.at) - Date.parse(now)))}</td>
              <td>{eventInWords(event, keys)}</td>
              <td class="acts">
                <button
                  type="button"
                  class="small"
                  disabled={act.isBusy}
                  onClick={() => act.run(() => moveClock('set', { to: event.at }, keys))}
                >
                  Go there
                </button>
              </td>
            </tr>
          ))}
        </Table>
      )}
      {clock.more && <p class="quiet">There are more events than these.</p>}
      <Told act={act} />
    </section>
  );
}
