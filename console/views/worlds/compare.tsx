import { choose, chosen } from '../../address.ts';
import { DataTable } from '../../parts/data-table.tsx';
import { useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { changesOf } from '../../state/changes.ts';
import { here, worlds } from '../../state/worlds.ts';
import { type Difference, differencesOf, readContent } from './differences.ts';

/** So many differences are shown. */
const MOST_SHOWN = 200;

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
      {left !== '' && right !== '' && left !== right && <Compared key={`${left} ${right}`} left={left} right={right} />}
    </section>
  );
}

function Which({ label, name, value }: { readonly label: string; readonly name: string; readonly value: string }) {
  return (
    <label>
      {label}{' '}
      <select value={value} onChange={(event) => choose({ [name]: event.currentTarget.value }, false)}>
        <option value="">choose</option>
        {worlds.value.map(({ id }) => (
          <option key={id}>{id}</option>
        ))}
      </select>
    </label>
  );
}

function Compared({ left, right }: { readonly left: string; readonly right: string }) {
  const pathOf = (id: string) => new URL(worlds.value.find((world) => world.id === id)?.url ?? location.href).pathname;
  const loaded = useLoaded(
    async () => differencesOf(...(await Promise.all([readContent(pathOf(left)), readContent(pathOf(right))]))),
    [changesOf('worlds', 'keys', 'faults')],
  );
  return (
    <WhenLoaded of={loaded}>
      {(differences) =>
        differences.length === 0 ? (
          <p>
            Their keys, faults, clocks, modes and propagation are equal. Users and the objects of the APIs are not
            compared.
          </p>
        ) : (
          <>
            <DataTable
              label="Differences"
              rows={differences.slice(0, MOST_SHOWN)}
              keyOf={({ what, name, member }) => `${what} ${name} ${member}`}
              columns={[
                { title: 'Of', cell: ({ what }) => what, by: ({ what }) => what },
                { title: 'Name', cell: ({ name }) => name, by: ({ name }) => name },
                { title: 'Member', cell: ({ member }) => member, by: ({ member }) => member },
                { title: `In ${left}`, cell: ({ left: text }) => <Value text={text} /> },
                { title: `In ${right}`, cell: ({ right: text }) => <Value text={text} /> },
              ]}
            />
            {differences.length > MOST_SHOWN && (
              <p class="quiet">
                These are {MOST_SHOWN} of {differences.length} differences.
              </p>
            )}
          </>
        )
      }
    </WhenLoaded>
  );
}

function Value({ text }: { readonly text: Difference['left'] }) {
  return text === null ? <span class="quiet">not there</span> : <span class="long">{text}</span>;
}
