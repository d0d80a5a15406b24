import { useEffect, useState } from 'preact/hooks';
import { choices, choose, view } from '../../address.ts';
import { addressOf } from '../../control-api/client.ts';
import { ViewHeader } from '../../parts/view-header.tsx';
import { matchingRequests } from '../../state/request-filters.ts';
import { heldBackRequests, isJournalRead, isPaused, requests, resumeList } from '../../state/requests.ts';
import { hasRoomBeside } from '../../window.ts';
import { lazyViews, loadViews, ViewPlaceholder } from '../lazy.tsx';
import { Filters } from './filters.tsx';
import { RequestList } from './list.tsx';
import './requests.css';

/** All requests as they arrive, and a panel for one of them. */
export function Requests() {
  useNewestRefusal();
  const { request: selected, tool } = choices.value;
  const views = lazyViews.value;
  const [enteredId, setEnteredId] = useState('');
  const isOpen = selected !== undefined || tool !== undefined;
  const matchingCount = matchingRequests.value.length;
  const totalCount = requests.value.length;
  return (
    <div class={isOpen ? `two opened${tool === undefined ? '' : ' wide'}` : 'two'} {...DROP_HANDLERS}>
      <ViewHeader title="Requests" count={views === null ? totalCount : <views.RequestCount />}>
        <button
          type="button"
          aria-pressed={isPaused.value}
          onClick={() => {
            if (isPaused.value) resumeList();
            else isPaused.value = true;
          }}
        >
          {isPaused.value ? `Resume (${heldBackRequests.value.length} new)` : 'Pause'}
        </button>
        {views === null ? <ToolsPlaceholder /> : <views.Tools />}
      </ViewHeader>
      <Filters />
      <section class="first stream" aria-label="Requests">
        {totalCount === 0 && isJournalRead.value ? (
          <EmptyState />
        ) : (
          <RequestList onEnter={() => setEnteredId(selected ?? '')} />
        )}
        {matchingCount === 0 && totalCount > 0 && (
          <p class="nothing">No request matches. “Show all” clears the filters.</p>
        )}
      </section>
      {isOpen && <OpenPanel requestId={selected ?? ''} tool={tool} isEntered={enteredId === selected} />}
    </div>
  );
}

/** The panel of a tool, or of a request if no tool is open. */
function OpenPanel(props: {
  readonly requestId: string;
  readonly tool: string | undefined;
  /** Whether the user opened the request with the keyboard. */
  readonly isEntered: boolean;
}) {
  const { requestId, tool, isEntered } = props;
  const views = lazyViews.value;
  if (views === null) return <ViewPlaceholder />;
  if (tool !== undefined) return <views.ToolPanel key={tool} name={tool} />;
  return <views.RequestPanel key={requestId} id={requestId} isEntered={isEntered} />;
}

/** The event handlers of the view: an archive can be dropped anywhere on it. */
const DROP_HANDLERS = {
  onDragOver(event: DragEvent) {
    if (event.dataTransfer?.types.includes('Files')) event.preventDefault();
  },
  onDrop(event: DragEvent) {
    event.preventDefault();
    const file = event.dataTransfer?.files[0];
    if (file !== undefined) void loadViews().then(() => lazyViews.value?.checkDropped(file));
  },
};

/** Without an address, opens the newest refusal: users usually come to find out why a request was refused. */
function useNewestRefusal(): void {
  // If the panel would replace the list, show the list first.
  const shouldOpen = view.value === '' && Object.keys(choices.value).length === 0 && hasRoomBeside.value;
  const newest = shouldOpen
    ? requests.value.find(({ decision, reason }) => decision !== null && reason !== null)
    : undefined;
  useEffect(() => {
    if (newest !== undefined) choose({ request: newest.id }, false);
  }, [newest?.id]);
}

/** Placeholder for the tools, so that nothing moves. */
function ToolsPlaceholder() {
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

/** Shown to new users, before the first request. */
function EmptyState() {
  const line = `curl -i ${location.origin}${addressOf('/v2/nvcf/functions')}`;
  return (
    <div class="nothing">
      <p>No requests yet. Point a client at this server, or try a request that is refused:</p>
      <pre>{line}</pre>
    </div>
  );
}
