import { addressOfView, choose, chosen, go } from '../../address.ts';
import { ask } from '../../control-api/client.ts';
import type { WorldInfo } from '../../control-api/types.ts';
import { type Act, Feedback, useAct } from '../../parts/act.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { readValue, useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { Long } from '../../parts/long.tsx';
import { Menu } from '../../parts/menu.tsx';
import { Panel } from '../../parts/panel.tsx';
import { Search } from '../../parts/search.tsx';
import { relativeText, shortDuration, timeText } from '../../parts/time.ts';
import { ViewHeader } from '../../parts/view-header.tsx';
import { countChanges, reportChange } from '../../state/changes.ts';
import { readLifetime } from '../../state/lifetime.ts';
import { consolePath, currentWorld, refreshWorlds, resetWorld, worlds } from '../../state/worlds.ts';
import { Order } from './order.tsx';
import { Snapshots } from './snapshots.tsx';
import { WaysIn } from './ways.tsx';
import './worlds.css';

/** Number of worlds shown at first. Search finds the rest. */
const MAX_SHOWN = 100;

/** All worlds of the server with the ways to reach them, and the snapshots of this world. */
export function Worlds() {
  const loaded = useLoaded(refreshWorlds, [countChanges('worlds')]);
  const lifetime = useLoaded(readLifetime, []);
  const act = useAct();
  const { filter, world: opened, make, from } = chosen.value;
  // A snapshot links here with `from`.
  const isMaking = make !== undefined || from !== undefined;
  const isOpen = isMaking || opened !== undefined;
  const allWorlds = worlds.value;
  const matches = filterWorlds(allWorlds, filter);
  return (
    <div class={isOpen ? 'two opened' : 'two'}>
      <ViewHeader
        title="Worlds"
        count={
          allWorlds.length === 0 ? undefined : filter ? `${matches.length} of ${allWorlds.length}` : allWorlds.length
        }
      >
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
      <section class="first page rows labelled worlds">
        <WhenLoaded of={loaded}>
          {() => (
            <>
              <List found={matches} act={act} />
              <Snapshots />
              <p class="quiet">{readValue(lifetime, '…')}</p>
            </>
          )}
        </WhenLoaded>
      </section>
      {isOpen && (
        <Panel
          key={opened ?? 'new'}
          label={isMaking ? 'New world' : 'World'}
          onClose={() => go(addressOfView('worlds', { filter }))}
        >
          {isMaking ? <Order /> : <WorldDetails world={allWorlds.find(({ id }) => id === opened)} />}
        </Panel>
      )}
    </div>
  );
}

function filterWorlds(all: readonly WorldInfo[], filter = ''): readonly WorldInfo[] {
  const wanted = filter.toLowerCase();
  return all.filter(({ id, label }) => `${id} ${label ?? ''}`.toLowerCase().includes(wanted));
}

function List({ found, act }: { readonly found: readonly WorldInfo[]; readonly act: Act }) {
  const { filter = '', all = '' } = chosen.value;
  const shown = all === '' ? found.slice(0, MAX_SHOWN) : found;
  if (found.length === 0) return <p>No name or label contains “{filter}”.</p>;
  return (
    <>
      <DataTable
        label="Worlds"
        rows={shown}
        keyOf={({ id }) => id}
        columns={[...COLUMNS, { title: '', cell: (world) => <WorldActions world={world} act={act} /> }]}
      />
      {worlds.value.length === 1 && (
        <p>
          There is only this world. Create one per test, so that tests can run at the same time without affecting each
          other.
        </p>
      )}
      {shown.length < found.length && (
        <p>
          Showing {shown.length} of {found.length}.{' '}
          <button type="button" onClick={() => choose({ all: 'yes' })}>
            Show all
          </button>
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
            <Long text={label} />
          </small>
        )}
      </>
    ),
    by: ({ id }) => id,
  },
  {
    title: 'Created',
    cell: ({ createdAt }) => <MachineTime at={createdAt} />,
    by: ({ createdAt }) => createdAt,
    class: 'wide-only',
  },
  { title: 'Last used', cell: ({ lastUsedAt }) => <MachineTime at={lastUsedAt} />, by: ({ lastUsedAt }) => lastUsedAt },
  {
    title: 'Credentials',
    cell: ({ credentials }) => (credentials === 'own' ? 'its own' : 'the seed’s'),
    by: ({ credentials }) => credentials,
    class: 'wide-only',
  },
  {
    title: 'Expires',
    cell: ({ expiresAt }) => (expiresAt === null ? 'never' : <MachineTime at={expiresAt} />),
    by: ({ expiresAt }) => expiresAt,
  },
];

/** A time by the machine's clock, not by the world's. */
function MachineTime({ at }: { readonly at: string }) {
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

function WorldActions({ world, act }: { readonly world: WorldInfo; readonly act: Act }) {
  const { id } = world;
  const isCurrent = id === currentWorld.value?.id;
  const remove = () =>
    act.run(async () => {
      await ask('DELETE', `/_mock/worlds/${id}`);
      if (chosen.value['world'] === id) choose({ world: undefined }, false);
      // The deleted world of this page cannot be asked any more.
      if (!isCurrent) reportChange('worlds');
      return `The world \`${id}\` was deleted.`;
    });
  const reset = {
    label: 'Reset world',
    run: () => act.run(resetWorld),
    asks: {
      title: `Reset world ${id}?`,
      confirmLabel: 'Reset world',
      warning: `The world ${id} returns to its seed, and its clock to real time. All changes since are lost, and so are its requests, findings and faults.`,
    },
  };
  const deletion = {
    label: 'Delete world',
    run: remove,
    asks: {
      title: `Delete world ${id}?`,
      confirmLabel: 'Delete world',
      warning: `The world ${id} is deleted, with everything in it: its keys, requests and snapshots.`,
    },
  };
  return (
    <>
      {!isCurrent && (
        <a class="button small" href={consolePath(world, addressOfView('requests'))}>
          Open<span class="unseen"> {id}</span>
        </a>
      )}{' '}
      <Menu
        of={`world ${id}`}
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
  if (world === undefined) return <p class="fault">There is no world {chosen.value['world']}.</p>;
  return (
    <>
      <h2>How to reach {world.id}</h2>
      <WaysIn world={world} />
      <dl class="facts">
        {COLUMNS.slice(1).map(({ title, cell }) => (
          <div key={title}>
            <dt>{title}</dt>
            <dd>{cell(world)}</dd>
          </div>
        ))}
        {world.expiresAt !== null && (
          <div>
            <dt>Expires after</dt>
            <dd>{shortDuration(world.ttl)} without use</dd>
          </div>
        )}
      </dl>
    </>
  );
}
