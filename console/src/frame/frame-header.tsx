import { currentViewAddress, navigationAddressOf, view } from '../address.ts';
import { connection } from '../connection.ts';
import { handleValue } from '../parts/form.tsx';
import { useLoaded } from '../parts/loaded.tsx';
import { formatTime } from '../parts/time.ts';
import { zone } from '../preferences.ts';
import { countChanges } from '../state/changes.ts';
import { worldTime } from '../state/clock.ts';
import { consolePathOf, currentWorld, refreshWorlds, worlds } from '../state/worlds.ts';
import { InForce } from './in-force.tsx';
import { openDialog, PALETTE_KEYS } from './shortcuts.tsx';

/** Element id of the navigation, which a button of the header opens on a phone. */
export const VIEWS_ID = 'views';

/**
 * The bar above every view: address, version and world, what is in force, the palette, the clock and the connection.
 *
 * @param props.version of the server; undefined while unknown
 */
export function FrameHeader({ version }: { readonly version: string | undefined }) {
  const isLocked = connection.value === 'locked';
  return (
    <header>
      <a class="mark" href={navigationAddressOf('requests')}>
        nv-auth-mock <small>{version}</small>
      </a>
      <span class="host">{location.host}</span>
      <WorldChoice />
      {isLocked ? <span class="in-force" /> : <InForce />}
      <button
        type="button"
        class="go-to"
        disabled={isLocked}
        onClick={() => {
          openDialog.value = 'palette';
        }}
      >
        <Icon name="search" />
        <span>
          Go to … <kbd>{PALETTE_KEYS}</kbd>
        </span>
      </button>
      <WorldClock />
      <span class="connection" data-state={connection.value} role="status" title={CONNECTION_LABELS[connection.value]}>
        <span>{CONNECTION_LABELS[connection.value]}</span>
      </span>
      <button type="button" class="to-views" aria-label="Views" popovertarget={VIEWS_ID}>
        <Icon name="menu" />
      </button>
    </header>
  );
}

/** The name of the world or, if there are several, a choice that switches to the same view of another one. */
function WorldChoice() {
  const current = currentWorld.value;
  // The Worlds view reads them itself.
  useLoaded(
    async () => (view.value === 'worlds' || connection.value === 'connecting' ? undefined : refreshWorlds()),
    [countChanges('worlds')],
  );
  if (current === undefined) return <span class="world" />;
  if (worlds.value.length < 2) return <span class="world quiet">world {current.id}</span>;
  return (
    <label class="world">
      <span class="quiet">World</span>{' '}
      <select
        aria-label="World"
        value={current.id}
        onChange={handleValue((value) => {
          const selectedWorld = worlds.value.find(({ id }) => id === value);
          if (selectedWorld !== undefined) location.href = consolePathOf(selectedWorld, currentViewAddress());
        })}
      >
        {worlds.value.map(({ id }) => (
          <option key={id}>{id}</option>
        ))}
      </select>
    </label>
  );
}

/** The time of the world. Its button switches the zone of all times on the page. */
function WorldClock() {
  const time = worldTime.value;
  if (time === null) return <span class="clock" />;
  return (
    <span class="clock" title="The clock of this world">
      <time dateTime={time.now}>{formatTime(time.now)}</time>
      <button
        type="button"
        title="Show all times in the other zone"
        onClick={() => zone.set(zone.value === 'utc' ? 'local' : 'utc')}
      >
        {zone.value === 'utc' ? 'UTC' : 'local'}
      </button>
    </span>
  );
}

const CONNECTION_LABELS = {
  connecting: 'connecting …',
  live: 'live',
  lost: 'offline',
  gone: 'this world is gone',
  away: 'not watching',
  locked: 'locked',
} as const;

export function Icon({ name }: { readonly name: string }) {
  return (
    <svg class="icon" aria-hidden="true">
      <use href={`#icon-${name}`} />
    </svg>
  );
}
