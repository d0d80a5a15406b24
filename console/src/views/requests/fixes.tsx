import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { addressOfView, choices, goLater } from '../../address.ts';
import type { Decision, Fix, RecordedRequest } from '../../control-api/client.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { CopyButton } from '../../parts/copy.tsx';
import { handleSubmit, handleValue } from '../../parts/form.tsx';
import { shortenIds } from '../../parts/id.tsx';
import { useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { Name } from '../../parts/rights.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { createCall, toCall, toCurl } from '../../state/call.ts';
import { type Caller, findObstacle } from '../../state/caller.ts';
import { countChanges } from '../../state/changes.ts';
import type { DiffLine, Remedy } from '../../state/remedies.ts';
import { applyChange, type Repair, readRemedies, repairRequest, repairs } from '../../state/repairs.ts';

/**
 * Offers fixes for a refused request, and resends it after a fix.
 *
 * @param props.decision null for a path that no operation has
 * @param props.isEntered whether the user opened the request with the keyboard, which moves the focus here
 */
export function Fixes(props: {
  readonly request: RecordedRequest;
  readonly decision: Decision | null;
  readonly isEntered: boolean;
}) {
  const { request, decision, isEntered } = props;
  const loaded = useLoaded(() => readRemedies(request, decision), [request.id, countChanges('keys')]);
  const section = useRef<HTMLElement>(null);
  const [chosen, setChosen] = useState('');
  // A layout effect, so that it runs before the next key.
  useLayoutEffect(() => {
    if (isEntered) section.current?.focus();
  }, [isEntered]);
  const repaired = repairs.value.get(request.id);
  return (
    <section ref={section} class="fixes" aria-label="How to fix it" tabIndex={-1}>
      <h3>How to fix it</h3>
      {repaired?.before.id === request.id ? (
        <p>
          <Sentence text={repaired.remedy.text} />: done.{' '}
          <a href={addressOfView('requests', { request: repaired.after })}>
            Sent again: {repaired.status ?? 'no answer'}
          </a>
        </p>
      ) : (
        <WhenLoaded loaded={loaded}>
          {({ remedies, adviceOnly, caller }) => {
            const remedy = remedies.find(({ text }) => text === chosen) ?? remedies[0];
            return (
              <>
                {remedies.length > 1 && <RemedyList remedies={remedies} chosen={remedy} choose={setChosen} />}
                {remedy !== undefined && (
                  <RemedyForm
                    key={remedy.text}
                    request={request}
                    remedy={remedy}
                    caller={caller}
                    isOnly={remedies.length === 1}
                  />
                )}
                {adviceOnly.length > 0 && (
                  <ul class="others">
                    {adviceOnly.map((fix) => (
                      <li key={fix.text}>
                        <Advice fix={fix} />
                      </li>
                    ))}
                  </ul>
                )}
                {remedies.length + adviceOnly.length === 0 && <p class="quiet">No known fix.</p>}
              </>
            );
          }}
        </WhenLoaded>
      )}
    </section>
  );
}

/** The number of remedies or roles shown at first. A single further one is shown too. */
const MAX_SHOWN = 3;

function RemedyList(props: {
  readonly remedies: readonly Remedy[];
  readonly chosen: Remedy | undefined;
  readonly choose: (text: string) => void;
}) {
  const { remedies, chosen, choose } = props;
  const [isExpanded, setExpanded] = useState(remedies.length <= MAX_SHOWN + 1);
  // What all begin with, such as a scope to add before binding a key.
  const start = /^.*, and(?= )/.exec(remedies[0]?.text ?? '')?.[0] ?? '';
  const lead = remedies.every(({ text }) => text.startsWith(start)) ? start : '';
  return (
    <fieldset class="ways">
      <legend class={lead === '' ? 'unseen' : 'way'}>
        {lead === '' ? 'Ways to fix it' : <Sentence text={`${lead} ...`} />}
      </legend>
      {remedies.slice(0, isExpanded ? remedies.length : MAX_SHOWN).map((remedy, index) => (
        <label key={remedy.text} class="tick" title={remedy.text}>
          <input type="radio" name="way" checked={remedy === chosen} onChange={() => choose(remedy.text)} />
          <span>
            <Sentence text={shortenIds(remedy.text.slice(lead.length).trim())} />
            {index === 0 && <small class="quiet"> recommended</small>}
          </span>
        </label>
      ))}
      {!isExpanded && (
        <button type="button" class="small" onClick={() => setExpanded(true)}>
          {remedies.length - MAX_SHOWN} more
        </button>
      )}
    </fieldset>
  );
}

function RemedyForm(props: {
  readonly request: RecordedRequest;
  readonly remedy: Remedy;
  readonly caller: Caller;
  readonly isOnly: boolean;
}) {
  const { request, remedy, caller, isOnly } = props;
  const { text, where, lines, label, change } = remedy;
  const call = toCall(request);
  const missingBody = remedy.call?.body === undefined ? call.problem : null;
  const act = useAct();
  const [body, setBody] = useState(call.body ?? '{}');
  const [isApplied, setApplied] = useState(false);
  const abortController = useRef(new AbortController());
  useEffect(() => () => abortController.current.abort(), []);
  const obstacle = findObstacle(remedy.sender ?? caller);
  const run = () =>
    act.run(async () => {
      abortController.current = new AbortController();
      const { signal } = abortController.current;
      if (obstacle !== null) {
        await applyChange(change, signal);
        setApplied(true);
        return;
      }
      const callToSend = missingBody === null ? call : { ...call, body };
      const goOn = goLater('request');
      const { after } = await repairRequest(request, remedy, callToSend, caller, signal);
      goOn(addressOfView('requests', { ...choices.value, request: after }));
    });
  return (
    <form onSubmit={handleSubmit(() => void run())}>
      {/* The label of the button has the nearest path. */}
      {isOnly && lines.length === 0 && remedy.call?.target === undefined && (
        <p class="way">
          <Sentence text={text} />
        </p>
      )}
      <DiffList lines={lines} />
      {missingBody !== null && obstacle === null && (
        <label>
          <Sentence text={missingBody} /> The body to send:
          <textarea rows={3} spellcheck={false} value={body} onInput={handleValue(setBody)} />
        </label>
      )}
      <span class="acts">
        {isApplied ? (
          <span class="verdict allow">Applied. Send the request again from your client.</span>
        ) : (
          <button type="submit" class="main" disabled={act.isBusy}>
            {obstacle === null ? label : 'Apply the fix'}
          </button>
        )}
        {act.isBusy && change.kind === 'wait' && (
          <button type="button" class="small" onClick={() => abortController.current.abort()}>
            Stop waiting
          </button>
        )}
        {change.kind === 'send' && (
          <CopyButton
            text={toCurl(
              createCall(change.request.method, change.request.path, change.request.body),
              change.request.as === undefined
                ? { kind: 'unknown' }
                : { kind: 'principal', name: change.request.as.principal },
            )}
            label="Copy fix"
          />
        )}
        {where !== undefined && <small class="quiet">{where}</small>}
      </span>
      <Feedback act={act} />
    </form>
  );
}

function DiffList({ lines }: { readonly lines: readonly DiffLine[] }) {
  if (lines.length === 0) return null;
  return (
    <ul class="diff" aria-label="What it changes">
      {lines.map(({ sign, kind, name }) => (
        <li key={`${sign}${kind} ${name}`} class={sign === '+' ? 'added' : 'removed'}>
          {sign} {kind} <Name text={name} />
        </li>
      ))}
    </ul>
  );
}

/** A fix that the page cannot make. Of many sufficient roles, those with the fewest rights come first. */
function Advice({ fix: { text, roles = [] } }: { readonly fix: Fix }) {
  if (roles.length <= MAX_SHOWN + 1) return <Sentence text={text} />;
  // The text before the first role, which the names below repeat.
  const [lead = text] = text.split(`\`${roles[0]}\``);
  const formatNames = (all: readonly string[]) => all.map((name) => `\`${name}\``).join(', ');
  return (
    <>
      <Sentence text={lead + formatNames(roles.slice(0, MAX_SHOWN))} />
      <details>
        <summary>{roles.length - MAX_SHOWN} more</summary>
        <Sentence text={formatNames(roles.slice(MAX_SHOWN))} />
      </details>
    </>
  );
}

/** The change before a request was sent again, and whether the change was enough. */
export function RepairResult({ repair, isRefused }: { readonly repair: Repair; readonly isRefused: boolean }) {
  const { remedy, before, status } = repair;
  const isFixed = status !== null && status < 400;
  const failure = isRefused
    ? 'Sent again, but still refused.'
    : 'Sent again and allowed now, but the response is an error.';
  return (
    <section class={isFixed ? 'result allow' : 'result'} aria-label="Result">
      <p>
        <strong>{isFixed ? 'Fixed and sent again.' : failure}</strong>{' '}
        {remedy.lines.length === 0 && (
          <>
            Done: <Sentence text={remedy.text} />.{' '}
          </>
        )}
        <a href={addressOfView('requests', { ...choices.value, request: before.id })}>The refused request</a>
      </p>
      <DiffList lines={remedy.lines} />
    </section>
  );
}
