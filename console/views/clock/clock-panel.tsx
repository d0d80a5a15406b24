import { useState } from 'preact/hooks';
import type { ClockReading } from '../../control-api/types.ts';
import { Told, useAct } from '../../parts/act.tsx';
import { inWords, timeText } from '../../parts/time.ts';
import { worldTime } from '../../state/clock.ts';
import { moveClock } from './move.ts';

const STEPS = [
  ['1 min', '1m'],
  ['15 min', '15m'],
  ['1 h', '1h'],
  ['1 day', '24h'],
] as const;

/** The clock, and what moves it. It never goes back. */
export function ClockPanel({ clock }: { readonly clock: ClockReading }) {
  const act = useAct();
  const [wanted, setWanted] = useState('');
  const now = worldTime.value?.now ?? clock.now;
  const ahead = Date.parse(now) - Date.now();
  const move = (change: string, body: object = {}) => act.run(() => moveClock(change, body));
  return (
    <section aria-label="Clock">
      <p class="big">
        <time dateTime={now}>{timeText(now)}</time> UTC
        <span class="quiet">
          {Math.abs(ahead) < 2000 ? ' as on this machine' : ` ${inWords(ahead)} ${ahead > 0 ? 'ahead' : 'behind'}`}
          {clock.frozen && ', standing still'}
        </span>
      </p>
      <div class="bar">
        {STEPS.map(([text, by]) => (
          <button key={by} type="button" disabled={act.isBusy} onClick={() => move('advance', { by })}>
            +{text}
          </button>
        ))}
        <button
          type="button"
          disabled={act.isBusy || clock.upcoming.length === 0}
          onClick={() => move('advance', { to: 'next-event' })}
        >
          To the next event
        </button>
        <button type="button" disabled={act.isBusy} onClick={() => move(clock.frozen ? 'resume' : 'freeze')}>
          {clock.frozen ? 'Let it run' : 'Stop it'}
        </button>
      </div>
      <form
        class="order"
        onSubmit={(event) => {
          event.preventDefault();
          void move('set', { to: wanted.trim() });
        }}
      >
        <label>
          Set it to
          <input
            required
            placeholder="2030-01-15T12:00:00Z"
            maxLength={64}
            value={wanted}
            onInput={(event) => setWanted(event.currentTarget.value)}
          />
        </label>
        <button type="submit" disabled={act.isBusy}>
          Set
        </button>
      </form>
      <Told act={act} />
    </section>
  );
}
