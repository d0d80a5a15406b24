import { useEffect, useRef, useState } from 'preact/hooks';
import { addressOfView } from '../../../address.ts';
import { isOffline } from '../../../connection.ts';
import { ask } from '../../../control-api/client.ts';
import type { RecordedRequest, RequestSummary } from '../../../control-api/types.ts';
import { ConfirmButton } from '../../../parts/confirm.tsx';
import { type Column, DataTable } from '../../../parts/data-table.tsx';
import { describeError } from '../../../parts/loaded.tsx';
import { shorten } from '../../../parts/long.tsx';
import { Sentence } from '../../../parts/sentence.tsx';
import { Status } from '../../../parts/status.tsx';
import { type Identity, readIdentities } from '../../../state/identities.ts';
import { matchingRequests } from '../../../state/request-filters.ts';
import { formatAddress } from '../../../state/requests.ts';
import { type ResentRequest, resendRequest } from '../../../state/send-again.ts';

/** A request of the list, and the result of resending it. */
interface ReplayedRequest {
  readonly request: RequestSummary;
  readonly result: ResentRequest | { readonly error: string };
}

/** A replay: its results so far, and functions that start and stop it. */
interface Replay {
  readonly replayed: readonly ReplayedRequest[];
  /** The number of requests to send. */
  readonly total: number;
  readonly isBusy: boolean;
  /** @param requests newest first, as in the journal */
  readonly run: (requests: readonly RequestSummary[]) => Promise<void>;
  readonly stop: () => void;
}

/** Maximum number of requests per replay. */
const MAX_REPLAYED = 200;

/** The minimum time between two updates of the results. */
const RENDER_INTERVAL_MS = 250;

/** Resends requests in sequence, oldest first. Stops when the panel closes. */
function useReplay(): Replay {
  const [replayed, setReplayed] = useState<readonly ReplayedRequest[]>([]);
  const [total, setTotal] = useState(0);
  const [isBusy, setBusy] = useState(false);
  const isStopped = useRef(false);
  const run: Replay['run'] = async (requests) => {
    isStopped.current = false;
    setReplayed([]);
    setTotal(requests.length);
    setBusy(true);
    const identities = await readIdentities().catch(() => []);
    const done: ReplayedRequest[] = [];
    let renderedAt = performance.now();
    for (const request of requests.toReversed()) {
      if (isStopped.current) break;
      const result = await resendRecorded(request.id, identities).catch((error: unknown) => ({
        error: describeError(error),
      }));
      done.push({ request, result });
      if (performance.now() - renderedAt < RENDER_INTERVAL_MS) continue;
      renderedAt = performance.now();
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

/** Resends the request with this id. @throws like `resendRequest` */
async function resendRecorded(id: string, identities: readonly Identity[]): Promise<ResentRequest> {
  return resendRequest(await ask<RecordedRequest>('GET', `/_mock/requests/${encodeURIComponent(id)}`), identities);
}

/** Resends the requests of the list. Asks first, because they may change the world. */
export function ReplayTool() {
  const { replayed, total, isBusy, run, stop } = useReplay();
  const requests = matchingRequests.value.slice(0, MAX_REPLAYED);
  const text = requests.length === 1 ? '1 request' : `${requests.length} requests`;
  const differing = replayed.filter((replayedRequest) => describeResult(replayedRequest) === 'different status').length;
  const unsent = replayed.filter(({ result }) => 'error' in result).length;
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
          <ConfirmButton
            title={`Send ${text} again?`}
            confirmLabel={`Send ${text}`}
            warning="Requests that write change this world again. This cannot be undone: take a snapshot first."
            class="main"
            isBusy={requests.length === 0 || isOffline.value}
            onConfirm={() => void run(requests)}
          >
            Send {text}
          </ConfirmButton>
        )}
      </div>
      {total > 0 && (
        <>
          <p role="status">
            {replayed.length} of {total} done: {replayed.length - differing - unsent} with the same status, {differing}{' '}
            with a different one, {unsent} not sent.
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

const COLUMNS: readonly Column<ReplayedRequest>[] = [
  {
    title: 'Request',
    cell: ({ request }) => (
      <a class="long" href={addressOfView('requests', { request: request.id })}>
        {request.method} {shorten(formatAddress(request))}
      </a>
    ),
    sortKeyOf: ({ request }) => formatAddress(request),
  },
  {
    title: 'Before',
    cell: ({ request }) => <Status status={request.status} />,
    sortKeyOf: ({ request }) => request.status,
  },
  {
    title: 'Now',
    cell: ({ result }) => ('error' in result ? '' : <ResentStatus resent={result} />),
    sortKeyOf: ({ result }) => ('error' in result ? null : result.status),
  },
  {
    title: 'Result',
    cell: (one) => ('error' in one.result ? <Sentence text={`not sent: ${one.result.error}`} /> : describeResult(one)),
    sortKeyOf: describeResult,
  },
];

/** The status, as a link to the new request. */
function ResentStatus({ resent: { id, status } }: { readonly resent: ResentRequest }) {
  return (
    <a href={addressOfView('requests', { request: id })}>
      <Status status={status} />
    </a>
  );
}

/** Returns whether the resent request had the same status. */
function describeResult({ request, result }: ReplayedRequest): string {
  if ('error' in result) return 'not sent';
  return result.status === request.status ? 'same status' : 'different status';
}
