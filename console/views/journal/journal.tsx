import { useState } from 'preact/hooks';
import { addressOfView, choose, chosen } from '../../address.ts';
import { addressOf } from '../../control-api/client.ts';
import type { RequestSummary } from '../../control-api/types.ts';
import { Told, useAct } from '../../parts/act.tsx';
import { Status } from '../../parts/chips.tsx';
import { download } from '../../parts/download.ts';
import { useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { cut, Long } from '../../parts/long.tsx';
import { Table } from '../../parts/table.tsx';
import { When } from '../../parts/when.tsx';
import { changesOf } from '../../state/changes.ts';
import { fileName, readFile } from '../../state/files.ts';
import { addressIn, readSummaries } from '../../state/requests.ts';
import { Came } from './came.tsx';
import { Filter, filterOf, type JournalFilter, queryOf } from './filter.tsx';
import './journal.css';

const LIMITS = ['100', '500', '2000'];

/** All that the journal still has, narrowed as the control API narrows it. It stands still; Live is what moves. */
export function Journal() {
  const filter = filterOf(chosen.value);
  const query = queryOf(filter);
  const limit = LIMITS.find((value) => value === chosen.value['limit']) ?? '100';
  return (
    <div class="page journal">
      <Filter />
      <Came filter={filter} />
      <Found key={`${query} ${limit}`} query={query} filter={filter} limit={limit} />
    </div>
  );
}

/** @param props.query the filter, as the control API reads it */
function Found(props: { readonly query: string; readonly filter: JournalFilter; readonly limit: string }) {
  const { query, filter, limit } = props;
  const [round, setRound] = useState(0);
  const loaded = useLoaded(async () => {
    const at = changesOf('requests');
    return { at, requests: await readSummaries({ ...filter, limit: Number(limit) }) };
  }, [round]);
  const act = useAct();
  const saveHar = () =>
    act.run(async () => {
      const name = fileName('.har');
      download(name, await readFile(`/_mock/requests/har${query}`));
      return `\`${name}\` is saved.`;
    });
  return (
    <section>
      <div class="bar">
        <label>
          At most{' '}
          <select value={limit} onChange={(event) => choose({ limit: event.currentTarget.value })}>
            {LIMITS.map((value) => (
              <option key={value}>{value}</option>
            ))}
          </select>
        </label>
        <button type="button" onClick={() => setRound(round + 1)}>
          Read again
        </button>
        <button type="button" disabled={act.isBusy} onClick={saveHar}>
          Download as HAR
        </button>
        <Told act={act} />
      </div>
      <WhenLoaded of={loaded}>
        {({ at, requests }) => (
          <>
            <p role="status" class="quiet">
              {requests.length === Number(limit)
                ? `The newest ${limit} requests.`
                : `${requests.length} ${requests.length === 1 ? 'request' : 'requests'}.`}
              {at !== changesOf('requests') && ' Something has happened since: read again to see it.'}
            </p>
            {requests.length > 0 ? <Rows requests={requests} /> : <Nothing isNarrowed={query !== ''} />}
          </>
        )}
      </WhenLoaded>
    </section>
  );
}

function Rows({ requests }: { readonly requests: readonly RequestSummary[] }) {
  return (
    <Table label="Requests, newest first" head={['Time', 'Status', 'Request', 'Caller', 'Operation', 'Reason']}>
      {requests.map((request) => (
        <Row key={request.id} request={request} />
      ))}
    </Table>
  );
}

function Row({ request }: { readonly request: RequestSummary }) {
  const { id, at, method, status, wouldBe, principal, operation, service, reason, explanation, fault } = request;
  return (
    <tr>
      <td>
        <When at={at} />
      </td>
      <td>
        <Status status={status} wouldBe={wouldBe} />
      </td>
      <td>
        <a class="long" href={addressOfView('requests', { request: id })}>
          {method} {cut(addressIn(request))}
        </a>
      </td>
      <td>{principal !== null && <Long text={principal.name} />}</td>
      <td>
        {operation ?? 'none'}
        {service !== null && <span class="quiet"> {service}</span>}
      </td>
      <td>
        {reason ?? (fault !== null && explanation === null ? 'fault' : <Long text={explanation ?? ''} isSentence />)}
      </td>
    </tr>
  );
}

function Nothing({ isNarrowed }: { readonly isNarrowed: boolean }) {
  if (isNarrowed)
    return <p class="nothing">No request in the journal is like this. “Show all” takes the filter away.</p>;
  return (
    <div class="nothing">
      <p>No request has come yet. Every request to a service is kept here, such as this one:</p>
      <pre>{`curl -i ${location.origin}${addressOf('/v2/nvcf/functions')}`}</pre>
    </div>
  );
}
