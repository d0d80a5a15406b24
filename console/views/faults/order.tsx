import type { ComponentChildren, ComponentType } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { choose, chosen } from '../../address.ts';
import { ask, Refused } from '../../control-api/client.ts';
import type { BrokenAt, Fault, SpoiledBody } from '../../control-api/types.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { Code, sourceOf } from '../../parts/code.tsx';
import { readValue, useLoaded } from '../../parts/loaded.tsx';
import { Sentence } from '../../parts/sentence.tsx';
import { serviceTitle } from '../../parts/service.ts';
import { changed, changesOf } from '../../state/changes.ts';
import { readIdentities } from '../../state/identities.ts';
import { type DocumentedRequest, operationsOf, readServices, requestsOf } from '../../state/rulesets.ts';
import { offerUndo } from '../../state/undo.ts';

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

/** The fields of the form whose names are not those of the members that they become. */
const FIELDS: Readonly<Record<string, string>> = { 'do.after': 'doFirst' };

/** What the control API has against a field of the form. */
interface Wrong {
  readonly field: string;
  readonly text: string;
}

/** Which field a refusal is about: it names a member, such as `match.operation`. Null if it is about none of them. */
function wrongIn(form: HTMLFormElement | null, text: string): Wrong | null {
  const [, member = ''] = /^Fields? `([\w.]+)`/.exec(text) ?? [];
  const field = FIELDS[member] ?? member.replace(/^(match|do)\./, '').split('.')[0] ?? '';
  return field !== '' && form?.elements.namedItem(field) ? { field, text } : null;
}

/** Would the control API take it, as far as can be seen before it is asked? */
function isWhole(form: HTMLFormElement, { match, do: action }: Draft, known: readonly string[] | null): boolean {
  const isKnown = match['operation'] === undefined || known?.includes(String(match['operation'])) !== false;
  const happens = ['status', 'answer', 'delay', 'drop', 'body'].some((member) => member in action);
  return happens && isKnown && typeof action['answer'] !== 'string' && form.checkValidity();
}

/** The requests that complete what is written in the form. */
async function requestsLike(service: string, operation: string): Promise<readonly DocumentedRequest[]> {
  if (service === '') return [];
  const all = await requestsOf(service);
  const own = all.filter((request) => request.operation === operation);
  return own.length > 0 ? own : all;
}

/** Lets requests go wrong. Which service and operation is in the address, so that a link can lead here. */
export function Order() {
  const form = useRef<HTMLFormElement>(null);
  const act = useAct();
  const { service = '', operation = '' } = chosen.value;
  const [code, setCode] = useState<string | null>(null);
  const services = useLoaded(readServices, []);
  const operations = readValue(
    useLoaded(() => operationsOf(service), [service]),
    null,
  );
  // Completed from the document of the service, and from the callers.
  const requests = readValue(
    useLoaded(() => requestsLike(service, operation), [service, operation]),
    [],
  );
  const everybody = readValue(useLoaded(readIdentities, [changesOf('keys')]), []);
  const callers = everybody.filter(({ services: all }) => service === '' || all.includes(service));
  const look = () => {
    if (form.current === null) return;
    const next = draftOf(form.current);
    setCode(isWhole(form.current, next, operations) ? codeOf(next) : null);
  };
  // A service can be chosen as soon as it is known.
  useEffect(look, [service, operation, services, operations]);
  const refusal = act.feedback?.isFault ? act.feedback.text : null;
  const wrong = refusal === null ? null : wrongIn(form.current, refusal);

  const field = (name: string, label: string, more: FieldParts) => (
    <Field name={name} label={label} wrong={wrong} {...more} />
  );
  const add = (event: Event) => {
    event.preventDefault();
    void act.run(async () => {
      if (form.current === null) return undefined;
      const added = await ask<Fault>('POST', '/_mock/faults', draftOf(form.current));
      changed('faults');
      offerUndo({ text: `The fault \`${added.id}\` is added.`, undo: () => removeAgain(added.id) });
      const sure = added.certainty === 'inferred' ? ' No document says that the vendor answers so.' : '';
      return `The fault \`${added.id}\` waits for a request.${sure}`;
    });
  };
  return (
    <section aria-label="Add a fault">
      <h2>Add a fault</h2>
      <form
        ref={form}
        noValidate
        onInput={() => {
          act.forget();
          look();
        }}
        onChange={look}
        onSubmit={add}
      >
        <fieldset>
          <legend>Which requests</legend>
          {field('service', 'Service', {
            value: service,
            onChange: ({ currentTarget: { value } }) => choose({ service: value }, false),
            children: choices(
              'any',
              readValue(services, []).map((name) => [name, serviceTitle(name)]),
            ),
          })}
          {field('operation', 'Operation', {
            placeholder: 'grant_token',
            value: operation,
            onInput: ({ currentTarget: { value } }) => choose({ operation: value.trim() }, false),
            options: operations ?? [],
          })}
          {field('method', 'Method', {
            placeholder: 'POST',
            options: requests.length === 0 ? METHODS : requests.map(({ method }) => method),
          })}
          {field('path', 'Path', { placeholder: '/v2/nvcf/functions/{id}', options: requests.map(({ path }) => path) })}
          {field('principal', 'Caller', { placeholder: 'admin@acme.test', options: callers.map(({ name }) => name) })}
        </fieldset>
        <fieldset>
          <legend>What happens</legend>
          {field('status', 'Status', { type: 'number', min: 400, max: 599, placeholder: '503' })}
          {field('retryAfter', 'Retry-After', { placeholder: '3, or 30s' })}
          {field('answer', 'Answer of your own', { placeholder: '{"status": 200, "body": {"functions": []}}' })}
          {field('delay', 'Delay', { placeholder: '2s' })}
          {field('drop', 'The connection breaks', { children: choices('no', Object.entries(BROKEN_AT)) })}
          {field('body', 'The body is', { children: choices('as it should be', Object.entries(SPOILED_BODY)) })}
          <div class="ticks">
            {field('doFirst', 'Do first what was asked for', { type: 'checkbox' })}
            {field('offDocument', 'Even if no document allows it', { type: 'checkbox' })}
          </div>
        </fieldset>
        <fieldset>
          <legend>How often</legend>
          {field('times', 'At most', { type: 'number', min: 1, defaultValue: '1', placeholder: 'always' })}
          {field('after', 'After letting pass', { type: 'number', min: 0, placeholder: '0' })}
          {field('probability', 'Probability', { type: 'number', min: 0, max: 1, step: 'any', placeholder: '1' })}
        </fieldset>
        <div class="bar">
          <button type="submit" class="main" disabled={act.isBusy}>
            Add the fault
          </button>
          {wrong === null ? <Feedback act={act} /> : <p class="fault">Correct the field that is marked.</p>}
        </div>
      </form>
      <h3>This fault in a test</h3>
      {code !== null && refusal === null ? (
        <Code text={code} />
      ) : (
        <p class="quiet">The code stands here once the fault can be added.</p>
      )}
    </section>
  );
}

/** Removes a fault that was just added. @throws Error if it is gone */
async function removeAgain(id: string): Promise<string> {
  await ask('DELETE', `/_mock/faults/${id}`).catch((thrown: unknown) => {
    throw thrown instanceof Refused && thrown.status === 404
      ? new Error(`The fault \`${id}\` was removed meanwhile.`)
      : thrown;
  });
  changed('faults');
  return `The fault \`${id}\` is removed.`;
}

/** The methods of a match that need no document. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];

/** The attributes of a field's input, or of its choice, which has options as children. */
interface FieldParts {
  readonly type?: 'number' | 'checkbox';
  readonly placeholder?: string;
  readonly value?: string;
  readonly defaultValue?: string;
  readonly min?: number;
  readonly max?: number;
  readonly step?: 'any';
  readonly onInput?: (event: { readonly currentTarget: { readonly value: string } }) => void;
  readonly onChange?: (event: { readonly currentTarget: { readonly value: string } }) => void;
  /** The texts that complete it. */
  readonly options?: readonly string[];
  readonly children?: ComponentChildren;
}

/** A field with its label, what completes it, and what is wrong with it. */
function Field(props: FieldParts & { readonly name: string; readonly label: string; readonly wrong: Wrong | null }) {
  const { name, label, wrong, options, children, ...others } = props;
  const isWrong = wrong?.field === name;
  const tag: unknown = children === undefined ? 'input' : 'select';
  const Control = tag as ComponentType<object>;
  return (
    <div class="field">
      <label for={`fault-${name}`}>{label}</label>
      <Control
        {...{ id: `fault-${name}`, name, autocomplete: 'off', spellcheck: false, ...others }}
        {...(options && { list: `options-${name}` })}
        {...(isWrong && { 'aria-invalid': true, 'aria-describedby': `wrong-${name}` })}
      >
        {children}
      </Control>
      {options && (
        <datalist id={`options-${name}`}>
          {[...new Set(options)].map((option) => (
            <option key={option} value={option} />
          ))}
        </datalist>
      )}
      {isWrong && (
        <p id={`wrong-${name}`} class="fault" role="alert">
          <Sentence text={wrong.text} />
        </p>
      )}
    </div>
  );
}

/** The options of a choice. @param none what it is without one */
function choices(none: string, all: readonly (readonly [value: string, text: string])[]): ComponentChildren {
  return [['', none] as const, ...all].map(([value, text]) => (
    <option key={value} value={value}>
      {text}
    </option>
  ));
}
