import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { addressOfView, choose } from '../../address.ts';
import type { Decision, Fix, RecordedRequest } from '../../control-api/types.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { CopyButton } from '../../parts/copy.tsx';
import { handleSubmit, handleValue } from '../../parts/handlers.ts';
import { shortenIds } from '../../parts/id.tsx';
import { useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { Name } from '../../parts/rights.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { type Call, toCall, toCallOfFix, toCurl } from '../../state/call.ts';
import { type Caller, findObstacle } from '../../state/caller.ts';
import { countChanges } from '../../state/changes.ts';
import { applyRemedy, type DiffLine, type Remedy, type Repair, repairRequest, repairs } from '../../state/repairs.ts';
import { type RepairOptions, readRepairOptions } from './remedies.ts';

interface FixesProps {
  readonly request: RecordedRequest;
  readonly decision: Decision;
  /** Whether the user opened the request with the keyboard, which moves the focus here. */
  readonly isEntered: boolean;
}

/** Offers fixes for a refused request, and resends it after a fix. */
export function Fixes({ request, decision, isEntered }: FixesProps) {
  const loaded = useLoaded(() => readRepairOptions(request, decision), [request.id, countChanges('keys')]);
  const section = useRef<HTMLElement>(null);
  // A layout effect, so that it runs before the next key.
  useLayoutEffect(() => {
    if (isEntered) section.current?.focus();
  }, [isEntered]);
  const repaired = repairs.value.get(request.id);
  return (
    <section ref={section} class="fixes" aria-label="How to fix it" tabIndex={-1}>
      <h3>How to fix it</h3>
      {repaired?.before.id === request.id ? (
        <Repaired repair={repaired} />
      ) : (
        <WhenLoaded loaded={loaded}>{(options) => <RemedyChoice request={request} options={options} />}</WhenLoaded>
      )}
    </section>
  );
}

/** Shown in place of the remedies after one of them was applied. */
function Repaired({ repair: { remedy, after, status } }: { readonly repair: Repair }) {
  return (
    <p>
      <Sentence text={remedy.text} />: done.{' '}
      <a href={addressOfView('requests', { request: after })}>Sent again: {status ?? 'no answer'}</a>
    </p>
  );
}

/** The number of remedies shown at first. A single further one is shown too. */
const MAX_SHOWN = 3;

/** The remedies, and the fixes that the page cannot make. */
function RemedyChoice({ request, options }: { readonly request: RecordedRequest; readonly options: RepairOptions }) {
  const { remedies, caller, adviceOnly } = options;
  const [chosen, setChosen] = useState('');
  const call = toCall(request);
  const remedy = remedies.find(({ text }) => text === chosen) ?? remedies[0];
  return (
    <>
      {remedies.length > 1 && <RemedyList remedies={remedies} chosen={remedy} choose={setChosen} />}
      {remedy !== undefined && (
        <RemedyForm
          key={remedy.text}
          request={request}
          remedy={remedy}
          call={call}
          caller={caller}
          isAlone={remedies.length === 1}
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
}

/** The remedies, to choose one of them. */
function RemedyList(props: {
  readonly remedies: readonly Remedy[];
  readonly chosen: Remedy | undefined;
  readonly choose: (text: string) => void;
}) {
  const { remedies, chosen, choose } = props;
  const [isExpanded, setExpanded] = useState(remedies.length <= MAX_SHOWN + 1);
  const lead = findLead(remedies);
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

/** Returns the common beginning of all remedies, such as a scope to add before binding a key; empty if there is none. */
function findLead([first, ...otherRemedies]: readonly Remedy[]): string {
  const lead = /^.*, and(?= )/.exec(first?.text ?? '')?.[0] ?? '';
  return otherRemedies.every(({ text }) => text.startsWith(lead)) ? lead : '';
}

/** The button for a remedy, with its changes. */
function RemedyForm(props: {
  readonly request: RecordedRequest;
  readonly remedy: Remedy;
  readonly call: Call;
  readonly caller: Caller;
  readonly isAlone: boolean;
}) {
  const { request, remedy, call, caller, isAlone } = props;
  const { lines, label, request: change } = remedy;
  const missingBody = remedy.body === undefined ? call.problem : null;
  const act = useAct();
  const [body, setBody] = useState(remedy.body ?? call.body ?? '{}');
  const [isApplied, setApplied] = useState(false);
  const abortController = useRef(new AbortController());
  useEffect(() => () => abortController.current.abort(), []);
  const obstacle = findObstacle(remedy.sender ?? caller);
  const run = () =>
    act.run(async () => {
      abortController.current = new AbortController();
      const { signal } = abortController.current;
      if (obstacle !== null) {
        await applyRemedy(remedy, signal);
        setApplied(true);
        return;
      }
      const callToSend = missingBody === null && remedy.body === undefined ? call : { ...call, body };
      choose({ request: (await repairRequest(request, remedy, callToSend, caller, signal)).after });
    });
  return (
    <form onSubmit={handleSubmit(() => void run())}>
      {isAlone && lines.length === 0 && (
        <p class="way">
          <Sentence text={remedy.text} />
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
        {act.isBusy && remedy.waits && (
          <button type="button" class="small" onClick={() => abortController.current.abort()}>
            Stop waiting
          </button>
        )}
        {change !== undefined && <CopyFix change={change} />}
      </span>
      <Feedback act={act} />
    </form>
  );
}

/** Copies the request of a fix as a command. */
function CopyFix({ change }: { readonly change: NonNullable<Remedy['request']> }) {
  const sender = change.as?.principal;
  const caller = sender === undefined ? ({ kind: 'unknown' } as const) : ({ kind: 'principal', name: sender } as const);
  return (
    <>
      <CopyButton text={toCurl(toCallOfFix(change), caller)} label="Copy fix" />
      {sender !== undefined && <span class="quiet">as {sender}</span>}
    </>
  );
}

/** The rights that a fix adds and removes. */
export function DiffList({ lines }: { readonly lines: readonly DiffLine[] }) {
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
      <details class="more-roles">
        <summary>{roles.length - MAX_SHOWN} more</summary>
        <Sentence text={formatNames(roles.slice(MAX_SHOWN))} />
      </details>
    </>
  );
}
