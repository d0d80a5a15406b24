import { useState } from 'preact/hooks';
import type { ClockReading } from '../../control-api/types.ts';
import { inWords } from '../../duration.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { pickedOf, timePicked, zoneText } from '../../parts/time.ts';
import { worldTime } from '../../state/clock.ts';
import { setFrozen } from '../../state/freeze.ts';
import { move, type Names } from './move.ts';

const STEPS = [
  ['1 min', '1m'],
  ['15 min', '15m'],
  ['1 h', '1h'],
  ['1 day', '24h'],
] as const;

/** The clock, and what moves it. It goes back only by Undo, which restores the world. */
export function ClockPanel({ clock, names }: { readonly clock: ClockReading; readonly names: Names }) {
  const act = useAct();
  const now = worldTime.value?.now ?? clock.now;
  const ahead = Date.parse(now) - Date.now();
  const go = (body: Parameters<typeof move>[0]) => act.run(() => move(body, names));
  const toggle = () => act.run(() => setFrozen(!clock.frozen));
  return (
    <section aria-label="Clock">
      <p class="quiet">
        {Math.abs(ahead) < 2000
          ? 'The time of this machine'
          : `${inWords(ahead)} ${ahead > 0 ? 'ahead of' : 'behind'} this machine`}
        {clock.frozen && ', frozen'}
      </p>
      <div class="bar">
        {STEPS.map(([text, by]) => (
          <button key={by} type="button" disabled={act.isBusy} onClick={() => go({ by })}>
            +{text}
          </button>
        ))}
        <button
          type="button"
          disabled={act.isBusy || clock.upcoming.length === 0}
          onClick={() => go({ to: 'next-event' })}
        >
          To the next event
        </button>
        <button type="button" disabled={act.isBusy} onClick={toggle}>
          {clock.frozen ? 'Resume' : 'Freeze'}
        </button>
      </div>
      <SetTo now={now} isBusy={act.isBusy} set={(to) => go({ to })} />
      <Feedback act={act} />
    </section>
  );
}

/** A time that is picked, or written as RFC 3339 writes it. What is picked is written there, too. */
function SetTo(props: { readonly now: string; readonly isBusy: boolean; readonly set: (to: string) => void }) {
  const { now, isBusy, set } = props;
  const [picked, setPicked] = useState('');
  const [wanted, setWanted] = useState('');
  return (
    <form
      class="order"
      onSubmit={(event) => {
        event.preventDefault();
        set(wanted.trim());
      }}
    >
      <label>
        Pick a time ({zoneText()})
        <input
          type="datetime-local"
          step={1}
          value={picked}
          // It begins with the time of the world, which may be years away from that of the machine.
          onFocus={() => picked === '' && setPicked(pickedOf(now))}
          onInput={(event) => {
            const time = timePicked(event.currentTarget.value);
            setPicked(event.currentTarget.value);
            if (time !== null) setWanted(time);
          }}
        />
      </label>
      <label>
        Set it to
        <input
          required
          placeholder="2030-01-15T12:00:00Z"
          maxLength={64}
          value={wanted}
          onInput={(event) => {
            setWanted(event.currentTarget.value);
            setPicked('');
          }}
        />
      </label>
      <button type="submit" disabled={isBusy}>
        Set
      </button>
    </form>
  );
}
