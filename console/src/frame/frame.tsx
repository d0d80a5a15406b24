import { useEffect } from 'preact/hooks';
import { navigationAddressOf, view } from '../address.ts';
import { connection } from '../connection.ts';
import { addressOf } from '../control-api/client.ts';
import { reconnectNow } from '../control-api/stream.ts';
import { readValue, useLoaded } from '../parts/loaded.tsx';
import { setWorldNow } from '../parts/when.tsx';
import { reportAllChanges } from '../state/changes.ts';
import { worldMinute } from '../state/clock.ts';
import { badges, unreadCount } from '../state/in-force.ts';
import { readInfo } from '../state/info.ts';
import { readJournal } from '../state/requests.ts';
import { currentWorld } from '../state/worlds.ts';
import { findView, VIEWS } from '../views/index.ts';
import { AskForToken } from './ask-for-token.tsx';
import { FrameHeader, Icon, VIEWS_ID } from './frame-header.tsx';
import { Palette } from './palette.tsx';
import { Help, openDialog, useShortcuts } from './shortcuts.tsx';
import { UndoBar } from './undo-bar.tsx';

setWorldNow(worldMinute);

export function readAll(): void {
  reportAllChanges();
  void readJournal();
}

/** The frame around every view: address, world, what is in force, clock, connection and navigation. */
export function Frame() {
  const { name, title, View } = findView(view.value);
  const isLocked = connection.value === 'locked';
  const isConnected = connection.value === 'live';
  const info = readValue(useLoaded(async () => (isConnected ? readInfo() : undefined), [isConnected]));
  const world = currentWorld.value?.id;
  useEffect(() => {
    const product = `nv-auth-mock ${info?.version ?? ''}`.trim();
    document.title = [title, world, location.host, product].filter((part) => part !== undefined).join(' · ');
  }, [title, world, info?.version]);
  useEffect(() => {
    if (name === 'requests') unreadCount.value = 0;
    // On a phone the navigation covers the view.
    document.getElementById(VIEWS_ID)?.hidePopover();
  }, [name]);
  return (
    <>
      {/* A link cannot do it, because the fragment of the URL has the view. */}
      <button type="button" class="skip" onClick={() => document.getElementById('content')?.focus()}>
        Skip to content
      </button>
      <FrameHeader version={info?.version} />
      <Rail current={name} />
      <div class="said">
        {connection.value === 'gone' && (
          <p class="banner fault" role="alert">
            The server no longer has this world. This is its last known state. <a href="/">Go to the default world</a>
          </p>
        )}
        {connection.value === 'lost' && (
          <p class="banner offline" role="alert">
            <span>The server does not answer. This is the last known state, and nothing can be changed.</span>
            <button type="button" class="small" onClick={reconnectNow}>
              Retry
            </button>
          </p>
        )}
      </div>
      <main id="content" tabIndex={-1} aria-label={title}>
        {isLocked ? <AskForToken /> : <View />}
      </main>
      <UndoBar />
      {!isLocked && <FrameDialog />}
    </>
  );
}

/** The open dialog, if any. Registers the keyboard shortcuts, which open it. */
function FrameDialog() {
  useShortcuts();
  if (openDialog.value === null) return null;
  return openDialog.value === 'palette' ? <Palette /> : <Help />;
}

/** The navigation, with badges for what is new or in force. @param props.current the name of the visible view */
function Rail({ current }: { readonly current: string }) {
  return (
    // On a phone it is a popover, opened by a button in the header.
    <nav id={VIEWS_ID} class="rail" aria-label="Views" popover="auto">
      {VIEWS.map(({ name, title }) => (
        <a key={name} href={navigationAddressOf(name)} aria-current={name === current ? 'page' : undefined}>
          <Icon name={name} />
          <span>{title}</span>
          <Badges viewName={name} />
        </a>
      ))}
      <a href={addressOf('/docs')}>
        <Icon name="docs" />
        <span>API documents</span>
      </a>
    </nav>
  );
}

/** A separate component, so that a new count does not redraw the whole rail. */
function Badges({ viewName }: { readonly viewName: string }) {
  return badges.value[viewName]?.map(
    (badge, index) =>
      badge !== false &&
      badge !== 0 && (
        <small key={index} class="badge">
          {badge}
        </small>
      ),
  );
}
