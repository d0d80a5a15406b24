import { useEffect } from 'preact/hooks';
import { view } from '../address.ts';
import { connection } from '../connection.ts';
import { reconnectNow } from '../control-api/stream.ts';
import { VIEWS_ID } from '../navigation.ts';
import { setWorldNow } from '../parts/when.tsx';
import { reportChange } from '../state/changes.ts';
import { worldMinute } from '../state/clock.ts';
import { unreadCount } from '../state/in-force.ts';
import { readJournal } from '../state/requests.ts';
import { VIEWS } from '../views/index.ts';
import { lazyViews, ViewPlaceholder } from '../views/lazy.tsx';
import { FrameHeader } from './frame-header.tsx';
import { InForceBar } from './in-force-bar.tsx';
import { Rail } from './rail.tsx';
import { openDialog, useShortcuts } from './shortcuts.ts';

setWorldNow(worldMinute);

/** Reads the data of the frame and lets every view read again. @throws like the control API */
export async function readAll(): Promise<void> {
  reportChange('findings', 'clock', 'keys', 'cast', 'faults', 'drills', 'worlds', 'snapshots');
  await readJournal();
}

/** The frame around every view: world, clock, connection and navigation. */
export function Frame() {
  const currentView = VIEWS.find(({ name }) => name === view.value) ?? VIEWS[0];
  const title = currentView?.title;
  useEffect(() => {
    document.title = `${title} · nv-auth-mock`;
  }, [title]);
  const current = currentView?.name;
  useEffect(() => {
    if (current === 'requests') unreadCount.value = 0;
    // On a phone the navigation covers the view.
    document.getElementById(VIEWS_ID)?.hidePopover();
  }, [current]);
  if (currentView === undefined || current === undefined) return null;
  const isLocked = connection.value === 'locked';
  const ViewComponent = isLocked ? lazyViews.value?.AskForToken : currentView.show();
  const { UndoBar, TimeLine } = lazyViews.value ?? {};
  return (
    <>
      <button type="button" class="skip" onClick={focusContent}>
        Skip to content
      </button>
      <FrameHeader />
      <Rail current={current} />
      <div class="said">
        {connection.value === 'gone' && <WorldGoneBanner />}
        {connection.value === 'lost' && <OfflineBanner />}
        {!isLocked && <InForceBar />}
      </div>
      <main id="content" tabIndex={-1} aria-label={title}>
        {ViewComponent === undefined ? <ViewPlaceholder /> : <ViewComponent />}
      </main>
      {UndoBar !== undefined && <UndoBar />}
      <footer class="time-line">{!isLocked && TimeLine !== undefined && <TimeLine />}</footer>
      {!isLocked && <FrameDialog />}
    </>
  );
}

/** The open dialog, if any. Registers the keyboard shortcuts, which open it. */
function FrameDialog() {
  useShortcuts();
  if (openDialog.value === null) return null;
  const views = lazyViews.value;
  if (views === null) return <ViewPlaceholder />;
  return openDialog.value === 'palette' ? <views.Palette /> : <views.Help />;
}

/** Focuses the content. A link cannot do it, because the fragment of the URL has the view. */
function focusContent(): void {
  document.getElementById('content')?.focus();
}

function OfflineBanner() {
  return (
    <p class="banner offline" role="alert">
      <span>The server does not answer. This is the last known state, and nothing can be changed.</span>
      <button type="button" class="small" onClick={reconnectNow}>
        Retry
      </button>
    </p>
  );
}

function WorldGoneBanner() {
  return (
    <p class="banner fault" role="alert">
      The server no longer has this world. This is its last known state. <a href="/">Go to the default world</a>
    </p>
  );
}
