import { useState } from 'preact/hooks';
import { addressOfView, choices, goLater } from '../../address.ts';
import type { Decision, RecordedRequest } from '../../control-api/client.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { CopyButton } from '../../parts/copy.tsx';
import { handleSubmit, handleValue } from '../../parts/form.tsx';
import { Popover } from '../../parts/popover.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { toCall, toCurl } from '../../state/call.ts';
import { findObstacle, pickCaller } from '../../state/caller.ts';
import { getBaseUrl } from '../../state/client-setup.ts';
import { type Identity, nameOrId } from '../../state/identities.ts';
import { repairs } from '../../state/repairs.ts';
import { sendCall } from '../../state/send-again.ts';
import { LANGUAGES, toAssertion, toTest } from './as-test.ts';

/** Resends a request, or copies it as a command or a test. */
export function Resend(props: {
  readonly request: RecordedRequest;
  readonly decision: Decision | null;
  readonly identities: readonly Identity[];
}) {
  const { request, decision, identities } = props;
  const repair = repairs.value.get(request.id);
  const change = repair?.after === request.id ? repair.remedy.change : undefined;
  const fix = change?.kind === 'send' ? change.request : undefined;
  const [isAsking, setAsking] = useState(false);
  const act = useAct();
  const caller = pickCaller(request, decision, identities, fix?.method === 'PATCH');
  const call = toCall(request);
  const [body, setBody] = useState(call.body ?? '{}');
  const obstacle = findObstacle(caller);
  const send = (bodyToSend: string | null) =>
    act.run(async () => {
      const goOn = goLater('request');
      const { id } = await sendCall({ ...call, body: bodyToSend }, caller);
      goOn(addressOfView('requests', { ...choices.value, request: id }));
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
        {tests.length > 0 && (
          <Popover button="Copy as test" class={fix === undefined ? 'small' : 'small main'}>
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
        )}
        <CopyButton text={toAssertion(request)} label="Copy as assertion" />
        <CopyButton text={`${getBaseUrl()}/${addressOfView('requests', { request: request.id })}`} label="Copy link" />
        {request.operation !== null && (
          <a class="button small" href={addressOfView('faults', createFaultChoice(request))}>
            Fail the next one like this
          </a>
        )}
      </div>
      {/* If the credential itself was refused, a fix offers a different one. */}
      {obstacle !== null && decision?.principal !== null && (
        <p class="quiet">
          This request cannot be sent again. <Sentence text={obstacle} />
        </p>
      )}
      {isAsking && call.problem !== null && (
        <form onSubmit={handleSubmit(() => send(body))}>
          <label>
            <Sentence text={call.problem} /> The body to send:
            <textarea rows={5} spellcheck={false} value={body} onInput={handleValue(setBody)} />
          </label>
          <button type="submit" class="small" disabled={act.isBusy}>
            Send
          </button>
        </form>
      )}
      <Feedback act={act} />
    </section>
  );
}

/** Returns the choices of the form for a fault that hits the next such request. */
function createFaultChoice({ service, operation, principal }: RecordedRequest) {
  const caller = principal ? nameOrId(principal) : undefined;
  return { make: 'yes', service: service ?? undefined, operation: operation ?? undefined, principal: caller };
}
