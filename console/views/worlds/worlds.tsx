import { addressOfView, choose, chosen } from '../../address.ts';
import { ask } from '../../control-api/client.ts';
import type { WorldInfo } from '../../control-api/types.ts';
import { Told, useAct } from '../../parts/act.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { Table } from '../../parts/table.tsx';
import { shortOf } from '../../parts/time.ts';
import { When } from '../../parts/when.tsx';
import { changed, changesOf } from '../../state/changes.ts';
import { consoleOf, here, refreshWorlds, worlds } from '../../state/worlds.ts';
import { Order } from './order.tsx';
import { WaysIn } from './ways.tsx';
import './worlds.css';

/** So many are shown at first; the filter finds the others. */
const MOST_SHOWN = 100;

/** Every world of the server, with the ways into it. */
export function Worlds() {
  const loaded = useLoaded(refreshWorlds, [changesOf('worlds')]);
  return (
    <div class="page worlds">
      <Order />
      <section>
        <WhenLoaded of={loaded}>{() => <List />}</WhenLoaded>
      </section>
      <Reset />
    </div>
  );
}

function List() {
  const { filter = '', all = '' } = chosen.value;
  const known = worlds.value;
  const found = known.filter(({ id }) => id.includes(filter.toLowerCase()));
  const shown = all === '' ? found.slice(0, MOST_SHOWN) : found;
  const act = useAct();
  const remove = (id: string) =>
    act.run(async () => {
      await ask('DELETE', `/_mock/worlds/${id}`);
      // The world that the page is of cannot be asked any more.
      if (id !== here.value?.id) changed('worlds');
      return `The world \`${id}\` is deleted.`;
    });
  return (
    <>
      {known.length === 1 && (
        <p>
          There is one world, in which everything happens. Make another one, so that two tests can run at the same time:
          every test in a world of its own.
        </p>
      )}
      <div class="bar">
        <label>
          Id contains{' '}
          <input
            type="search"
            value={filter}
            maxLength={32}
            onInput={(event) => choose({ filter: event.currentTarget.value }, false)}
          />
        </label>
        <output class="quiet">
          {found.length} of {known.length}
        </output>
        <button type="button" onClick={() => changed('worlds')}>
          Read again
        </button>
      </div>
      {found.length === 0 ? (
        <p>No world has an id with “{filter}”.</p>
      ) : (
        <Table label="Worlds" head={['Id', 'Credentials', 'Ends after … without use', 'Last used', 'Ends', '']}>
          {shown.map((world) => (
            <Row key={world.id} world={world} isBusy={act.isBusy} onDelete={() => remove(world.id)} />
          ))}
        </Table>
      )}
      {shown.length < found.length && (
        <p>
          These are {shown.length} of {found.length}.{' '}
          <button type="button" onClick={() => choose({ all: 'yes' })}>
            Show all
          </button>
        </p>
      )}
      <Told act={act} />
    </>
  );
}

interface RowParts {
  readonly world: WorldInfo;
  readonly isBusy: boolean;
  readonly onDelete: () => void;
}

function Row({ world, isBusy, onDelete }: RowParts) {
  const { id, credentials, ttl, lastUsedAt, expiresAt } = world;
  const isHere = id === here.value?.id;
  const isOpen = chosen.value['world'] === id;
  return (
    <>
      <tr>
        <th scope="row">
          <a href={consoleOf(world, addressOfView('requests'))}>{id}</a>
          {isHere && <span class="quiet"> this one</span>}
        </th>
        <td>{credentials === 'own' ? 'of its own' : 'those of the seed'}</td>
        <td>{shortOf(ttl)}</td>
        <td>
          <When at={lastUsedAt} />
        </td>
        <td>{expiresAt === null ? 'never' : <When at={expiresAt} />}</td>
        <td class="acts">
          <button
            type="button"
            class="small"
            aria-expanded={isOpen}
            onClick={() => choose({ world: isOpen ? undefined : id }, false)}
          >
            How to reach it<span class="unseen"> ({id})</span>
          </button>{' '}
          {id !== 'default' && (
            <Confirm
              loses={`The world ${id} is deleted, with everything in it: its keys, requests and snapshots.`}
              yes={isHere ? 'Yes, delete this world' : 'Yes, delete'}
              isBusy={isBusy}
              onYes={onDelete}
            >
              Delete<span class="unseen"> {id}</span>
            </Confirm>
          )}
        </td>
      </tr>
      {isOpen && (
        <tr class="opened">
          <td colSpan={6}>
            <WaysIn world={world} />
          </td>
        </tr>
      )}
    </>
  );
}

function Reset() {
  const act = useAct();
  const id = here.value?.id;
  if (id === undefined) return null;
  const reset = () =>
    act.run(async () => {
      await ask('POST', '/_mock/reset');
      return `The world \`${id}\` is as its seed has it.`;
    });
  return (
    <section aria-label="Reset">
      <h2>Reset this world</h2>
      <p>
        <code>{id}</code> goes back to its seed, and its clock to real time. Its requests, findings and faults are
        forgotten.
      </p>
      <Confirm
        yes="Yes, reset it"
        loses={`Everything that was made or changed in ${id} since its seed is lost, and its requests, findings and faults.`}
        isBusy={act.isBusy}
        onYes={reset}
      >
        Reset {id}
      </Confirm>
      <Told act={act} />
    </section>
  );
}
