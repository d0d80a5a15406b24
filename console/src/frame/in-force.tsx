import { useEffect } from 'preact/hooks';
import { addressOfView } from '../address.ts';
import { connection } from '../connection.ts';
import { Feedback, useAct } from '../parts/act.tsx';
import { ConfirmButton } from '../parts/dialog.tsx';
import { useLoaded } from '../parts/loaded.tsx';
import { countChanges } from '../state/changes.ts';
import { effectsInForce, pollInForce, readInForce } from '../state/in-force.ts';

/** Polls because not every change sends an event. */
const POLL_MS = 3000;

/** Everything that changes the behaviour of the mock now, in the header, each with a button that ends it. */
export function InForce() {
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
  return (
    <section class="in-force" aria-label="In force" tabIndex={effectsInForce.value.length > 0 ? 0 : undefined}>
      <ul>
        {effectsInForce.value.map(({ text, view, endLabel, warning, end }) => (
          <li key={text} class="chip">
            <a href={addressOfView(view)}>{text}</a>
            <ConfirmButton
              title={`${endLabel}?`}
              confirmLabel={endLabel}
              warning={warning}
              isBusy={act.isBusy}
              onConfirm={() => act.run(end)}
              label={`${endLabel} (${text})`}
              class="cross"
            >
              ×
            </ConfirmButton>
          </li>
        ))}
      </ul>
      <Feedback act={act} />
    </section>
  );
}
