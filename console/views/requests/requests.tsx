import { useState } from 'preact/hooks';
import { chosen } from '../../address.ts';
import { addressOf } from '../../control-api/client.ts';
import { isJournalRead, requests } from '../../state/requests.ts';
import { Awaited, lazy } from '../lazy.tsx';
import { Filters } from './filters.tsx';
import { RequestList } from './list.tsx';
import './requests.css';

/** Every request as it comes, and one of them opened. */
export function Requests() {
  const selected = chosen.value['request'];
  const Recorded = lazy.value?.Recorded;
  const [entered, setEntered] = useState('');
  return (
    <div class={selected === undefined ? 'two' : 'two opened'}>
      <Filters />
      <section class="first stream" aria-label="Requests">
        {requests.value.length === 0 && isJournalRead.value ? (
          <Nothing />
        ) : (
          <RequestList onEnter={() => setEntered(selected ?? '')} />
        )}
      </section>
      {selected !== undefined &&
        (Recorded === undefined ? (
          <Awaited />
        ) : (
          <Recorded key={selected} id={selected} isEntered={entered === selected} />
        ))}
    </div>
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
