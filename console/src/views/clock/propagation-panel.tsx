import { useState } from 'preact/hooks';
import { ask } from '../../control-api/client.ts';
import type { Propagation } from '../../control-api/types.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { ConfirmButton } from '../../parts/confirm.tsx';
import { handleSubmit, handleValue } from '../../parts/handlers.ts';
import { shortenDuration } from '../../parts/time.ts';
import { reportChange } from '../../state/changes.ts';
import { APPLY_WARNING, applyEdits } from '../../state/pending-edits.ts';

const MODE_MEANINGS = {
  off: 'Edits take effect immediately.',
  fixed: 'Edits take effect after the delay.',
  jitter: 'Each edit takes effect after a different time, up to the delay.',
} as const;

/** The settings for how soon edits of service keys take effect. */
export function PropagationPanel(props: { readonly propagation: Propagation; readonly hasPending: boolean }) {
  const { propagation, hasPending } = props;
  const act = useAct();
  const [delay, setDelay] = useState(shortenDuration(propagation.delay));
  const change = (edit: Partial<Propagation>) =>
    act.run(async () => {
      const { mode } = await ask<Propagation>('PUT', '/_mock/propagation', edit);
      reportChange('clock');
      return `From now on: ${MODE_MEANINGS[mode]} Earlier edits keep their time.`;
    });
  return (
    <section aria-label="Propagation">
      <h2>How soon an edit takes effect</h2>
      <form class="order" onSubmit={handleSubmit(() => void change({ delay: delay.trim() }))}>
        <label>
          Propagation
          <select
            value={propagation.mode}
            disabled={act.isBusy}
            onChange={handleValue((value) => change({ mode: value as Propagation['mode'] }))}
          >
            {Object.keys(MODE_MEANINGS).map((mode) => (
              <option key={mode}>{mode}</option>
            ))}
          </select>
        </label>
        <label>
          Delay
          <input required size={8} maxLength={64} value={delay} onInput={handleValue(setDelay)} />
        </label>
        <button type="submit" disabled={act.isBusy}>
          Set the delay
        </button>
        <ConfirmButton
          title="Apply all edits now?"
          confirmLabel="Apply edits"
          warning={APPLY_WARNING}
          isBusy={act.isBusy || !hasPending}
          onConfirm={() => act.run(applyEdits)}
        >
          Apply all edits now
        </ConfirmButton>
      </form>
      <p class="quiet">{MODE_MEANINGS[propagation.mode]}</p>
      <Feedback act={act} />
    </section>
  );
}
