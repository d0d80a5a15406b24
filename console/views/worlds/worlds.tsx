import { addressOfView, choose, chosen } from '../../address.ts';
import { ask } from '../../control-api/client.ts';
import type { WorldInfo } from '../../control-api/types.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { Confirm } from '../../parts/confirm.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { readValue, useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { Long } from '../../parts/long.tsx';
import { relativeText, shortOf, timeText } from '../../parts/time.ts';
import { ViewHeader } from '../../parts/view-header.tsx';
import { changed, changesOf } from '../../state/changes.ts';
import { readLifetime } from '../../state/lifetime.ts';
import { offerUndo } from '../../state/undo.ts';
import { consoleOf, here, refreshWorlds, worlds } from '../../state/worlds.ts';
import { Order } from './order.tsx';
import { WaysIn } from './ways.tsx';
import './worlds.css';

/** So many are shown at first; the filter finds the others. */
const MOST_SHOWN = 100;

/** Every world of the server, with the ways into it. */
export function Worlds() {
  const loaded = useLoaded(refreshWorlds, [changesOf('worlds')]);
  const lifetime = useLoaded(readLifetime, []);
  return (
    <div class="page worlds">
      <ViewHeader title="Worlds" />
      <p class="quiet">{readValue(lifetime, '…')}</p>
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
  const wanted = filter.toLowerCase();
  const found = known.filter(({ id, label }) => `${id} ${label ?? ''}`.toLowerCase().includes(wanted));
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
          Id or label contains{' '}
          <input
            type="search"
            value={filter}
            maxLength={200}
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
        <p>No world has an id or a label with “{filter}”.</p>
      ) : (
        <DataTable
          label="Worlds"
          rows={shown}
          keyOf={({ id }) => id}
          columns={[
            ...(shown.some(({ label }) => label !== null) ? [...COLUMNS.slice(0, 1), LABEL] : COLUMNS.slice(0, 1)),
            ...COLUMNS.slice(1),
            {
              title: '',
              cell: (world) => <Acts world={world} isBusy={act.isBusy} onDelete={() => remove(world.id)} />,
            },
          ]}
          below={(world) => chosen.value['world'] === world.id && <WaysIn world={world} />}
        />
      )}
      {shown.length < found.length && (
        <p>
          These are {shown.length} of {found.length}.{' '}
          <button type="button" onClick={() => choose({ all: 'yes' })}>
            Show all
          </button>
        </p>
      )}
      <Feedback act={act} />
    </>
  );
}

/** Only where a world has one. */
const LABEL: Column<WorldInfo> = {
  title: 'Label',
  class: 'label',
  cell: ({ label }) => label && <Long text={label} />,
  by: ({ label }) => label ?? '',
};

const COLUMNS: readonly Column<WorldInfo>[] = [
  {
    title: 'Id',
    cell: (world) => (
      <span class="when">
        <a data-entry href={consoleOf(world, addressOfView('requests'))}>
          {world.id}
        </a>
        {world.id === here.value?.id && <span class="quiet"> this one</span>}
      </span>
    ),
    by: ({ id }) => id,
  },
  { title: 'Made', cell: ({ createdAt }) => <Since at={createdAt} />, by: ({ createdAt }) => createdAt },
  { title: 'Last used', cell: ({ lastUsedAt }) => <Since at={lastUsedAt} />, by: ({ lastUsedAt }) => lastUsedAt },
  {
    title: 'Credentials',
    cell: ({ credentials }) => (credentials === 'own' ? 'of its own' : 'those of the seed'),
    by: ({ credentials }) => credentials,
  },
  {
    title: 'Ends',
    cell: ({ expiresAt, ttl }) =>
      expiresAt === null ? (
        'never'
      ) : (
        <>
          <Since at={expiresAt} />
          <small class="quiet">, after {shortOf(ttl)} without use</small>
        </>
      ),
    by: ({ expiresAt }) => expiresAt,
  },
];

/** A time of a world's own, which is by the machine's clock, as this page's browser has it. */
function Since({ at }: { readonly at: string }) {
  const now = new Date().toISOString();
  return (
    <span class="when">
      <time dateTime={at} title={at}>
        {timeText(at, now)}
      </time>
      <small class="quiet"> {relativeText(at, now)}</small>
    </span>
  );
}

interface ActsParts {
  readonly world: WorldInfo;
  readonly isBusy: boolean;
  readonly onDelete: () => void;
}

function Acts({ world, isBusy, onDelete }: ActsParts) {
  const { id } = world;
  const isOpen = chosen.value['world'] === id;
  return (
    <>
      <a class="button small" href={consoleOf(world, addressOfView('requests'))} target="_blank" rel="noopener">
        Open in a new tab<span class="unseen"> ({id})</span>
      </a>{' '}
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
          title={`Delete world ${id}?`}
          yes="Delete world"
          isBusy={isBusy}
          onYes={onDelete}
        >
          Delete<span class="unseen"> {id}</span>
        </Confirm>
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
      offerUndo(null);
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
        title={`Reset world ${id}?`}
        yes="Reset world"
        loses={`Everything that was made or changed in ${id} since its seed is lost, and its requests, findings and faults.`}
        isBusy={act.isBusy}
        onYes={reset}
      >
        Reset {id}
      </Confirm>
      <Feedback act={act} />
    </section>
  );
}
