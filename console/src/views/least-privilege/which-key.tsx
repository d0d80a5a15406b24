import { useState } from 'preact/hooks';
import { ask, RefusalError } from '../../control-api/client.ts';
import type { NeededKeys, RequestToAllow } from '../../control-api/types.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { ChooseFile } from '../../parts/choose-file.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { titleOfService } from '../../parts/service.ts';
import { requests as recorded } from '../../state/requests.ts';
import { NeededKeyDetails } from './needed.tsx';
import { parseRequests } from './pasted.ts';

/** A request that prevents an answer. */
interface Obstacle {
  readonly index: number;
  readonly text: string;
  /** The services it may be for; empty if there are none. */
  readonly services: readonly string[];
}

/** Finds the smallest key that allows some requests. Only methods, URLs and JSON bodies are sent. */
export function WhichKey() {
  const act = useAct();
  const [text, setText] = useState('');
  const [requests, setRequests] = useState<readonly RequestToAllow[]>([]);
  const [result, setResult] = useState<NeededKeys | Obstacle | null>(null);
  const find = (read: () => readonly RequestToAllow[] | Promise<readonly RequestToAllow[]>) =>
    act.run(async () => {
      setResult(null);
      const requests = await read();
      setRequests(requests);
      if (requests.length > 0) setResult(await findNeededKeys(requests));
    });
  const isObstacle = result !== null && 'index' in result;
  return (
    <section class="which-key" aria-label="Which key do I need?">
      <h2>Which key do I need?</h2>
      <p class="quiet">
        Enter requests that your client sends, to this server or in production. Headers, credentials and query strings
        never leave this page.
      </p>
      <label class="field">
        Paste curl commands or a HAR
        <textarea
          rows={4}
          spellcheck={false}
          placeholder='curl "$NVCF_BASE_URL/v2/nvcf/functions" -H …'
          value={text}
          onInput={(event) => setText(event.currentTarget.value)}
        />
      </label>
      <div class="bar">
        <button type="button" class="main" disabled={act.isBusy} onClick={() => find(() => parseRequests(text))}>
          Find the key
        </button>
        <ChooseFile
          accept=".har,.json"
          isBusy={act.isBusy}
          onFile={(file) => file !== undefined && find(async () => parseRequests(await file.text()))}
        >
          Choose a HAR
        </ChooseFile>
        <Feedback act={act} />
      </div>
      <RecordedRequestChoice isBusy={act.isBusy} find={(requests) => find(() => requests)} />
      {isObstacle && (
        <div role="alert">
          <p class="fault">
            <Sentence text={result.text} />
          </p>
          <div class="bar">
            {result.services.map((service) => (
              <button
                key={service}
                type="button"
                onClick={() => find(() => withService(requests, result.index, service))}
              >
                {titleOfService(service)}
              </button>
            ))}
            {requests.length > 1 && (
              <button type="button" onClick={() => find(() => requests.filter((_, index) => index !== result.index))}>
                Leave it out
              </button>
            )}
          </div>
        </div>
      )}
      {result !== null && !isObstacle && <NeededKeyList result={result} />}
    </section>
  );
}

function NeededKeyList({ result: { keys, free } }: { readonly result: NeededKeys }) {
  return (
    <>
      {keys.map((needed) => (
        <NeededKeyDetails key={JSON.stringify(needed)} needed={needed} />
      ))}
      {free.length > 0 && (
        <p>No credential is needed for {free.map(({ method, path }) => `${method} ${path}`).join(', ')}.</p>
      )}
    </>
  );
}

/** The distinct operations in the recorded requests, to tick. */
function RecordedRequestChoice(props: {
  readonly isBusy: boolean;
  readonly find: (requests: readonly RequestToAllow[]) => void;
}) {
  const [ticked, setTicked] = useState<readonly string[]>([]);
  const recordedRequests = recorded.value.filter(({ operation }) => operation !== null);
  const all = [...new Map(recordedRequests.map((one) => [`${one.service} ${one.operation}`, one]))].slice(
    0,
    MAX_LISTED,
  );
  if (all.length === 0) return null;
  const chosen = all.filter(([name]) => ticked.includes(name)).map(([, one]) => one);
  return (
    <details>
      <summary>Or choose from the recorded requests</summary>
      <div class="ticks">
        {all.map(([name, { method, path }]) => (
          <label key={name} class="tick">
            <input
              type="checkbox"
              checked={ticked.includes(name)}
              onChange={({ currentTarget: { checked } }) =>
                setTicked(checked ? [...ticked, name] : ticked.filter((one) => one !== name))
              }
            />
            <code class="path">
              {method} {path}
            </code>
          </label>
        ))}
      </div>
      <button
        type="button"
        disabled={props.isBusy || chosen.length === 0}
        onClick={() =>
          props.find(
            chosen.map(({ method, path, service }) => ({
              method: method as RequestToAllow['method'],
              path,
              ...(service !== null && { service }),
            })),
          )
        }
      >
        Find the key for these
      </button>
    </details>
  );
}

const MAX_LISTED = 50;

/** Returns the requests, with the service set for all that are like this one. */
function withService(requests: readonly RequestToAllow[], index: number, service: string): readonly RequestToAllow[] {
  const { method, url, path } = requests[index] as RequestToAllow;
  const isSameRequest = (one: RequestToAllow) => one.method === method && one.url === url && one.path === path;
  return requests.map((one) => (isSameRequest(one) ? { ...one, service } : one));
}

/** @throws like the control API, unless the error is about one of the requests */
async function findNeededKeys(requests: readonly RequestToAllow[]): Promise<NeededKeys | Obstacle> {
  try {
    return await ask<NeededKeys>('POST', '/_mock/least-privilege', { requests });
  } catch (error) {
    const [start, index] =
      (error instanceof RefusalError && /^Field `requests\[(\d+)\][^`]*`:? /.exec(error.message)) || [];
    const one = requests[Number(index)];
    if (!(error instanceof RefusalError) || start === undefined || one === undefined) throw error;
    const [, services = ''] = /belongs to several services: (.*)\. Add /.exec(error.message) ?? [];
    return {
      index: Number(index),
      text: `\`${one.method} ${one.url ?? one.path}\`: ${error.message.slice(start.length).replace(/ Add `"service"`\.$/, '')}`,
      services: services.split('`').filter((_, index) => index % 2 === 1),
    };
  }
}
