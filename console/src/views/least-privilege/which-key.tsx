import { useState } from 'preact/hooks';
import { ask, RefusalError } from '../../control-api/client.ts';
import type { NeededKeys, RequestToAllow } from '../../control-api/types.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { ChooseFile } from '../../parts/choose-file.tsx';
import { handleValue } from '../../parts/handlers.ts';
import { Sentence } from '../../parts/sentence.tsx';
import { titleOfService } from '../../parts/service.ts';
import { requests as recorded } from '../../state/requests.ts';
import { NeededKeyDetails } from './needed-key.tsx';
import { parseRequests } from './parse-requests.ts';

/** A request for which the control API cannot find a key. */
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
      const newRequests = await read();
      setRequests(newRequests);
      if (newRequests.length > 0) setResult(await findNeededKeys(newRequests));
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
          onInput={handleValue(setText)}
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

/** Checkboxes for the distinct operations in the recorded requests. */
function RecordedRequestChoice(props: {
  readonly isBusy: boolean;
  readonly find: (requests: readonly RequestToAllow[]) => void;
}) {
  const [ticked, setTicked] = useState<readonly string[]>([]);
  const recordedOperations = recorded.value.filter(({ operation }) => operation !== null);
  const all = [
    ...new Map(recordedOperations.map((request) => [`${request.service} ${request.operation}`, request])),
  ].slice(0, MAX_LISTED);
  if (all.length === 0) return null;
  const chosen = all.filter(([name]) => ticked.includes(name)).map(([, request]) => request);
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
                setTicked(checked ? [...ticked, name] : ticked.filter((tickedName) => tickedName !== name))
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

/** The maximum number of operations to choose from. */
const MAX_LISTED = 50;

/** Returns the requests, with the service set for all that are like this one. */
function withService(requests: readonly RequestToAllow[], index: number, service: string): readonly RequestToAllow[] {
  const { method, url, path } = requests[index] as RequestToAllow;
  return requests.map((request) => {
    const isSame = request.method === method && request.url === url && request.path === path;
    return isSame ? { ...request, service } : request;
  });
}

/** Finds the keys, or the request that prevents that. @throws like the control API, unless the error names a request */
async function findNeededKeys(requests: readonly RequestToAllow[]): Promise<NeededKeys | Obstacle> {
  try {
    return await ask<NeededKeys>('POST', '/_mock/least-privilege', { requests });
  } catch (error) {
    const obstacle = error instanceof RefusalError ? parseObstacle(error.message, requests) : null;
    if (obstacle === null) throw error;
    return obstacle;
  }
}

/** Returns the request that a message of the control API names; null if it names none. */
function parseObstacle(message: string, requests: readonly RequestToAllow[]): Obstacle | null {
  const [start = '', index] = /^Field `requests\[(\d+)\][^`]*`:? /.exec(message) ?? [];
  const request = requests[Number(index)];
  if (request === undefined) return null;
  // The buttons for the services take the place of the advice for programs.
  const text = message.slice(start.length).replace(/ Add `"service"`\.$/, '');
  const [, services = ''] = /belongs to several services: (.*)\. Add /.exec(message) ?? [];
  return {
    index: Number(index),
    text: `\`${request.method} ${request.url ?? request.path}\`: ${text}`,
    // The names are in backticks.
    services: services.split('`').filter((_, position) => position % 2 === 1),
  };
}
