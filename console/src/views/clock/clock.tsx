import { useEffect, useRef, useState } from 'preact/hooks';
import { ask, type ClockReading, type Propagation } from '../../control-api/client.ts';
import { ActButton, Feedback, useAct } from '../../parts/act.tsx';
import { DataTable } from '../../parts/data-table.tsx';
import { handleSubmit } from '../../parts/form.tsx';
import { useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { LongText } from '../../parts/long.tsx';
import { convertToZone, formatTime, nameZone, parseInZone } from '../../parts/time.ts';
import { ViewHeader } from '../../parts/view-header.tsx';
import { When } from '../../parts/when.tsx';
import { countChanges } from '../../state/changes.ts';
import { aheadText, worldTime } from '../../state/clock.ts';
import { type Identity, readIdentities } from '../../state/identities.ts';
import { moveClock, setFrozen } from '../../state/move-clock.ts';
import { requests } from '../../state/requests.ts';
import { Edits } from './edits.tsx';
import { collectNames, describeEvent, describeMove } from './event-text.ts';
import './clock.css';

/** Shows and moves the clock. Only Undo moves it back, by restoring the world. */
export function ClockView() {
  // An issued token adds an event, but changes none of the topics.
  const newestToken = requests.value.find(({ tokenExpiresAt }) => tokenExpiresAt !== undefined)?.id;
  const loaded = useLoaded(async () => {
    const [clock, identities, propagation] = await Promise.all([
      ask<ClockReading>('GET', '/_mock/clock'),
      readIdentities(),
      ask<Propagation>('GET', '/_mock/propagation'),
    ]);
    return { clock, identities, propagation };
  }, [countChanges('clock', 'keys', 'faults'), newestToken]);
  return (
    <div class="page clock-view">
      <ViewHeader title="Clock" />
      <WhenLoaded loaded={loaded}>
        {({ clock, identities, propagation }) => (
          <>
            <Clock clock={clock} identities={identities} />
            <Edits propagation={propagation} identities={identities} />
          </>
        )}
      </WhenLoaded>
    </div>
  );
}

/** The time with its buttons, and the events to come. */
function Clock({ clock, identities }: { readonly clock: ClockReading; readonly identities: readonly Identity[] }) {
  const act = useAct();
  const [isSetting, setSetting] = useState(false);
  const { now, frozen } = worldTime.value ?? clock;
  // The world went back to before a step, so what it reported is no longer true.
  const lastRead = useRef(clock.now);
  useEffect(() => {
    if (clock.now < lastRead.current) act.clear();
    lastRead.current = clock.now;
  }, [clock.now]);
  const { value: ahead } = aheadText;
  const names = collectNames(identities, requests.value);
  // Time may have passed some of them since they were read.
  const upcoming = clock.upcoming.filter(({ at }) => Date.parse(at) > Date.parse(now));
  const [next] = upcoming;
  const move = (change: 'set' | 'advance', body: object) => async () =>
    describeMove(await moveClock(change, body), names);
  return (
    <>
      <section aria-label="Time">
        <p class="now">
          <time dateTime={now}>{formatTime(now)}</time>
          <small>
            {nameZone()}
            {frozen && ', frozen'}
            {ahead !== null && `, ${ahead.slice(1)} ${ahead.startsWith('+') ? 'ahead of' : 'behind'} this machine`}
          </small>
        </p>
        <div class="bar">
          <ActButton act={act} action={move('advance', { by: '15m' })}>
            +15 min
          </ActButton>
          <ActButton act={act} action={move('advance', { by: '1h' })}>
            +1 h
          </ActButton>
          <ActButton act={act} action={() => setFrozen(!frozen)}>
            {frozen ? 'Resume' : 'Freeze'}
          </ActButton>
          <button type="button" disabled={act.isBusy} aria-expanded={isSetting} onClick={() => setSetting(!isSetting)}>
            Set …
          </button>
          <ActButton
            act={act}
            action={move('advance', { to: 'next-event' })}
            class="next"
            disabled={act.isBusy || next === undefined}
          >
            To the next event{next !== undefined && `: ${describeEvent(next, names)}`}
          </ActButton>
        </div>
        {isSetting && <SetForm now={now} isBusy={act.isBusy} set={(to) => act.run(move('set', { to }))} />}
      </section>
      <Feedback act={act} />
      <section aria-label="Upcoming">
        <h2>Upcoming events</h2>
        {upcoming.length === 0 ? (
          <p class="quiet">None. Keys and tokens that expire are listed here, and edits that take effect later.</p>
        ) : (
          <DataTable
            label="Upcoming events"
            rows={upcoming}
            keyOf={(event) => JSON.stringify(event)}
            columns={[
              { title: 'Event', cell: (event) => <LongText text={describeEvent(event, names)} /> },
              { title: 'When', cell: ({ at }) => <When at={at} isRelative /> },
              {
                title: '',
                cell: (event) => (
                  <ActButton act={act} action={move('set', { to: event.at })} class="small" data-entry>
                    Go there<span class="unseen">: {describeEvent(event, names)}</span>
                  </ActButton>
                ),
              },
            ]}
          />
        )}
        {clock.more && <p class="quiet">More events follow.</p>}
      </section>
    </>
  );
}

function SetForm(props: { readonly now: string; readonly isBusy: boolean; readonly set: (to: string) => void }) {
  const [initial] = useState(convertToZone(props.now).slice(0, 19));
  return (
    <form class="order" onSubmit={handleSubmit((form) => props.set(parseInZone(String(new FormData(form).get('to')))))}>
      <label>
        Date and time ({nameZone()})
        <input name="to" type="datetime-local" step={1} required defaultValue={initial} />
      </label>
      <button type="submit" class="main" disabled={props.isBusy}>
        Set
      </button>
    </form>
  );
}
