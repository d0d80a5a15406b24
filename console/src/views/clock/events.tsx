import type { ClockReading, WorldEvent } from '../../control-api/types.ts';
import { formatDuration } from '../../duration.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { LongText } from '../../parts/long.tsx';
import { When } from '../../parts/when.tsx';
import { worldTime } from '../../state/clock.ts';
import { describeEvent, type Names } from '../../timeline/event-text.ts';
import { moveAndDescribe } from '../../timeline/move.ts';

/** Upcoming events, each with a button that moves the clock there. */
export function Events({ clock, names }: { readonly clock: ClockReading; readonly names: Names }) {
  const act = useAct();
  const now = worldTime.value?.now ?? clock.now;
  const columns: readonly Column<WorldEvent>[] = [
    { title: 'When', cell: ({ at }) => <When at={at} />, sortKeyOf: ({ at }) => Date.parse(at) },
    { title: 'In', cell: ({ at }) => formatDuration(Math.max(0, Date.parse(at) - Date.parse(now))), class: 'number' },
    {
      title: 'Event',
      cell: (event) => <LongText text={describeEvent(event, names)} />,
      sortKeyOf: (event) => describeEvent(event, names),
      class: 'event',
    },
    {
      title: '',
      cell: (event) => (
        <button
          type="button"
          class="small"
          data-entry
          disabled={act.isBusy}
          onClick={() => act.run(() => moveAndDescribe({ to: event.at }, names))}
        >
          Go there<span class="unseen">: {describeEvent(event, names)}</span>
        </button>
      ),
    },
  ];
  return (
    <section class="rows" aria-label="Upcoming">
      <h2>Upcoming events</h2>
      {clock.upcoming.length === 0 ? (
        <p class="quiet">
          None. Expiring keys and logins are listed here, and edits of keys that have not taken effect yet.
        </p>
      ) : (
        <DataTable
          label="Upcoming events"
          rows={clock.upcoming}
          keyOf={(event) => JSON.stringify(event)}
          columns={columns}
        />
      )}
      {clock.more && <p class="quiet">More events follow.</p>}
      <Feedback act={act} />
    </section>
  );
}
