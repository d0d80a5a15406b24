import { useEffect, useRef, useState } from 'preact/hooks';
import { choose, chosen } from '../../address.ts';
import { ask } from '../../control-api/client.ts';
import type { BrokenAt, Fault, SpoiledBody } from '../../control-api/types.ts';
import { Told, useAct } from '../../parts/act.tsx';
import { Code, sourceOf } from '../../parts/code.tsx';
import { useLoaded } from '../../parts/loaded.tsx';
import { changed } from '../../state/changes.ts';
import { operationsOf, readServices } from '../../state/rulesets.ts';

/** The kinds of faults in words, all that the document has. */
export const BROKEN_AT: Readonly<Record<BrokenAt, string>> = {
  before: 'before the answer',
  headers: 'in the headers',
  body: 'in the body',
};
const SPOILED_BODY: Readonly<Record<SpoiledBody, string>> = {
  empty: 'empty',
  truncated: 'truncated',
  garbage: 'garbage',
  slow: 'slow',
};

/** A fault as a form has it: whether it can be is what the control API says. */
interface Draft {
  readonly match: Readonly<Record<string, string | number>>;
  readonly times?: number;
  readonly after?: number;
  readonly do: Readonly<Record<string, string | number | boolean | object>>;
}

/** Lines of a test that make such a fault. */
export function codeOf({ match, times, after, do: action }: Draft): string {
  const { operation, ...others } = match;
  const isShort = typeof operation === 'string' && Object.keys(others).length === 0 && times !== undefined && !after;
  if (isShort) {
    const given = { ...action, ...(times !== 1 && { times }) };
    return `await mock.faults.next(${sourceOf(operation)}, ${sourceOf(given)});`;
  }
  const order = {
    ...(Object.keys(match).length > 0 && { match }),
    ...(times !== undefined && { times }),
    ...(after && { after }),
    do: action,
  };
  return `await mock.faults.add(${sourceOf(order)});`;
}

/** What is filled in; numbers as numbers. */
function draftOf(form: HTMLFormElement): Draft {
  const given = new FormData(form);
  const filled = (names: readonly string[], isNumber = false) =>
    Object.fromEntries(
      names.flatMap((name) => {
        const text = String(given.get(name) ?? '').trim();
        return text === '' ? [] : [[name, isNumber ? Number(text) : text]];
      }),
    );
  const retryAfter = String(given.get('retryAfter')).trim();
  return {
    match: { ...filled(['service', 'operation', 'method', 'path', 'principal']), ...filled(['probability'], true) },
    ...filled(['times', 'after'], true),
    do: {
      ...filled(['status'], true),
      ...(retryAfter !== '' && { retryAfter: /^\d+$/.test(retryAfter) ? Number(retryAfter) : retryAfter }),
      ...answerIn(String(given.get('answer')).trim()),
      ...filled(['delay', 'drop', 'body']),
      ...(given.has('offDocument') && { offDocument: true }),
      ...(given.has('doFirst') && { after: true }),
    },
  };
}

/** An answer of one's own. What is not JSON is sent as it is, so that the server says what it expects. */
function answerIn(text: string): { readonly answer?: string | object } {
  if (text === '') return {};
  try {
    return { answer: JSON.parse(text) as object };
  } catch {
    return { answer: text };
  }
}

/** Lets requests go wrong. Which service and operation is in the address, so that a link can lead here. */
export function Order() {
  const form = useRef<HTMLFormElement>(null);
  const act = useAct();
  const { service = '', operation = '' } = chosen.value;
  const [draft, setDraft] = useState<Draft>({ match: {}, do: {} });
  const services = useLoaded(readServices, []);
  const operations = useLoaded(() => operationsOf(service), [service]);
  const look = () => form.current !== null && setDraft(draftOf(form.current));
  // A service can be chosen as soon as it is known.
  useEffect(() => void look(), [service, operation, services]);

  const add = (event: Event) => {
    event.preventDefault();
    void act.run(async () => {
      if (form.current === null) return undefined;
      const { id, certainty } = await ask<Fault>('POST', '/_mock/faults', draftOf(form.current));
      changed('faults');
      const sure = certainty === 'inferred' ? ' No document says that the vendor answers so.' : '';
      return `The fault \`${id}\` waits for a request.${sure}`;
    });
  };
  return (
    <section aria-label="Add a fault">
      <h2>Add a fault</h2>
      <form ref={form} onInput={look} onChange={look} onSubmit={add}>
        <fieldset>
          <legend>Which requests</legend>
          <label>
            Service
            <select
              name="service"
              value={service}
              onChange={(event) => choose({ service: event.currentTarget.value }, false)}
            >
              <option value="">any</option>
              {services !== null &&
                'value' in services &&
                services.value.map((name) => <option key={name}>{name}</option>)}
            </select>
          </label>
          <label>
            Operation
            <input
              name="operation"
              list="fault-operations"
              placeholder="grant_token"
              autocomplete="off"
              spellcheck={false}
              value={operation}
              onInput={(event) => choose({ operation: event.currentTarget.value.trim() }, false)}
            />
          </label>
          <datalist id="fault-operations">
            {operations !== null &&
              'value' in operations &&
              operations.value.map((id) => <option key={id} value={id} />)}
          </datalist>
          <Text name="method" label="Method" placeholder="POST" />
          <Text name="path" label="Path" placeholder="/v2/nvcf/functions/{id}" />
          <Text name="principal" label="Caller" placeholder="admin@acme.test" />
        </fieldset>
        <fieldset>
          <legend>What happens</legend>
          <label>
            Status
            <input name="status" type="number" min={100} max={599} placeholder="503" />
          </label>
          <Text name="retryAfter" label="Retry-After" placeholder="3, or 30s" />
          <Text name="answer" label="Answer of your own" placeholder='{"status": 200, "body": {"functions": []}}' />
          <Text name="delay" label="Delay" placeholder="2s" />
          <Choice name="drop" label="The connection breaks" none="no" of={BROKEN_AT} />
          <Choice name="body" label="The body is" none="as it should be" of={SPOILED_BODY} />
          <div class="ticks">
            <label class="tick">
              <input name="doFirst" type="checkbox" /> Do first what was asked for
            </label>
            <label class="tick">
              <input name="offDocument" type="checkbox" /> Even if no document allows it
            </label>
          </div>
        </fieldset>
        <fieldset>
          <legend>How often</legend>
          <label>
            At most (empty: always)
            <input name="times" type="number" min={1} defaultValue="1" />
          </label>
          <label>
            After letting pass
            <input name="after" type="number" min={0} placeholder="0" />
          </label>
          <label>
            Probability
            <input name="probability" type="number" min={0} max={1} step="any" placeholder="1" />
          </label>
        </fieldset>
        <div class="bar">
          <button type="submit" class="main" disabled={act.isBusy}>
            Add the fault
          </button>
          <Told act={act} />
        </div>
      </form>
      <h3>The same in a test</h3>
      <Code text={codeOf(draft)} />
    </section>
  );
}

function Text({
  name,
  label,
  placeholder,
}: {
  readonly name: string;
  readonly label: string;
  readonly placeholder: string;
}) {
  return (
    <label>
      {label}
      <input name={name} placeholder={placeholder} autocomplete="off" spellcheck={false} />
    </label>
  );
}

function Choice({
  name,
  label,
  none,
  of,
}: {
  readonly name: string;
  readonly label: string;
  readonly none: string;
  readonly of: Readonly<Record<string, string>>;
}) {
  return (
    <label>
      {label}
      <select name={name}>
        <option value="">{none}</option>
        {Object.entries(of).map(([kind, words]) => (
          <option key={kind} value={kind}>
            {words}
          </option>
        ))}
      </select>
    </label>
  );
}
