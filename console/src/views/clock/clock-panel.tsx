import { useState } from 'preact/hooks';
import type { ClockReading } from '../../control-api/types.ts';
import { formatDuration } from '../../duration.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { handleSubmit, handleValue } from '../../parts/handlers.ts';
import { worldTime } from '../../state/clock.ts';
import { setFrozen } from '../../state/freeze.ts';
import type { Names } from '../../timeline/event-text.ts';
import { type MoveTarget, moveAndDescribe } from '../../timeline/move.ts';

/** A smaller difference from the clock of the machine is not shown: it comes from the delay of the request. */
const PRECISION_MS = 2000;

/** The steps of the buttons, with their durations for the control API. */
const STEPS = [
  ['1 min', '1m'],
  ['15 min', '15m'],
  ['1 h', '1h'],
  ['1 day', '24h'],
] as const;

/** Shows and moves the clock. Only Undo moves it back, by restoring the world. */
export function ClockPanel({ clock, names }: { readonly clock: ClockReading; readonly names: Names }) {
  const act = useAct();
  const now = worldTime.value?.now ?? clock.now;
  const ahead = Date.parse(now) - Date.now();
  const moveClock = (target: MoveTarget) => act.run(() => moveAndDescribe(target, names));
  const toggle = () => act.run(() => setFrozen(!clock.frozen));
  return (
    <section aria-label="Clock">
      <p class="quiet">
        {Math.abs(ahead) < PRECISION_MS
          ? 'The time of this machine'
          : `${formatDuration(ahead)} ${ahead > 0 ? 'ahead of' : 'behind'} this machine`}
        {clock.frozen && ', frozen'}
      </p>
      <div class="bar">
        {STEPS.map(([text, by]) => (
          <button key={by} type="button" disabled={act.isBusy} onClick={() => moveClock({ by })}>
            +{text}
          </button>
        ))}
        <button
          type="button"
          disabled={act.isBusy || clock.upcoming.length === 0}
          onClick={() => moveClock({ to: 'next-event' })}
        >
          To the next event
        </button>
        <button type="button" disabled={act.isBusy} onClick={toggle}>
          {clock.frozen ? 'Resume' : 'Freeze'}
        </button>
      </div>
      <SetTimeForm now={now} isBusy={act.isBusy} set={(to) => moveClock({ to })} />
      <Feedback act={act} />
    </section>
  );
}

/** A form for an RFC 3339 time. The placeholder is the world's time. */
function SetTimeForm(props: { readonly now: string; readonly isBusy: boolean; readonly set: (to: string) => void }) {
  const { now, isBusy, set } = props;
  const [input, setInput] = useState('');
  const placeholder = now.replace(/\.\d+/, '');
  return (
    <form class="order" onSubmit={handleSubmit(() => set(input.trim()))}>
      <label>
        Set it to
        <input
          required
          placeholder={placeholder}
          maxLength={64}
          autocomplete="off"
          spellcheck={false}
          value={input}
          onInput={handleValue(setInput)}
        />
      </label>
      <button type="submit" disabled={isBusy}>
        Set
      </button>
    </form>
  );
}
