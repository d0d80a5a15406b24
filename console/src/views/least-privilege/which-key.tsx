import { useState } from 'preact/hooks';
import { ask, Refused } from '../../control-api/client.ts';
import type { NeededKeys, RequestToAllow } from '../../control-api/types.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { ChooseFile } from '../../parts/choose-file.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { serviceTitle } from '../../parts/service.ts';
import { requests as recorded } from '../../state/requests.ts';
import { Needed } from './needed.tsx';
import { requestsIn } from './pasted.ts';

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
  const [asked, setAsked] = useState<readonly RequestToAllow[]>([]);
  const [answer, setAnswer] = useState<NeededKeys | Obstacle | null>(null);
  const find = (read: () => readonly RequestToAllow[] | Promise<readonly RequestToAllow[]>) =>
    act.run(async () => {
      setAnswer(null);
      const requests = await read();
      setAsked(requests);
      if (requests.length > 0) setAnswer(await neededFor(requests));
    });
  const isObstacle = answer !== null && 'index' in answer;
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
        <button type="button" class="main" disabled={act.isBusy} onClick={() => find(() => requestsIn(text))}>
          Find the key
        </button>
        <ChooseFile
          accept=".har,.json"
          isBusy={act.isBusy}
          onFile={(file) => file !== undefined && find(async () => requestsIn(await file.text()))}
        >
          Choose a HAR
        </ChooseFile>
        <Feedback act={act} />
      </div>
      <Recorded isBusy={act.isBusy} find={(requests) => find(() => requests)} />
      {isObstacle && (
        <div role="alert">
          <p class="fault">
            <Sentence text={answer.text} />
          </p>
          <div class="bar">
            {answer.services.map((service) => (
              <button key={service} type="button" onClick={() => find(() => meant(asked, answer.index, service))}>
                {serviceTitle(service)}
              </button>
            ))}
            {asked.length > 1 && (
              <button type="button" onClick={() => find(() => asked.filter((_, index) => index !== answer.index))}>
                Leave it out
              </button>
            )}
          </div>
        </div>
      )}
      {answer !== null && !isObstacle && <Answer answer={answer} />}
    </section>
  );
}

function Answer({ answer: { keys, free } }: { readonly answer: NeededKeys }) {
  return (
    <>
      {keys.map((needed) => (
        <Needed key={JSON.stringify(needed)} needed={needed} />
      ))}
      {free.length > 0 && (
        <p>No credential is needed for {free.map(({ method, path }) => `${method} ${path}`).join(', ')}.</p>
      )}
    </>
  );
}

/** The distinct operations in the recorded requests, to tick. */
function Recorded(props: { readonly isBusy: boolean; readonly find: (requests: readonly RequestToAllow[]) => void }) {
  const [ticked, setTicked] = useState<readonly string[]>([]);
  const known = recorded.value.filter(({ operation }) => operation !== null);
  const all = [...new Map(known.map((one) => [`${one.service} ${one.operation}`, one]))].slice(0, MAX_LISTED);
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
function meant(requests: readonly RequestToAllow[], index: number, service: string): readonly RequestToAllow[] {
  const { method, url, path } = requests[index] as RequestToAllow;
  const isAlike = (one: RequestToAllow) => one.method === method && one.url === url && one.path === path;
  return requests.map((one) => (isAlike(one) ? { ...one, service } : one));
}

/** @throws like the control API, unless the error is about one of the requests */
async function neededFor(requests: readonly RequestToAllow[]): Promise<NeededKeys | Obstacle> {
  try {
    return await ask<NeededKeys>('POST', '/_mock/least-privilege', { requests });
  } catch (fault) {
    const [start, place] = (fault instanceof Refused && /^Field `requests\[(\d+)\][^`]*`:? /.exec(fault.message)) || [];
    const one = requests[Number(place)];
    if (!(fault instanceof Refused) || start === undefined || one === undefined) throw fault;
    const [, services = ''] = /belongs to several services: (.*)\. Add /.exec(fault.message) ?? [];
    return {
      index: Number(place),
      text: `\`${one.method} ${one.url ?? one.path}\`: ${fault.message.slice(start.length).replace(/ Add `"service"`\.$/, '')}`,
      services: services.split('`').filter((_, index) => index % 2 === 1),
    };
  }
}
