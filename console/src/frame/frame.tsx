import { useEffect } from 'preact/hooks';
import { addressTo, sameView, view } from '../address.ts';
import { connection } from '../connection.ts';
import { retry } from '../control-api/stream.ts';
import { VIEWS_ID } from '../navigation.ts';
import { Icon } from '../parts/icon.tsx';
import { useLoaded } from '../parts/loaded.tsx';
import { timeText } from '../parts/time.ts';
import { worldNow } from '../parts/when.tsx';
import { zone } from '../preferences.ts';
import { countChanges, reportChange } from '../state/changes.ts';
import { worldMinute, worldTime } from '../state/clock.ts';
import { unread } from '../state/in-force.ts';
import { readJournal } from '../state/requests.ts';
import { consolePath, currentWorld, refreshWorlds, worlds } from '../state/worlds.ts';
import { VIEWS } from '../views/index.ts';
import { Awaited, lazy } from '../views/lazy.tsx';
import { InForceBar } from './in-force-bar.tsx';
import { Rail } from './rail.tsx';
import { openDialog, PALETTE_KEYS, useShortcuts } from './shortcuts.ts';

worldNow.of = worldMinute;

/** Reads the data of the frame and lets every view read again. @throws like the control API */
export async function readAll(): Promise<void> {
  reportChange('findings', 'clock', 'keys', 'cast', 'faults', 'drills', 'worlds', 'snapshots', 'mode');
  await readJournal();
}

/** The frame around every view: world, clock, connection and navigation. */
export function Frame() {
  const shown = VIEWS.find(({ name }) => name === view.value) ?? VIEWS[0];
  const title = shown?.title;
  useEffect(() => {
    document.title = `${title} · nv-auth-mock`;
  }, [title]);
  const current = shown?.name;
  useEffect(() => {
    if (current === 'requests') unread.value = 0;
    // On a phone the navigation covers the view.
    document.getElementById(VIEWS_ID)?.hidePopover();
  }, [current]);
  if (shown === undefined || current === undefined) return null;
  const isLocked = connection.value === 'locked';
  const Show = isLocked ? lazy.value?.AskForToken : shown.show();
  const { UndoBar, TimeLine } = lazy.value ?? {};
  return (
    <>
      <button type="button" class="skip" onClick={toContent}>
        Skip to content
      </button>
      <header>
        <a class="mark" href={addressTo('requests')}>
          nv-auth-mock
        </a>
        <WhichWorld />
        <GoTo />
        <WorldClock />
        <Connected />
        <button type="button" class="to-views" aria-label="Views" popovertarget={VIEWS_ID}>
          <Icon name="menu" />
        </button>
      </header>
      <Rail current={current} />
      <div class="said">
        {connection.value === 'gone' && <Gone />}
        {connection.value === 'lost' && <Offline />}
        {!isLocked && <InForceBar />}
      </div>
      <main id="content" tabIndex={-1} aria-label={title}>
        {Show === undefined ? <Awaited /> : <Show />}
      </main>
      {UndoBar !== undefined && <UndoBar />}
      <footer class="time-line">{!isLocked && TimeLine !== undefined && <TimeLine />}</footer>
      {!isLocked && <FrameDialog />}
    </>
  );
}

/** Opens the palette, like its keyboard shortcut. */
export function GoTo() {
  return (
    <button
      type="button"
      class="go-to"
      disabled={connection.value === 'locked'}
      onClick={() => {
        openDialog.value = 'palette';
      }}
    >
      <Icon name="search" />
      <span>
        Go to … <kbd>{PALETTE_KEYS}</kbd>
      </span>
    </button>
  );
}

export function FrameDialog() {
  useShortcuts();
  if (openDialog.value === null) return null;
  const views = lazy.value;
  if (views === null) return <Awaited />;
  return openDialog.value === 'palette' ? <views.Palette /> : <views.Help />;
}

/** Not a link, because the fragment holds the view. */
function toContent() {
  document.getElementById('content')?.focus();
}

/** Switches to the same view of another world. */
export function WhichWorld() {
  const all = worlds.value;
  const current = currentWorld.value;
  // The Worlds view reads them itself.
  useLoaded(
    async () => (view.value === 'worlds' || connection.value === 'connecting' ? undefined : refreshWorlds()),
    [countChanges('worlds')],
  );
  if (current === undefined || all.length < 2) return <span class="where" />;
  return (
    <label class="where">
      <span class="quiet">World</span>{' '}
      <select
        value={current.id}
        onChange={({ currentTarget: { value } }) => {
          const wanted = all.find(({ id }) => id === value);
          if (wanted !== undefined) location.href = consolePath(wanted, sameView());
        }}
      >
        {all.map(({ id }) => (
          <option key={id}>{id}</option>
        ))}
      </select>
    </label>
  );
}

function Offline() {
  return (
    <p class="banner offline" role="alert">
      <span>The server does not answer. This is the last known state, and nothing can be changed.</span>
      <button type="button" class="small" onClick={retry}>
        Retry
      </button>
    </p>
  );
}

function Gone() {
  return (
    <p class="banner fault" role="alert">
      The server no longer has this world. This is its last known state. <a href="/">Go to the default world</a>
    </p>
  );
}

export function WorldClock() {
  const time = worldTime.value;
  if (time === null) return <span class="clock" />;
  return (
    <span class="clock" title="The clock of this world">
      <time dateTime={time.now}>{timeText(time.now)}</time>
      <button
        type="button"
        title="Show all times in the other zone"
        onClick={() => zone.set(zone.value === 'utc' ? 'local' : 'utc')}
      >
        {zone.value === 'utc' ? 'UTC' : 'local'}
      </button>
      {time.frozen && ' frozen'}
    </span>
  );
}

const LABELS = {
  connecting: 'connecting …',
  live: 'live',
  lost: 'offline',
  gone: 'this world is gone',
  away: 'not watching',
  locked: 'locked',
} as const;

export function Connected() {
  return (
    <span class="connection" data-state={connection.value} role="status" title={LABELS[connection.value]}>
      <span>{LABELS[connection.value]}</span>
    </span>
  );
}
