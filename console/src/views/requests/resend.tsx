import { useState } from 'preact/hooks';
import { choices, choose } from '../../address.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { CopyButton } from '../../parts/copy.tsx';
import { handleSubmit, handleValue } from '../../parts/handlers.ts';
import { Popover } from '../../parts/popover.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { type Call, toCall, toCurl } from '../../state/call.ts';
import { findObstacle, pickCaller } from '../../state/caller.ts';
import type { Identity } from '../../state/identities.ts';
import { repairs } from '../../state/repairs.ts';
import { sendCall } from '../../state/send-again.ts';
import { LANGUAGES, type Language, toTest } from './as-test.ts';
import type { DecidedRequest } from './request-facts.tsx';

/** Resends a request, or copies it as a command or a test. */
export function Resend(props: DecidedRequest & { readonly identities: readonly Identity[] }) {
  const { request, decision, identities } = props;
  const repair = repairs.value.get(request.id);
  const fix = repair?.after === request.id ? repair.remedy.request : undefined;
  const [isAsking, setAsking] = useState(false);
  const act = useAct();
  const caller = pickCaller(request, decision, identities, fix?.method === 'PATCH');
  const call = toCall(request);
  const obstacle = findObstacle(caller);
  const send = (body: string | null) =>
    act.run(async () => {
      const { id } = await sendCall({ ...call, body }, caller);
      // The user may have chosen something else meanwhile.
      if (choices.value['request'] === request.id) choose({ request: id });
    });
  const tests = LANGUAGES.flatMap((language) => {
    const text = toTest(language, request, call, caller, fix?.as === undefined ? undefined : fix);
    return text === null ? [] : [{ language, text }];
  });
  return (
    <section class="again" aria-label="This request">
      <div class="acts">
        {obstacle === null && (
          <button
            type="button"
            class="small"
            disabled={act.isBusy}
            aria-expanded={call.problem === null ? undefined : isAsking}
            onClick={() => (call.problem === null ? send(call.body) : setAsking(!isAsking))}
          >
            Send again{call.problem === null ? '' : ' …'}
          </button>
        )}
        <CopyButton text={toCurl(call, caller)} label="Copy request" />
        {tests.length > 0 && <TestMenu tests={tests} isMain={fix !== undefined} />}
      </div>
      {/* If the credential itself was refused, a fix offers a different one. */}
      {obstacle !== null && decision?.principal !== null && (
        <p class="quiet">
          This request cannot be sent again. <Sentence text={obstacle} />
        </p>
      )}
      {isAsking && call.problem !== null && (
        <AskForBody call={call} problem={call.problem} isBusy={act.isBusy} send={send} />
      )}
      <Feedback act={act} />
    </section>
  );
}

/** A test that sends the request, in one language. */
interface Test {
  readonly language: Language;
  readonly text: string;
}

/** Copies a test in a language of choice. */
function TestMenu({ tests, isMain }: { readonly tests: readonly Test[]; readonly isMain: boolean }) {
  return (
    <Popover button="Copy as test" class={isMain ? 'small main' : 'small'}>
      {() => (
        <ul class="menu">
          {tests.map(({ language, text }) => (
            <li key={language}>
              <CopyButton text={text} label={language} subject="test" />
            </li>
          ))}
        </ul>
      )}
    </Popover>
  );
}

/** Asks for a body that the journal does not have as sent. */
function AskForBody(props: {
  readonly call: Call;
  readonly problem: string;
  readonly isBusy: boolean;
  readonly send: (body: string) => void;
}) {
  const { call, problem, isBusy, send } = props;
  const [body, setBody] = useState(call.body ?? '{}');
  return (
    <form onSubmit={handleSubmit(() => send(body))}>
      <label>
        <Sentence text={problem} /> The body to send:
        <textarea rows={5} spellcheck={false} value={body} onInput={handleValue(setBody)} />
      </label>
      <button type="submit" class="small" disabled={isBusy}>
        Send
      </button>
    </form>
  );
}
