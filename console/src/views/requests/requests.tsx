import { useEffect, useState } from 'preact/hooks';
import { choices, choose, view } from '../../address.ts';
import { ask, askAll, type RequestSummary } from '../../control-api/client.ts';
import { describeError, readValue, useLoaded } from '../../parts/loaded.tsx';
import { ViewHeader } from '../../parts/view-header.tsx';
import { countChanges } from '../../state/changes.ts';
import { matchingRequests } from '../../state/request-filters.ts';
import {
  heldBackRequests,
  isJournalRead,
  isPaused,
  isRefusal,
  journalError,
  requests,
  resumeList,
} from '../../state/requests.ts';
import { hasRoomBeside } from '../../window.ts';
import { Export } from './export.tsx';
import { Filters } from './filters.tsx';
import { FirstMinute } from './first-minute.tsx';
import { RequestList } from './list.tsx';
import { RequestPanel } from './request-panel.tsx';
import './requests.css';

/** All requests as they arrive, and a panel for one of them. */
export function Requests() {
  useNewestRefusal();
  const lostDecision = useDecisionInAddress();
  const { request: selected } = choices.value;
  const [enteredId, setEnteredId] = useState('');
  const matchingCount = matchingRequests.value.length;
  const totalCount = requests.value.length;
  return (
    <div class={selected === undefined ? 'two' : 'two opened'}>
      <ViewHeader title="Requests" count={<RequestCount />}>
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
        <Export />
      </ViewHeader>
      <Filters />
      <section class="first stream" aria-label="Requests">
        {totalCount === 0 && isJournalRead.value ? (
          <FirstMinute />
        ) : (
          <RequestList onEnter={() => setEnteredId(selected ?? '')} />
        )}
        {journalError.value !== null && (
          <p class="nothing fault" role="alert">
            The journal could not be read: {describeError(journalError.value)}
          </p>
        )}
        {lostDecision !== undefined && (
          <p class="nothing fault">The journal has no request with the decision {lostDecision} any more.</p>
        )}
        {matchingCount === 0 && totalCount > 0 && (
          <p class="nothing">No request matches. “Show all” clears the filters.</p>
        )}
      </section>
      {selected !== undefined && <RequestPanel key={selected} id={selected} isEntered={enteredId === selected} />}
    </div>
  );
}

/** Without an address, opens the newest refusal: users usually come to find out why a request was refused. */
function useNewestRefusal(): void {
  // If the panel would replace the list, show the list first.
  const shouldOpen = view.value === '' && Object.keys(choices.value).length === 0 && hasRoomBeside.value;
  const newest = shouldOpen
    ? requests.value.find((request) => isRefusal(request) && (request.reason !== null || request.fault === null))
    : undefined;
  useEffect(() => {
    if (newest !== undefined) choose({ request: newest.id }, false);
  }, [newest?.id]);
}

/** Opens the request of the decision in the address, as `x-mock-decision` has it. Returns the decision if it has none. */
function useDecisionInAddress(): string | undefined {
  const { decision } = choices.value;
  const found = useLoaded(
    async () =>
      decision === undefined ? [] : askAll<RequestSummary>('requests', { decision, limit: 1, bodies: false }),
    [decision, isJournalRead.value],
  );
  const id = readValue(found, [])[0]?.id;
  const isLost = found !== null && 'value' in found && id === undefined && isJournalRead.value;
  useEffect(() => {
    if (decision !== undefined && id !== undefined) choose({ decision: undefined, request: id }, false);
  }, [decision, id]);
  return isLost ? decision : undefined;
}

/** The journal drops requests from this number on. */
const MIN_FULL = 2000;

/** Shows how many requests are listed, and how many the journal still has. */
function RequestCount() {
  const listed = matchingRequests.value.length;
  const all = requests.value.length;
  const isFull = all >= MIN_FULL;
  const counts = useLoaded(
    async () =>
      isFull ? ask<{ total: number; dropped: number }>('GET', '/_mock/requests?limit=1&bodies=false') : undefined,
    [isFull && countChanges('requests')],
  );
  const { total, dropped } = readValue(counts) ?? { total: 0, dropped: 0 };
  if (dropped === 0) return listed === all ? format(all) : `${format(listed)} of ${format(all)}`;
  const kept = `${format(total)} of ${format(total + dropped)} kept`;
  return listed === all ? kept : `${format(listed)} shown, ${kept}`;
}

function format(number: number): string {
  return number.toLocaleString('en');
}
