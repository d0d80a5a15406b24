import { useState } from 'preact/hooks';
import { Told, useAct } from '../../parts/act.tsx';
import { changed } from '../../state/changes.ts';
import { ask } from '../../switchboard/client.ts';
import type { Propagation } from '../../switchboard/types.ts';

const MEANING = {
  off: 'An edit counts at once.',
  fixed: 'An edit counts after the delay.',
  jitter: 'An edit counts after a time up to the delay, another one for each edit.',
} as const;

/** How long an edit of a service key takes until it counts. */
export function PropagationPanel(props: { readonly propagation: Propagation; readonly hasPending: boolean }) {
  const { propagation, hasPending } = props;
  const act = useAct();
  const [delay, setDelay] = useState(propagation.delay);
  const change = (edit: Partial<Propagation>) =>
    act.run(async () => {
      const { mode } = await ask<Propagation>('PUT', '/_mock/propagation', edit);
      changed('clock');
      return `From now on: ${MEANING[mode]} What was edited before keeps its time.`;
    });
  const flush = () =>
    act.run(async () => {
      const { flushed } = await ask<{ flushed: unknown[] }>('POST', '/_mock/propagation/flush', {});
      changed('keys', 'clock');
      return `Counting now: ${flushed.length} ${flushed.length === 1 ? 'edit' : 'edits'}.`;
    });
  return (
    <section aria-label="Propagation">
      <h2>How soon an edit counts</h2>
      <form
        class="order"
        onSubmit={(event) => {
          event.preventDefault();
          void change({ delay: delay.trim() });
        }}
      >
        <label>
          Propagation
          <select
            value={propagation.mode}
            disabled={act.isBusy}
            onChange={(event) => change({ mode: event.currentTarget.value as Propagation['mode'] })}
          >
            {Object.keys(MEANING).map((mode) => (
              <option key={mode}>{mode}</option>
            ))}
          </select>
        </label>
        <label>
          Delay
          <input
            required
            size={8}
            maxLength={64}
            value={delay}
            onInput={(event) => setDelay(event.currentTarget.value)}
          />
        </label>
        <button type="submit" disabled={act.isBusy}>
          Set the delay
        </button>
        <button type="button" disabled={act.isBusy || !hasPending} onClick={flush}>
          Let all edits count now
        </button>
      </form>
      <p class="quiet">{MEANING[propagation.mode]}</p>
      <Told act={act} />
    </section>
  );
}
