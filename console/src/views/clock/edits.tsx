import { useState } from 'preact/hooks';
import { addressOfView } from '../../address.ts';
import { ask, type Propagation } from '../../control-api/client.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { ConfirmButton } from '../../parts/dialog.tsx';
import { createOptions, handleSubmit, handleValue } from '../../parts/form.tsx';
import { LongText } from '../../parts/long.tsx';
import { shortenDuration } from '../../parts/time.ts';
import { When } from '../../parts/when.tsx';
import { reportChange } from '../../state/changes.ts';
import { APPLY_WARNING, applyEdits } from '../../state/edit-key.ts';
import type { Identity } from '../../state/identities.ts';

const MODE_MEANINGS = {
  off: 'Edits take effect immediately.',
  fixed: 'Edits take effect after the delay.',
  jitter: 'Each edit takes effect after a different time, up to the delay.',
} as const;

/** The pending edits of service keys, and how soon the next ones take effect. */
export function Edits(props: { readonly propagation: Propagation; readonly identities: readonly Identity[] }) {
  const { propagation, identities } = props;
  const act = useAct();
  const [delay, setDelay] = useState(shortenDuration(propagation.delay));
  const pending = identities.flatMap(({ id, name, key }) =>
    (key?.pending ?? []).map((edit) => ({ id, name, ...edit })),
  );
  const change = (edit: Partial<Propagation>) =>
    act.run(async () => {
      const { mode } = await ask<Propagation>('PUT', '/_mock/propagation', edit);
      reportChange('clock');
      return `From now on: ${MODE_MEANINGS[mode]} Earlier edits keep their time.`;
    });
  return (
    <section aria-label="Edits of keys">
      <h2>Edits of keys</h2>
      {pending.length === 0 && <p class="quiet">None is pending.</p>}
      <ul class="pending">
        {pending.map(({ id, name, version, effectiveAt, scopes }) => (
          <li key={`${id} ${version}`}>
            <a href={addressOfView('identities', { who: id })}>{name}</a>, version {version}, takes effect at{' '}
            <When at={effectiveAt} isRelative />: <LongText text={scopes.join(', ') || 'no scopes'} />
          </li>
        ))}
      </ul>
      {pending.length > 0 && (
        <ConfirmButton
          title="Apply all edits now?"
          confirmLabel="Apply edits"
          warning={APPLY_WARNING}
          isBusy={act.isBusy}
          onConfirm={() => act.run(applyEdits)}
        >
          Apply now
        </ConfirmButton>
      )}
      <form class="order" onSubmit={handleSubmit(() => void change({ delay: delay.trim() }))}>
        <label>
          Propagation
          <select
            value={propagation.mode}
            disabled={act.isBusy}
            onChange={handleValue((mode) => change({ mode: mode as Propagation['mode'] }))}
          >
            {createOptions(Object.keys(MODE_MEANINGS).map((mode) => [mode, mode]))}
          </select>
        </label>
        <label>
          Delay
          <input required size={8} maxLength={64} value={delay} onInput={handleValue(setDelay)} />
        </label>
        <button type="submit" disabled={act.isBusy}>
          Set the delay
        </button>
      </form>
      <p class="quiet">{MODE_MEANINGS[propagation.mode]}</p>
      <Feedback act={act} />
    </section>
  );
}
