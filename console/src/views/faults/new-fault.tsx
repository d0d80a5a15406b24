import { useEffect, useRef, useState } from 'preact/hooks';
import { chosen } from '../../address.ts';
import { ask, Refused } from '../../control-api/client.ts';
import type { Fault } from '../../control-api/types.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { Code } from '../../parts/code.tsx';
import { readValue, useLoaded, useQuery } from '../../parts/loaded.tsx';
import { reportChange } from '../../state/changes.ts';
import { readIdentities } from '../../state/identities.ts';
import { type DocumentedRequest, fetchRequests, readOperations } from '../../state/rulesets.ts';
import { offerUndo } from '../../state/undo.ts';
import {
  allowUndocumented,
  BROKEN_AT,
  dropStatus,
  EFFECT_FIELDS,
  EXPIRED,
  type FieldError,
  fillEffects,
  findFieldError,
  isComplete,
  PRESETS,
  readDraft,
  readResponse,
  SPOILED_BODY,
  toCode,
} from './draft.ts';
import { ExpireTokens } from './expire-tokens.tsx';
import { createOptions, Field, type FieldProps } from './field.tsx';
import { ChooseRequests, readChoice, toMatch } from './which.tsx';

/** Reads the documented requests for suggestions. */
async function readRequests(service: string, operation: string | undefined): Promise<readonly DocumentedRequest[]> {
  if (service === '') return [];
  const all = await fetchRequests(service);
  const matching = all.filter((request) => request.operation === operation);
  return matching.length > 0 ? matching : all;
}

/** What the page can tell about the form without the control API. */
interface FormState {
  /** Null while the form is incomplete. */
  readonly code: string | null;
  readonly fieldError: FieldError | null;
}

/**
 * A form that adds a fault. Service and operation are in the address, so that links can preset them.
 *
 * @param props.onEnd called after the fault is added
 */
export function NewFault({ onEnd }: { readonly onEnd: () => void }) {
  const form = useRef<HTMLFormElement>(null);
  const act = useAct();
  const [preset, setPreset] = useState<string | null>(DEFAULT_STATUS);
  const [formState, setFormState] = useState<FormState>({ code: null, fieldError: null });
  const all = readValue(useLoaded(readOperations, []), null);
  const which = readChoice(chosen.value, all);
  const { kind, service, operation } = which;
  const match = toMatch(which, all);
  // Suggestions from the document of the service, and from its callers.
  const requests = readValue(
    useLoaded(() => readRequests(service, operation), [service, operation]),
    [],
  );
  const identities = readValue(useQuery(readIdentities), []);
  const callers = identities.filter(({ services: own }) => service === '' || own.includes(service));
  const updateFormState = () => {
    if (form.current === null) return;
    const draft = match && readDraft(form.current, match);
    const { wrong = null } = readResponse(form.current);
    setFormState({ code: draft !== null && isComplete(form.current, draft) ? toCode(draft) : null, fieldError: wrong });
  };
  // The operations load after the form is rendered.
  useEffect(updateFormState, [JSON.stringify(match)]);
  const refusal = act.feedback?.isFault ? act.feedback.text : null;
  const wrong = formState.fieldError ?? (refusal === null ? null : findFieldError(form.current, refusal));
  const wrongField = wrong?.field;
  useEffect(() => {
    if (wrongField === undefined) return;
    const control = form.current?.elements.namedItem(wrongField) as HTMLElement;
    control.closest('details')?.setAttribute('open', '');
  }, [wrongField]);

  const field = (name: string, label: string, fieldProps: FieldProps) => (
    <Field name={name} label={label} wrong={wrong} {...fieldProps} />
  );
  const choice = (name: string, label: string, none: string, words: Readonly<Record<string, string>>, verb = '') => {
    const all = Object.entries(words).map(([value, text]) => [value, `${verb}${text}`] as const);
    return field(name, label, { tag: 'select', children: createOptions(none, all) });
  };
  const submit = (event: Event) => {
    event.preventDefault();
    if (formState.fieldError !== null) return;
    void act.run(async () => {
      if (form.current === null) return;
      if (match === null) throw new Error('Field `operation` is empty: choose an operation.');
      const added = await ask<Fault>('POST', '/_mock/faults', readDraft(form.current, match)).catch(toFormError);
      reportChange('faults');
      const note = added.certainty === 'ours' ? ' The vendor does not document this response.' : '';
      offerUndo({
        text: `The fault \`${added.id}\` is waiting for a request.${note}`,
        undo: () => undoAdd(added.id),
      });
      onEnd();
    });
  };
  return (
    <>
      <h2>New fault</h2>
      <form
        ref={form}
        noValidate
        onInput={({ target, currentTarget }) => {
          const field = target as HTMLInputElement;
          dropStatus(currentTarget, field);
          if (EFFECT_FIELDS.includes(field.name)) setPreset(null);
          act.clear();
          updateFormState();
        }}
        onChange={updateFormState}
        onSubmit={submit}
      >
        <ChooseRequests
          which={which}
          all={all ?? []}
          wrong={wrong}
          changed={(next) => form.current !== null && allowUndocumented(form.current, next === 'operation')}
        />
        <fieldset class="presets">
          <legend>Presets</legend>
          {PRESETS.map(([label, fields]) => (
            <button
              key={label}
              type="button"
              class="small"
              aria-pressed={preset === label}
              onClick={() => {
                if (form.current !== null) fillEffects(form.current, fields, kind === 'operation');
                setPreset(label);
                act.clear();
                updateFormState();
              }}
            >
              {label}
            </button>
          ))}
        </fieldset>
        {preset === EXPIRED && <ExpireTokens service={service} onEnd={onEnd} />}
        <div hidden={preset === EXPIRED}>
          <fieldset>
            <legend>What happens</legend>
            {field('status', 'Status', { type: 'number', min: 400, max: 599, defaultValue: DEFAULT_STATUS })}
            {field('retryAfter', 'Retry-After', { placeholder: '3, or 30s' })}
            {field('delay', 'Delay', { placeholder: '2s' })}
            {choice('drop', 'Connection', 'stays open', BROKEN_AT, 'breaks ')}
            {choice('body', 'Body', 'unchanged', SPOILED_BODY)}
            {field('times', 'Times', {
              type: 'number',
              min: 1,
              defaultValue: '1',
              placeholder: 'always',
            })}
            {field('offDocument', 'Allow undocumented responses', {
              type: 'checkbox',
              defaultChecked: kind !== 'operation',
            })}
          </fieldset>
          <details>
            <summary>Advanced</summary>
            <fieldset>
              {field('method', 'Method', {
                placeholder: 'POST',
                options: requests.length === 0 ? METHODS : requests.map(({ method }) => method),
              })}
              {field('path', 'Path', {
                placeholder: '/v2/nvcf/functions/{id}',
                options: requests.map(({ path }) => path),
              })}
              {field('principal', 'Caller', {
                placeholder: 'admin@acme.test',
                options: callers.map(({ name }) => name),
              })}
              {field('probability', 'Probability', { type: 'number', min: 0, max: 1, step: 'any', placeholder: '1' })}
              {field('after', 'Skip the first', { type: 'number', min: 0, placeholder: '0' })}
              {field('answer', 'Custom response', {
                tag: 'textarea',
                rows: 4,
                placeholder: '{"status": 200, "body": {"functions": []}}',
                hint: 'JSON with a status, a body and, optionally, headers.',
              })}
              {field('doFirst', 'Carry out the request, then send this response', { type: 'checkbox' })}
            </fieldset>
          </details>
          <div class="bar">
            {/* The list of token operations depends on the server. */}
            <button type="submit" class="main" disabled={act.isBusy || all === null}>
              Add the fault
            </button>
            {wrong === null ? <Feedback act={act} /> : <p class="fault">Correct the marked field.</p>}
          </div>
        </div>
      </form>
      <div hidden={preset === EXPIRED}>
        <h3>This fault in a test</h3>
        {formState.code !== null && refusal === null ? (
          <Code text={formState.code} />
        ) : (
          <p class="quiet">The code appears here once the form is complete.</p>
        )}
      </div>
    </>
  );
}

/** Replaces members of the control API by fields of the form. @throws always */
function toFormError(thrown: unknown): never {
  if (!(thrown instanceof Refused)) throw thrown;
  throw new Error(thrown.message.replace('set `do.offDocument` to true', 'tick `Allow undocumented responses`'));
}

/** Removes the fault that was just added. @throws Error if it no longer exists */
async function undoAdd(id: string): Promise<string> {
  await ask('DELETE', `/_mock/faults/${id}`).catch((thrown: unknown) => {
    throw thrown instanceof Refused && thrown.status === 404
      ? new Error(`The fault \`${id}\` was already removed.`)
      : thrown;
  });
  reportChange('faults');
  return `The fault \`${id}\` was removed.`;
}

/** The initial status, which is also the name of its preset. */
const DEFAULT_STATUS = '503';

/** Suggestions without a document. */
const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'];
