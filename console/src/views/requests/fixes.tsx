import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { addressOfView } from '../../address.ts';
import { ask } from '../../control-api/client.ts';
import type { Decision, Fix, OperationEffect } from '../../control-api/types.ts';
import { askAs } from '../../control-api/vendor.ts';
import { Name } from '../../parts/chips.tsx';
import { Copy } from '../../parts/copy.tsx';
import { isFocusLost } from '../../parts/focus.ts';
import { textOf } from '../../parts/loaded.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { When } from '../../parts/when.tsx';
import { callOfFix, curlOf } from '../../state/call.ts';
import { changed } from '../../state/changes.ts';
import { editKey } from '../../state/edit-key.ts';
import { offerUndo, type Undoable } from '../../state/undo.ts';
import { diffOf, type Line } from './diff.ts';

type FixRequest = NonNullable<Fix['request']>;
type Pending = NonNullable<Decision['pending']>;

/** What is decided about the same request now. `pending`: what a recorded edit of its caller will turn. */
type Outcome =
  | { readonly effect: string; readonly text: string; readonly pending?: Pending }
  | { readonly fault: string };

/** The changes that would turn a refusal. @param props.isEntered has somebody gone to them with the keys? */
export function Fixes(props: {
  readonly decision: Decision;
  readonly fixes: readonly Fix[];
  readonly isEntered: boolean;
  /** Called with whether it would be allowed now. */
  readonly onChecked: (isAllowed: boolean) => void;
}) {
  const { decision, fixes, isEntered, onChecked } = props;
  const [outcome, setOutcome] = useState<Outcome | null>(null);
  const [isBusy, setBusy] = useState(false);
  const section = useRef<HTMLElement>(null);
  // Before the next key is read.
  useLayoutEffect(() => {
    if (isEntered) section.current?.focus();
  }, [isEntered]);

  const check = async () => {
    const now = await repeated(decision);
    setOutcome(now);
    onChecked('effect' in now && now.effect === 'allow');
  };
  const attempt = async (change: () => Promise<Undoable | null>) => {
    const used = document.activeElement;
    setBusy(true);
    try {
      const undo = await change();
      changed('keys', 'clock');
      offerUndo(undo);
      await check();
    } catch (fault) {
      setOutcome({ fault: textOf(fault) });
    } finally {
      setBusy(false);
      setTimeout(() => isFocusLost() && used instanceof HTMLElement && used.focus());
    }
  };

  return (
    <section ref={section} class="fixes" aria-label="How to fix it" tabIndex={-1}>
      <h3>How to fix it</h3>
      {fixes.length === 0 && <p class="quiet">Nothing that is known.</p>}
      <ul>
        {fixes.map((fix, index) => (
          <li key={fix.text}>
            <span>
              <Sentence text={fix.text} />
            </span>
            <Diff lines={diffOf(fix, decision)} />
            {fix.request !== undefined && (
              <CarryOut request={fix.request} isMain={index === 0} isBusy={isBusy} attempt={attempt} />
            )}
          </li>
        ))}
      </ul>
      {decision.principal !== null && (
        <button
          type="button"
          class="small check"
          disabled={isBusy}
          title="Asks what would be decided now, without sending the request"
          onClick={check}
        >
          Check again
        </button>
      )}
      <div role="status">{outcome !== null && <Feedback outcome={outcome} decision={decision} />}</div>
    </section>
  );
}

/** What a fix adds to what the caller has, and what it takes away. */
function Diff({ lines }: { readonly lines: readonly Line[] }) {
  if (lines.length === 0) return null;
  return (
    <ul class="diff" aria-label="What it changes">
      {lines.map(({ sign, what, name }) => (
        <li key={`${sign}${what} ${name}`} class={sign === '+' ? 'added' : 'removed'}>
          {sign} {what} <Name text={name} />
        </li>
      ))}
    </ul>
  );
}

/** The decision before, and what is decided now. */
function Feedback({ outcome, decision }: { readonly outcome: Outcome; readonly decision: Decision }) {
  if ('fault' in outcome) return <p class="fault">{outcome.fault}</p>;
  const { effect, text, pending } = outcome;
  const isAllowed = effect === 'allow';
  return (
    <>
      <dl class="facts before-after">
        <div>
          <dt>Before</dt>
          <dd class="verdict deny">
            <strong>Refused</strong> {decision.reason}
          </dd>
        </div>
        <div>
          <dt>Now</dt>
          <dd class={`verdict ${effect}`}>
            <strong>{isAllowed ? 'Allowed' : 'Still refused'}</strong> <Sentence text={text} />
          </dd>
        </div>
      </dl>
      {pending !== undefined && <Later pending={pending} principal={decision.principal?.id ?? ''} />}
    </>
  );
}

/** An edit that is recorded and not in force yet, and what it will do to a request. */
export function Later({ pending, principal }: { readonly pending: Pending; readonly principal: string }) {
  return (
    <p class="later">
      Version {pending.version} takes effect at <When at={pending.effectiveAt} isRelative /> and would{' '}
      {pending.effect === 'allow' ? 'allow' : 'refuse'} it.{' '}
      <a href={addressOfView('clock', { key: principal })}>See when</a>
    </p>
  );
}

/** Makes a change: by the control API, or by a call of the vendor that somebody sends who may. */
function CarryOut(props: {
  readonly request: FixRequest;
  readonly isMain: boolean;
  readonly isBusy: boolean;
  readonly attempt: (change: () => Promise<Undoable | null>) => Promise<void>;
}) {
  const { request, isMain, isBusy, attempt } = props;
  const sender = request.as?.principal;
  const change = changeOf(request);
  return (
    <span class="acts">
      {change !== null && (
        <button type="button" class={isMain ? 'main' : ''} disabled={isBusy} onClick={() => attempt(change)}>
          Apply
        </button>
      )}
      <Copy
        text={curlOf(
          callOfFix(request),
          sender === undefined ? { kind: 'other' } : { kind: 'principal', name: sender },
        )}
        label="Copy fix"
      />
      {sender !== undefined && <span class="quiet">as {sender}</span>}
    </span>
  );
}

/** How a fix is carried out; null if nobody who may is known. */
function changeOf(request: FixRequest): (() => Promise<Undoable | null>) | null {
  const key = /^\/_mock\/keys\/([^/]+)$/.exec(request.path)?.[1];
  if (key !== undefined && request.method === 'PATCH') {
    return async () => (await editKey(decodeURIComponent(key), request.body ?? {})).undo;
  }
  const { as, method, path, body } = request;
  if (as !== undefined) return () => callAs(as.principal, request);
  if (!path.startsWith('/_mock/')) return null;
  return async () => {
    await ask(method, path, body);
    return null;
  };
}

/** Sends a call of the vendor as somebody, with a token that is made for it. What was made can be deleted again. */
async function callAs(principal: string, { method, path, body }: FixRequest): Promise<Undoable | null> {
  const tokenOf = async () => (await ask<{ token: string }>('POST', '/_mock/tokens', { for: principal })).token;
  const answer = await askAs<{ readonly id?: unknown } | null>(await tokenOf(), method, path, body);
  const id = answer?.id;
  if (method !== 'POST' || (typeof id !== 'string' && typeof id !== 'number')) return null;
  const made = `${path}/${encodeURIComponent(String(id))}`;
  return {
    text: `\`${method} ${path}\` was sent as ${principal}.`,
    undo: async () => {
      await askAs(await tokenOf(), 'DELETE', made);
      return `\`DELETE ${made}\` was sent as ${principal}.`;
    },
  };
}

/** Decides about the same request once more, as things are now. */
async function repeated({ principal, request }: Decision): Promise<Outcome> {
  if (principal === null) return { fault: 'Nobody is known to have sent it.' };
  try {
    const asked = { principal: principal.id, method: request.method, path: request.path };
    const { effect, explanation, pending } = await ask<OperationEffect & Decision>(
      'POST',
      '/_mock/decisions/simulate',
      asked,
    );
    return { effect, text: explanation, ...(pending !== undefined && { pending }) };
  } catch (fault) {
    return { fault: textOf(fault) };
  }
}
