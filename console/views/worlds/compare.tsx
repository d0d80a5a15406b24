import { choose, chosen } from '../../address.ts';
import { Differences } from '../../parts/differences.tsx';
import { useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { changesOfDifferences, readDifferences } from '../../state/comparison.ts';
import { here, worlds } from '../../state/worlds.ts';

/** Says what differs between two worlds, which are in the address. */
export function Compare() {
  const all = worlds.value;
  const { left = here.value?.id ?? '', right = '' } = chosen.value;
  if (all.length < 2) return null;
  return (
    <section aria-label="Compare two worlds">
      <h2>Compare two worlds</h2>
      <div class="bar">
        <Which label="World" name="left" value={left} />
        <Which label="With" name="right" value={right} />
      </div>
      {left !== '' && right !== '' && left !== right && (
        <Compared key={`${left} ${right}`} one={left} other={right} names={[left, right]} />
      )}
    </section>
  );
}

function Compared({ one, other, names }: { one: string; other: string; names: readonly [string, string] }) {
  const loaded = useLoaded(() => readDifferences(one, other), [changesOfDifferences()]);
  return <WhenLoaded of={loaded}>{(found) => <Differences of={found} names={names} />}</WhenLoaded>;
}

function Which({ label, name, value }: { readonly label: string; readonly name: string; readonly value: string }) {
  return (
    <label>
      {label}{' '}
      <select value={value} onChange={(event) => choose({ [name]: event.currentTarget.value }, false)}>
        <option value="">choose</option>
        {worlds.value.map(({ id, label: about }) => (
          <option key={id} value={id}>
            {about === null ? id : `${id}: ${about}`}
          </option>
        ))}
      </select>
    </label>
  );
}
