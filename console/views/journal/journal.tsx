import { useState } from 'preact/hooks';
import { addressOfView, choose, chosen } from '../../address.ts';
import { addressOf } from '../../control-api/client.ts';
import type { RequestSummary } from '../../control-api/types.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { Status } from '../../parts/chips.tsx';
import { ChooseFile } from '../../parts/choose-file.tsx';
import { type Column, DataTable } from '../../parts/data-table.tsx';
import { download } from '../../parts/download.ts';
import { useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { cut, Long } from '../../parts/long.tsx';
import { Path } from '../../parts/path.tsx';
import { serviceTitle } from '../../parts/service.ts';
import { When } from '../../parts/when.tsx';
import { changesOf } from '../../state/changes.ts';
import { fileName, readFile } from '../../state/files.ts';
import { addressIn, readSummaries } from '../../state/requests.ts';
import { Came } from './came.tsx';
import { Filter, filterOf, type JournalFilter, queryOf } from './filter.tsx';
import { type HarCheck, HarResult, useHarCheck } from './har.tsx';
import { ReplayButton, ReplayResult, useReplay } from './replay.tsx';
import './journal.css';

const LIMITS = ['100', '500', '2000'];

/** All that the journal still has, narrowed as the control API narrows it. It stands still; Requests is what moves. */
export function Journal() {
  const filter = filterOf(chosen.value);
  const query = queryOf(filter);
  const limit = LIMITS.find((value) => value === chosen.value['limit']) ?? '100';
  const har = useHarCheck();
  const [isOver, setOver] = useState(false);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the button “Check a HAR file” does the same
    <div
      class={isOver ? 'page journal over' : 'page journal'}
      onDragOver={(event) => {
        if (!event.dataTransfer?.types.includes('Files')) return;
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        har.check(event.dataTransfer?.files[0]);
      }}
    >
      <Filter />
      <Came filter={filter} />
      <HarResult har={har} />
      <Found key={`${query} ${limit}`} query={query} filter={filter} limit={limit} har={har} />
    </div>
  );
}

/** @param props.query the filter, as the control API reads it */
function Found(props: {
  readonly query: string;
  readonly filter: JournalFilter;
  readonly limit: string;
  readonly har: HarCheck;
}) {
  const { query, filter, limit, har } = props;
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
        <ChooseHar har={har} />
        <Feedback act={act} />
        <Feedback act={har.act} />
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

/** An archive can be dropped anywhere on the view, too. */
function ChooseHar({ har }: { readonly har: HarCheck }) {
  return (
    <ChooseFile
      accept=".har,.json,application/json"
      title="Or drop it here. At most 16 MB; nothing of it is kept."
      isBusy={har.act.isBusy}
      onFile={(file) => har.check(file)}
    >
      Check a HAR file …
    </ChooseFile>
  );
}

function Rows({ requests }: { readonly requests: readonly RequestSummary[] }) {
  const [ids, setIds] = useState<ReadonlySet<string>>(new Set());
  const replay = useReplay();
  const selected = requests.filter(({ id }) => ids.has(id));
  const toggle = (id: string) => {
    const next = new Set(ids);
    if (!next.delete(id)) next.add(id);
    setIds(next);
  };
  const hasAll = selected.length === requests.length;
  const tick: Column<RequestSummary> = {
    title: 'Selected',
    cell: (request) => (
      <input
        type="checkbox"
        aria-label={`Select ${request.method} ${cut(request.path)}`}
        checked={ids.has(request.id)}
        onChange={() => toggle(request.id)}
      />
    ),
  };
  return (
    <>
      <div class="bar">
        <label class="tick">
          <input
            type="checkbox"
            checked={hasAll}
            onChange={() => setIds(new Set(hasAll ? [] : requests.map(({ id }) => id)))}
          />{' '}
          Select all that are shown
        </label>
        <ReplayButton chosen={selected} replay={replay} />
      </div>
      <ReplayResult replay={replay} />
      <DataTable label="Requests, newest first" rows={requests} keyOf={({ id }) => id} columns={[tick, ...COLUMNS]} />
    </>
  );
}

const COLUMNS: readonly Column<RequestSummary>[] = [
  { title: 'Time', cell: ({ at }) => <When at={at} />, by: ({ at }) => Date.parse(at) },
  {
    title: 'Status',
    cell: ({ status, wouldBe }) => <Status status={status} wouldBe={wouldBe} />,
    by: ({ status }) => status,
  },
  {
    title: 'Request',
    cell: (request) => (
      <a data-entry href={addressOfView('requests', { request: request.id })}>
        <code>{request.method}</code> <Path path={cut(addressIn(request))} />
      </a>
    ),
    by: addressIn,
  },
  {
    title: 'Caller',
    class: 'caller',
    cell: ({ principal }) => principal && <Long text={principal.name} />,
    by: ({ principal }) => principal?.name ?? null,
  },
  {
    title: 'Operation',
    class: 'operation',
    cell: ({ operation, service }) => (
      <span>
        {operation ?? '-'}
        {service !== null && <span class="quiet"> {serviceTitle(service)}</span>}
      </span>
    ),
    by: ({ operation }) => operation,
  },
  {
    title: 'Reason',
    cell: ({ reason, fault, explanation }) =>
      reason ?? (explanation === null ? fault && 'fault' : <Long text={explanation} isSentence />),
    by: ({ reason, explanation }) => reason ?? explanation,
    class: 'reason',
  },
];

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
