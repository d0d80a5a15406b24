import { useEffect, useState } from 'preact/hooks';
import { choices, choose, view } from '../../address.ts';
import { addressOf } from '../../control-api/client.ts';
import { ViewHeader } from '../../parts/view-header.tsx';
import { matchingRequests } from '../../state/request-filters.ts';
import { heldBackRequests, isJournalRead, isPaused, requests, resumeList } from '../../state/requests.ts';
import { hasRoomBeside } from '../../window.ts';
import { lazyViews, ViewPlaceholder } from '../lazy.tsx';
import { Filters } from './filters.tsx';
import { RequestList } from './list.tsx';
import './requests.css';

/** All requests as they arrive, and a panel for one of them. */
export function Requests() {
  useNewestRefusal();
  const { request: selected } = choices.value;
  const views = lazyViews.value;
  const [enteredId, setEnteredId] = useState('');
  const isOpen = selected !== undefined;
  const matchingCount = matchingRequests.value.length;
  const totalCount = requests.value.length;
  return (
    <div class={isOpen ? 'two opened' : 'two'}>
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
        {views === null ? <ExportPlaceholder /> : <views.Export />}
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
      {isOpen && <OpenPanel requestId={selected ?? ''} isEntered={enteredId === selected} />}
    </div>
  );
}

/** The panel of a request. */
function OpenPanel(props: {
  readonly requestId: string;
  /** Whether the user opened the request with the keyboard. */
  readonly isEntered: boolean;
}) {
  const { requestId, isEntered } = props;
  const views = lazyViews.value;
  if (views === null) return <ViewPlaceholder />;
  return <views.RequestPanel key={requestId} id={requestId} isEntered={isEntered} />;
}

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

/** Placeholder, so that nothing moves. */
function ExportPlaceholder() {
  return (
    <button type="button" disabled>
      Export
    </button>
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
