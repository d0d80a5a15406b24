import { addressOfView } from '../address.ts';
import { Told, useAct } from '../parts/act.tsx';
import { inForce } from '../state/in-force.ts';

/** What changes the behaviour of the mock now, on every view, each with a way to end it. */
export function InForceBar() {
  const act = useAct();
  const all = inForce.value;
  if (all.length === 0 && act.told === null) return null;
  return (
    <section class="in-force" aria-label="In force">
      <ul>
        {all.map(({ text, view, end, run }) => (
          <li key={text}>
            <a href={addressOfView(view)}>{text}</a>{' '}
            <button type="button" class="small" disabled={act.isBusy} onClick={() => act.run(run)}>
              {end}
              <span class="unseen"> ({text})</span>
            </button>
          </li>
        ))}
      </ul>
      <Told act={act} />
    </section>
  );
}
