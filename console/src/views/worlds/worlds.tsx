import { addressOfView, choices, choose, go } from '../../address.ts';
import { ask, type WorldInfo } from '../../control-api/client.ts';
import { type Act, Feedback, useAct } from '../../parts/act.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { type Fact, Facts } from '../../parts/facts.tsx';
import { Search } from '../../parts/form.tsx';
import { readValue, useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { LongText } from '../../parts/long.tsx';
import { Menu, type MenuItem } from '../../parts/menu.tsx';
import { Panel } from '../../parts/panel.tsx';
import { formatRelativeTime, shortenDuration } from '../../parts/time.ts';
import { ViewHeader } from '../../parts/view-header.tsx';
import { countChanges, reportChange } from '../../state/changes.ts';
import { readLifetime } from '../../state/info.ts';
import { consolePathOf, currentWorld, refreshWorlds, resetWorld, worlds } from '../../state/worlds.ts';
import { NewWorld, WorldAddresses } from './new-world.tsx';
import { Snapshots } from './snapshots.tsx';
import './worlds.css';

/** Number of worlds shown at first. Search finds the rest. */
const MAX_SHOWN = 100;

export function Worlds() {
  const loaded = useLoaded(refreshWorlds, [countChanges('worlds')]);
  const lifetime = useLoaded(readLifetime, []);
  const act = useAct();
  const { filter, world: openId, make, from } = choices.value;
  // The link of a snapshot has only `from`.
  const isCreating = make !== undefined || from !== undefined;
  const isOpen = isCreating || openId !== undefined;
  const allWorlds = worlds.value;
  const matches = filterWorlds(allWorlds, filter);
  const count = filter ? `${matches.length} of ${allWorlds.length}` : allWorlds.length;
  return (
    <div class={isOpen ? 'two opened' : 'two'}>
      <ViewHeader title="Worlds" count={allWorlds.length === 0 ? undefined : count}>
        <Feedback act={act} />
        <a class="button main" href={addressOfView('worlds', { filter, make: 'yes' })}>
          Create a world
        </a>
      </ViewHeader>
      {(allWorlds.length > 1 || filter) && (
        <search class="bar one-row">
          <Search
            label="Search"
            placeholder="name or label …"
            value={filter}
            change={(query) => choose({ filter: query }, false)}
          />
        </search>
      )}
      <section class="first page worlds">
        <WhenLoaded loaded={loaded}>
          {() => (
            <>
              <List found={matches} act={act} />
              <Snapshots />
              <p class="quiet">{readValue(lifetime, '…')}</p>
            </>
          )}
        </WhenLoaded>
      </section>
      {/* The search field appears with the worlds, and is above the panel. */}
      {isOpen && loaded !== null && (
        <Panel
          key={openId ?? 'new'}
          label={isCreating ? 'New world' : 'World'}
          onClose={() => go(addressOfView('worlds', { filter }))}
        >
          {isCreating ? <NewWorld /> : <WorldDetails world={allWorlds.find(({ id }) => id === openId)} />}
        </Panel>
      )}
    </div>
  );
}

function filterWorlds(all: readonly WorldInfo[], filter = ''): readonly WorldInfo[] {
  const query = filter.toLowerCase();
  return all.filter(({ id, label }) => `${id} ${label ?? ''}`.toLowerCase().includes(query));
}

function List({ found, act }: { readonly found: readonly WorldInfo[]; readonly act: Act }) {
  const { filter = '' } = choices.value;
  const visibleWorlds = found.slice(0, MAX_SHOWN);
  if (found.length === 0) return <p>No name or label contains “{filter}”.</p>;
  return (
    <>
      <DataTable
        label="Worlds"
        rows={visibleWorlds}
        keyOf={({ id }) => id}
        columns={[...COLUMNS, { title: '', cell: (world) => <WorldActions world={world} act={act} /> }]}
      />
      {worlds.value.length === 1 && (
        <p>
          There is only this world. Create one per test, so that tests can run at the same time without affecting each
          other.
        </p>
      )}
      {visibleWorlds.length < found.length && (
        <p>
          Showing {visibleWorlds.length} of {found.length}: search for the others.
        </p>
      )}
    </>
  );
}

const COLUMNS: readonly Column<WorldInfo>[] = [
  {
    title: 'Name',
    cell: ({ id, label }) => (
      <>
        {id} {id === currentWorld.value?.id && <span class="status idle">this one</span>}
        {label && (
          <small class="quiet label">
            <LongText text={label} />
          </small>
        )}
      </>
    ),
    sortKeyOf: ({ id }) => id,
  },
  createTimeColumn('Created', ({ createdAt }) => createdAt),
  createTimeColumn('Last used', ({ lastUsedAt }) => lastUsedAt),
  {
    title: 'Credentials',
    cell: ({ credentials }) => (credentials === 'own' ? 'its own' : 'the seed’s'),
    sortKeyOf: ({ credentials }) => credentials,
  },
  createTimeColumn('Expires', ({ expiresAt }) => expiresAt),
];

/** The times of worlds are by the machine's clock. Only the distance can be shown beside times of a world's clock. */
function createTimeColumn(title: string, timeOf: (world: WorldInfo) => string | null): Column<WorldInfo> {
  const cell = (world: WorldInfo) => {
    const at = timeOf(world);
    return <span class="when">{at === null ? 'never' : formatRelativeTime(at, new Date().toISOString())}</span>;
  };
  return { title, cell, sortKeyOf: timeOf };
}

function WorldActions({ world, act }: { readonly world: WorldInfo; readonly act: Act }) {
  const { id } = world;
  const isCurrent = id === currentWorld.value?.id;
  const remove = () =>
    act.run(async () => {
      await ask('DELETE', `/_mock/worlds/${id}`);
      if (choices.value['world'] === id) choose({ world: undefined }, false);
      // The server no longer answers for the world of this page after it was deleted.
      if (!isCurrent) reportChange('worlds');
      return `The world \`${id}\` was deleted.`;
    });
  const reset: MenuItem = {
    label: 'Reset world',
    run: () => act.run(resetWorld),
    confirmation: {
      title: `Reset world ${id}?`,
      confirmLabel: 'Reset world',
      warning: `The world ${id} returns to its seed, and its clock to real time. All changes since are lost, and so are its requests and faults.`,
    },
  };
  const deletion: MenuItem = {
    label: 'Delete world',
    run: remove,
    confirmation: {
      title: `Delete world ${id}?`,
      confirmLabel: 'Delete world',
      warning: `The world ${id} is deleted, with everything in it: its keys, requests and snapshots.`,
    },
  };
  return (
    <>
      {!isCurrent && (
        <a class="button small" href={consolePathOf(world, addressOfView('requests'))}>
          Open<span class="unseen"> {id}</span>
        </a>
      )}{' '}
      <Menu
        subject={`world ${id}`}
        isBusy={act.isBusy}
        items={[
          {
            label: 'How to reach it',
            run: () => choose({ world: id, make: undefined, from: undefined, of: undefined }),
          },
          ...(isCurrent ? [reset] : []),
          ...(id === 'default' ? [] : [deletion]),
        ]}
      />
    </>
  );
}

function WorldDetails({ world }: { readonly world: WorldInfo | undefined }) {
  if (world === undefined) return <p class="fault">There is no world {choices.value['world']}.</p>;
  return (
    <>
      <h2>How to reach {world.id}</h2>
      <WorldAddresses world={world} />
      <Facts
        facts={[
          ...COLUMNS.slice(1).map(({ title, cell }): Fact => [title, cell(world)]),
          ['Expires after', world.expiresAt !== null && `${shortenDuration(world.ttl)} without use`],
        ]}
      />
    </>
  );
}
