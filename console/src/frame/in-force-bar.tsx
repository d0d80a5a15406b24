import { useEffect } from 'preact/hooks';
import { addressOfView } from '../address.ts';
import { connection } from '../connection.ts';
import { type Act, Feedback, useAct } from '../parts/act.tsx';
import { ConfirmButton } from '../parts/confirm.tsx';
import { useLoaded } from '../parts/loaded.tsx';
import { countChanges } from '../state/changes.ts';
import { type EffectInForce, effectsInForce, pollInForce, readInForce } from '../state/in-force.ts';

/** Polls because not every change sends an event. */
const POLL_MS = 3000;

/** Everything that changes the behaviour of the mock now, shown on every view, each with a button that ends it. */
export function InForceBar() {
  const act = useAct();
  // While the stream connects, the frame reads everything anyway.
  useLoaded(
    async () => (connection.value === 'connecting' ? undefined : readInForce()),
    [countChanges('faults', 'clock')],
  );
  useEffect(() => {
    const timer = setInterval(() => {
      if (connection.value === 'live') pollInForce().catch(() => {});
    }, POLL_MS);
    return () => clearInterval(timer);
  }, []);
  const entries = effectsInForce.value;
  if (entries.length === 0 && act.feedback === null) return null;
  return (
    <section class="in-force" aria-label="In force">
      <ul>
        {entries.map((entry) => (
          <li key={entry.text} class="chip">
            <a href={addressOfView(entry.view)}>{entry.text}</a>
            <EndButton entry={entry} act={act} />
          </li>
        ))}
      </ul>
      <Feedback act={act} />
    </section>
  );
}

/** The button that ends an entry. */
function EndButton({ entry, act }: { readonly entry: EffectInForce; readonly act: Act }) {
  const { text, endLabel, warning, end } = entry;
  const label = `${endLabel} (${text})`;
  const run = () => void act.run(end);
  if (warning !== undefined) {
    return (
      <ConfirmButton
        title={`${endLabel}?`}
        confirmLabel={endLabel}
        warning={warning}
        isBusy={act.isBusy}
        onConfirm={run}
        label={label}
        class="cross"
      >
        ×
      </ConfirmButton>
    );
  }
  return (
    <button type="button" class="cross" aria-label={label} title={label} disabled={act.isBusy} onClick={run}>
      ×
    </button>
  );
}
