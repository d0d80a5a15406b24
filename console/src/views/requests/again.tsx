import { useState } from 'preact/hooks';
import { choose } from '../../address.ts';
import type { Decision, RecordedRequest } from '../../control-api/types.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { Copy } from '../../parts/copy.tsx';
import { useLoaded } from '../../parts/loaded.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { type Call, type Caller, callerOf, callOf, curlOf } from '../../state/call.ts';
import { readIdentities } from '../../state/identities.ts';
import { sendCall } from '../../state/send-again.ts';
import { LANGUAGES, testOf } from './as-test.ts';

/** Sends a request once more, as a new one, and has it as lines to copy. */
export function Again(props: {
  readonly request: RecordedRequest;
  readonly decision: Decision | null;
  /** Would it be allowed now? Then it is what to do next. */
  readonly isMain: boolean;
}) {
  const { request, decision, isMain } = props;
  const loaded = useLoaded(async () => callerOf(request, decision, await readIdentities()), [request.id]);
  const [isAsking, setAsking] = useState(false);
  const act = useAct();
  if (loaded === null || 'fault' in loaded) return <section class="again" aria-label="This request" />;
  const caller = loaded.value;
  const call = callOf(request);
  const obstacle = obstacleOf(caller);
  const send = (body: string | null) =>
    act.run(async () => {
      choose({ request: (await sendCall({ ...call, body }, caller)).id });
    });
  return (
    <section class="again" aria-label="This request">
      <div class="acts">
        {obstacle === null && (
          <button
            type="button"
            class={isMain ? 'main' : 'small'}
            disabled={act.isBusy}
            aria-expanded={call.lacks === null ? undefined : isAsking}
            onClick={() => (call.lacks === null ? send(call.body) : setAsking(!isAsking))}
          >
            Send again{call.lacks === null ? '' : ' …'}
          </button>
        )}
        <Copy text={curlOf(call, caller)} label="Copy request" />
        <Tests request={request} call={call} caller={caller} />
      </div>
      {obstacle !== null && (
        <p class="quiet">
          It cannot be sent again. <Sentence text={obstacle} />
        </p>
      )}
      {isAsking && call.lacks !== null && <AskForBody call={call} lacks={call.lacks} isBusy={act.isBusy} send={send} />}
      <Feedback act={act} />
    </section>
  );
}

function Tests(props: { readonly request: RecordedRequest; readonly call: Call; readonly caller: Caller }) {
  const { request, call, caller } = props;
  const tests = LANGUAGES.map((language) => [language, testOf(language, request, call, caller)] as const);
  if (tests.some(([, text]) => text === null)) return null;
  return (
    <span>
      <span class="quiet">Copy as test:</span>
      {tests.map(([language, text]) => (
        <Copy key={language} text={text ?? ''} label={language} of="test" />
      ))}
    </span>
  );
}

/** Why a request cannot be sent again by this page; null if it can. */
function obstacleOf(caller: Caller): string | null {
  if (caller.kind === 'other') return 'The journal keeps no credentials, and the caller is not known.';
  if (caller.kind === 'key' && caller.text === null) {
    return `The text of the key \`${caller.name}\` is not known: it was shown only once.`;
  }
  return null;
}

/** For a body that the journal does not have as it was sent. */
function AskForBody(props: {
  readonly call: Call;
  readonly lacks: string;
  readonly isBusy: boolean;
  readonly send: (body: string) => void;
}) {
  const { call, lacks, isBusy, send } = props;
  const [body, setBody] = useState(call.body ?? '{}');
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        send(body);
      }}
    >
      <label>
        <Sentence text={lacks} /> The body to send:
        <textarea rows={5} spellcheck={false} value={body} onInput={(event) => setBody(event.currentTarget.value)} />
      </label>
      <button type="submit" class="small" disabled={isBusy}>
        Send
      </button>
    </form>
  );
}
