import { useEffect, useRef, useState } from 'preact/hooks';
import { addressOfView } from '../../../address.ts';
import { isOffline } from '../../../connection.ts';
import { ask } from '../../../control-api/client.ts';
import type { RecordedRequest, RequestSummary } from '../../../control-api/types.ts';
import { Confirm } from '../../../parts/confirm.tsx';
import { type Column, DataTable } from '../../../parts/data-table.tsx';
import { textOf } from '../../../parts/loaded.tsx';
import { cut } from '../../../parts/long.tsx';
import { Sentence } from '../../../parts/sentence.tsx';
import { Status } from '../../../parts/status.tsx';
import { type Identity, readIdentities } from '../../../state/identities.ts';
import { addressIn, fitting } from '../../../state/requests.ts';
import { type SentAgain, sendAgain } from '../../../state/send-again.ts';

/** A request of the selection, and what came of sending it again. */
interface Replayed {
  readonly request: RequestSummary;
  readonly now: SentAgain | { readonly fault: string };
}

/** What was sent again so far. */
interface Progress {
  readonly replayed: readonly Replayed[];
  /** How many are to be sent. */
  readonly total: number;
  readonly isBusy: boolean;
  /** @param requests in the order of the journal: newest first */
  readonly run: (requests: readonly RequestSummary[]) => Promise<void>;
  readonly stop: () => void;
}

/** The most requests that are sent at once. */
const MAX_REPLAYED = 200;

/** However fast it goes, what came of it is shown at most this often. */
const PAUSE_MS = 250;

/** Sends requests again, one after the other, oldest first. Nothing is sent any more once the list is left. */
function useReplay(): Progress {
  const [replayed, setReplayed] = useState<readonly Replayed[]>([]);
  const [total, setTotal] = useState(0);
  const [isBusy, setBusy] = useState(false);
  const isStopped = useRef(false);
  const run: Progress['run'] = async (requests) => {
    isStopped.current = false;
    setReplayed([]);
    setTotal(requests.length);
    setBusy(true);
    const identities = await readIdentities().catch(() => []);
    const done: Replayed[] = [];
    let shownAt = performance.now();
    for (const request of requests.toReversed()) {
      if (isStopped.current) break;
      const now = await sendOne(request.id, identities).catch((fault: unknown) => ({ fault: textOf(fault) }));
      done.push({ request, now });
      if (performance.now() - shownAt < PAUSE_MS) continue;
      shownAt = performance.now();
      setReplayed([...done]);
    }
    setReplayed(done);
    setBusy(false);
  };
  const stop = () => {
    isStopped.current = true;
  };
  useEffect(() => stop, []);
  return { replayed, total, isBusy, run, stop };
}

async function sendOne(id: string, identities: readonly Identity[]): Promise<SentAgain> {
  return sendAgain(await ask<RecordedRequest>('GET', `/_mock/requests/${encodeURIComponent(id)}`), identities);
}

/** Sends the requests of the list again. It asks before: they may change the world. */
export function Replay() {
  const { replayed, total, isBusy, run, stop } = useReplay();
  const wanted = fitting.value.slice(0, MAX_REPLAYED);
  const text = wanted.length === 1 ? '1 request' : `${wanted.length} requests`;
  const others = replayed.filter((one) => resultOf(one) === 'other status').length;
  const unsent = replayed.filter(({ now }) => 'fault' in now).length;
  return (
    <>
      <p class="quiet">
        The requests that the list shows are sent again, oldest first, each as its caller and as a new request. Narrow
        the list to send fewer; the newest {MAX_REPLAYED} are sent at most.
      </p>
      <div class="bar">
        {isBusy ? (
          <button type="button" onClick={stop}>
            Stop
          </button>
        ) : (
          <Confirm
            title={`Send ${text} again?`}
            yes={`Send ${text}`}
            loses="Those that write change this world once more, and that cannot be undone: take a snapshot first to go back."
            class="main"
            isBusy={wanted.length === 0 || isOffline.value}
            onYes={() => void run(wanted)}
          >
            Send {text}
          </Confirm>
        )}
      </div>
      {total > 0 && (
        <>
          <p role="status">
            {replayed.length} of {total} done: {replayed.length - others - unsent} with the same status, {others} with
            another, {unsent} not sent.
          </p>
          <DataTable
            label="Replayed requests, in their order"
            rows={replayed}
            keyOf={({ request }) => request.id}
            columns={COLUMNS}
          />
        </>
      )}
    </>
  );
}

const COLUMNS: readonly Column<Replayed>[] = [
  {
    title: 'Request',
    cell: ({ request }) => (
      <a class="long" href={addressOfView('requests', { request: request.id })}>
        {request.method} {cut(addressIn(request))}
      </a>
    ),
    by: ({ request }) => addressIn(request),
  },
  { title: 'Before', cell: ({ request }) => <Status status={request.status} />, by: ({ request }) => request.status },
  {
    title: 'Now',
    cell: ({ now }) => ('fault' in now ? '' : <Now now={now} />),
    by: ({ now }) => ('fault' in now ? null : now.status),
  },
  {
    title: 'Result',
    cell: (one) => ('fault' in one.now ? <Sentence text={`not sent: ${one.now.fault}`} /> : resultOf(one)),
    by: resultOf,
  },
];

/** The status, which leads to the new request. */
function Now({ now: { id, status } }: { readonly now: SentAgain }) {
  if (id === undefined) return <Status status={status} />;
  return (
    <a href={addressOfView('requests', { request: id })}>
      <Status status={status} />
    </a>
  );
}

function resultOf({ request, now }: Replayed): string {
  if ('fault' in now) return 'not sent';
  return now.status === request.status ? 'same status' : 'other status';
}
