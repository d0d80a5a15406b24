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
import { formatAddress, matching } from '../../../state/requests.ts';
import { type SentAgain, sendAgain } from '../../../state/send-again.ts';

/** A request of the list, and the result of resending it. */
interface Replayed {
  readonly request: RequestSummary;
  readonly now: SentAgain | { readonly fault: string };
}

interface Progress {
  readonly replayed: readonly Replayed[];
  /** The number of requests to send. */
  readonly total: number;
  readonly isBusy: boolean;
  /** @param requests newest first, as in the journal */
  readonly run: (requests: readonly RequestSummary[]) => Promise<void>;
  readonly stop: () => void;
}

/** Maximum number of requests per replay. */
const MAX_REPLAYED = 200;

/** Results are shown at most this often. */
const PAUSE_MS = 250;

/** Resends requests in sequence, oldest first. Stops when the panel closes. */
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

/** Resends the requests of the list. Asks first, because they may change the world. */
export function Replay() {
  const { replayed, total, isBusy, run, stop } = useReplay();
  const wanted = matching.value.slice(0, MAX_REPLAYED);
  const text = wanted.length === 1 ? '1 request' : `${wanted.length} requests`;
  const others = replayed.filter((one) => resultOf(one) === 'different status').length;
  const unsent = replayed.filter(({ now }) => 'fault' in now).length;
  return (
    <>
      <p class="quiet">
        Sends the listed requests again, oldest first, each as its original caller. Filter the list to send fewer: only
        the newest {MAX_REPLAYED} are sent.
      </p>
      <div class="bar">
        {isBusy ? (
          <button type="button" onClick={stop}>
            Stop
          </button>
        ) : (
          <Confirm
            title={`Send ${text} again?`}
            confirmLabel={`Send ${text}`}
            warning="Requests that write change this world again. This cannot be undone: take a snapshot first."
            class="main"
            isBusy={wanted.length === 0 || isOffline.value}
            onConfirm={() => void run(wanted)}
          >
            Send {text}
          </Confirm>
        )}
      </div>
      {total > 0 && (
        <>
          <p role="status">
            {replayed.length} of {total} done: {replayed.length - others - unsent} with the same status, {others} with a
            different one, {unsent} not sent.
          </p>
          <DataTable
            label="Replayed requests, oldest first"
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
        {request.method} {cut(formatAddress(request))}
      </a>
    ),
    by: ({ request }) => formatAddress(request),
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

/** The status, as a link to the new request. */
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
  return now.status === request.status ? 'same status' : 'different status';
}
