import { useEffect } from 'preact/hooks';
import { view } from '../address.ts';
import { connection } from '../connection.ts';
import { reconnectNow } from '../control-api/stream.ts';
import { VIEWS_ID } from '../navigation.ts';
import { readValue, useLoaded } from '../parts/loaded.tsx';
import { setWorldNow } from '../parts/when.tsx';
import { reportAllChanges } from '../state/changes.ts';
import { worldMinute } from '../state/clock.ts';
import { unreadCount } from '../state/in-force.ts';
import { readInfo } from '../state/info.ts';
import { readJournal } from '../state/requests.ts';
import { currentWorld } from '../state/worlds.ts';
import { findView } from '../views/index.ts';
import { AskForToken } from './ask-for-token.tsx';
import { FrameHeader } from './frame-header.tsx';
import { Help } from './help.tsx';
import { Palette } from './palette.tsx';
import { Rail } from './rail.tsx';
import { openDialog, useShortcuts } from './shortcuts.ts';
import { UndoBar } from './undo-bar.tsx';

setWorldNow(worldMinute);

/** Reads the journal and lets every view read again. */
export function readAll(): void {
  reportAllChanges();
  void readJournal();
}

/** The frame around every view: address, world, what is in force, clock, connection and navigation. */
export function Frame() {
  const { name, title, View } = findView(view.value);
  const isLocked = connection.value === 'locked';
  const isConnected = connection.value === 'live';
  const info = readValue(
    useLoaded(async () => (isConnected ? readInfo() : undefined), [isConnected]),
    undefined,
  );
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
