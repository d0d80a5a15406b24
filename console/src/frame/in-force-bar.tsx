import { useEffect } from 'preact/hooks';
import { addressOfView } from '../address.ts';
import { connection } from '../connection.ts';
import { type Act, Feedback, useAct } from '../parts/act.tsx';
import { Confirm } from '../parts/confirm.tsx';
import { useLoaded } from '../parts/loaded.tsx';
import { countChanges } from '../state/changes.ts';
import { type InForce, inForce, pollInForce, readInForce } from '../state/in-force.ts';

/** Not every change sends an event, so poll. */
const POLL_MS = 3000;

/** Everything that changes the behaviour of the mock now, shown on every view, each with a button that ends it. */
export function InForceBar() {
  const act = useAct();
  // `readAll` reads everything once the stream is connected.
  useLoaded(
    async () => (connection.value === 'connecting' ? undefined : readInForce()),
    [countChanges('faults', 'drills', 'clock', 'findings', 'mode')],
  );
  useEffect(() => {
    const timer = setInterval(() => {
      if (connection.value === 'live') pollInForce().catch(() => {});
    }, POLL_MS);
    return () => clearInterval(timer);
  }, []);
  const all = inForce.value;
  if (all.length === 0 && act.feedback === null) return null;
  return (
    <section class="in-force" aria-label="In force">
      <ul>
        {all.map(({ view, ...one }) => (
          <li key={one.text} class="chip">
            <a href={addressOfView(view)}>{one.text}</a>
            <End {...one} act={act} />
          </li>
        ))}
      </ul>
      <Feedback act={act} />
    </section>
  );
}

/** The button that ends an entry. */
function End(props: Omit<InForce, 'view'> & { readonly act: Act }) {
  const { text, end, loses, run, act } = props;
  const label = `${end} (${text})`;
  const go = () => void act.run(run);
  if (loses !== undefined) {
    return (
      <Confirm title={`${end}?`} yes={end} loses={loses} isBusy={act.isBusy} onYes={go} label={label} class="cross">
        ×
      </Confirm>
    );
  }
  return (
    <button type="button" class="cross" aria-label={label} title={label} disabled={act.isBusy} onClick={go}>
      ×
    </button>
  );
}
