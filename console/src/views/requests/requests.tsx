import { useEffect, useState } from 'preact/hooks';
import { choose, chosen, view } from '../../address.ts';
import { addressOf } from '../../control-api/client.ts';
import { ViewHeader } from '../../parts/view-header.tsx';
import { fitting, isJournalRead, isPaused, keptBack, requests, resume } from '../../state/requests.ts';
import { hasRoomBeside } from '../../window.ts';
import { Awaited, lazy, loadViews } from '../lazy.tsx';
import { Filters } from './filters.tsx';
import { RequestList } from './list.tsx';
import './requests.css';

/** Every request as it comes, and one of them opened. */
export function Requests() {
  useNewestRefusal();
  const { request: selected, tool } = chosen.value;
  const views = lazy.value;
  const [entered, setEntered] = useState('');
  const isOpen = selected !== undefined || tool !== undefined;
  const [count, all] = [fitting.value.length, requests.value.length];
  return (
    <div class={isOpen ? `two opened${tool === undefined ? '' : ' wide'}` : 'two'} {...DROPS}>
      <ViewHeader title="Requests" count={views === null ? all : <views.Count />}>
        <button
          type="button"
          aria-pressed={isPaused.value}
          onClick={() => {
            if (isPaused.value) resume();
            else isPaused.value = true;
          }}
        >
          {isPaused.value ? `Go on (${keptBack.value.length} new)` : 'Pause'}
        </button>
        {views === null ? <ToolsToCome /> : <views.Tools />}
      </ViewHeader>
      <Filters />
      <section class="first stream" aria-label="Requests">
        {all === 0 && isJournalRead.value ? <Nothing /> : <RequestList onEnter={() => setEntered(selected ?? '')} />}
        {count === 0 && all > 0 && <p class="nothing">No request is like this. “Show all” takes the filters away.</p>}
      </section>
      {isOpen &&
        (views === null ? (
          <Awaited />
        ) : tool !== undefined ? (
          <views.Tool key={tool} name={tool} />
        ) : (
          <views.Recorded key={selected} id={selected ?? ''} isEntered={entered === selected} />
        ))}
    </div>
  );
}

/** An archive can be dropped anywhere on the view. */
const DROPS = {
  onDragOver(event: DragEvent) {
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
  },
  onDrop(event: DragEvent) {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file !== undefined) void loadViews().then(() => lazy.value?.checkDropped(file));
  },
};

/** Whoever opens the page, and says nothing of what is wanted, wants to know why something was refused. */
function useNewestRefusal(): void {
  // Where the panel would be in the place of the list, the list comes first.
  const isWanted = view.value === '' && Object.keys(chosen.value).length === 0 && hasRoomBeside.value;
  const newest = isWanted
    ? requests.value.find(({ decision, reason }) => decision !== null && reason !== null)
    : undefined;
  useEffect(() => {
    if (newest !== undefined) choose({ request: newest.id }, false);
  }, [newest?.id]);
}

/** Stands where the tools come to, so that nothing moves. */
function ToolsToCome() {
  return (
    <>
      <button type="button" disabled>
        Export
      </button>
      <button type="button" class="small more" disabled aria-label="More for these requests">
        ⋯
      </button>
    </>
  );
}

/** Whoever sees this has just begun. */
function Nothing() {
  const line = `curl -i ${location.origin}${addressOf('/v2/nvcf/functions')}`;
  return (
    <div class="nothing">
      <p>No request has come yet. Point a client at this server, or try one that is refused:</p>
      <pre>{line}</pre>
    </div>
  );
}
