import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { choices } from '../../address.ts';
import { ask, RefusalError } from '../../control-api/client.ts';
import type { Fault } from '../../control-api/types.ts';
import { Feedback, useAct } from '../../parts/act.tsx';
import { Code } from '../../parts/code.tsx';
import { useLoaded, WhenLoaded } from '../../parts/loaded.tsx';
import { reportChange } from '../../state/changes.ts';
import { type NamedOperation, readOperations } from '../../state/documents.ts';
import { offerUndo } from '../../state/undo.ts';
import {
  allowUndocumented,
  clearStatus,
  type Draft,
  type DraftMatch,
  EFFECT_FIELDS,
  type FieldError,
  fillEffects,
  findFieldError,
  isComplete,
  PRESETS,
  readDraft,
  readResponse,
  toTestCode,
} from './draft.ts';
import { AdvancedFields, DEFAULT_STATUS, EffectFields } from './fault-fields.tsx';
import { RequestFields, readRequestChoice, toMatch } from './request-choice.tsx';

/** The state of the form, as far as the page can tell without the control API. */
interface FormState {
  /** Null while the form is incomplete. */
  readonly code: string | null;
  readonly fieldError: FieldError | null;
}

/** Reads the state of the form. @param match null if the requests are not chosen yet */
function readFormState(form: HTMLFormElement, match: DraftMatch | null): FormState {
  const draft = match && readDraft(form, match);
  const { error = null } = readResponse(form);
  return { code: draft !== null && isComplete(form, draft) ? toTestCode(draft) : null, fieldError: error };
}

/**
 * A form that adds a fault. Service and operation are in the address, so that links can preset them.
 *
 * @param props.onEnd called after the fault is added
 */
export function NewFault({ onEnd }: { readonly onEnd: () => void }) {
  const loaded = useLoaded(readOperations, []);
  return <WhenLoaded loaded={loaded}>{(all) => <FaultForm all={all} onEnd={onEnd} />}</WhenLoaded>;
}

/** The form. @param props.all the operations of the server */
function FaultForm({ all, onEnd }: { readonly all: readonly NamedOperation[]; readonly onEnd: () => void }) {
  const form = useRef<HTMLFormElement>(null);
  const act = useAct();
  const [preset, setPreset] = useState<string | null>(DEFAULT_STATUS);
  const [formState, setFormState] = useState<FormState>({ code: null, fieldError: null });
  const choice = readRequestChoice(choices.value, all);
  const match = toMatch(choice, all);
  const isOneOperation = choice.kind === 'operation';
  const updateFormState = () => {
    if (form.current !== null) setFormState(readFormState(form.current, match));
  };
  // A layout effect, so that the code is there when the form appears.
  useLayoutEffect(updateFormState, [JSON.stringify(match)]);
  const refusal = act.feedback?.isFault ? act.feedback.text : null;
  const error = formState.fieldError ?? (refusal === null ? null : findFieldError(form.current, refusal));
  useOpenDetails(form.current, error?.field);
  const submit = (event: Event) => {
    event.preventDefault();
    if (formState.fieldError !== null) return;
    void act.run(async () => {
      if (form.current === null) return;
      if (match === null) throw new Error('Field `operation` is empty: choose an operation.');
      await addFault(readDraft(form.current, match));
      onEnd();
    });
  };
  const applyPreset = (label: string, fields: Readonly<Record<string, string>>) => {
    if (form.current !== null) fillEffects(form.current, fields, isOneOperation);
    setPreset(label);
    act.clear();
    updateFormState();
  };
  return (
    <>
      <h2>New fault</h2>
      <form
        ref={form}
        noValidate
        onInput={({ target, currentTarget }) => {
          const field = target as HTMLInputElement;
          clearStatus(currentTarget, field);
          if (EFFECT_FIELDS.includes(field.name)) setPreset(null);
          act.clear();
          updateFormState();
        }}
        onChange={updateFormState}
        onSubmit={submit}
      >
        <RequestFields
          choice={choice}
          all={all}
          error={error}
          onKindChange={(kind) => form.current !== null && allowUndocumented(form.current, kind === 'operation')}
        />
        <Presets active={preset} apply={applyPreset} />
        <EffectFields error={error} isOneOperation={isOneOperation} />
        <AdvancedFields error={error} service={choice.service} operation={choice.operation} />
        <div class="bar">
          <button type="submit" class="main" disabled={act.isBusy}>
            Add the fault
          </button>
          {error === null ? <Feedback act={act} /> : <p class="fault">Correct the marked field.</p>}
        </div>
      </form>
      <h3>This fault in a test</h3>
      {formState.code !== null && refusal === null ? (
        <Code text={formState.code} />
      ) : (
        <p class="quiet">The code appears here once the form is complete.</p>
      )}
    </>
  );
}

/** Opens the details that hide a field with an error. */
function useOpenDetails(form: HTMLFormElement | null, fieldName: string | undefined): void {
  useEffect(() => {
    if (fieldName === undefined) return;
    const control = form?.elements.namedItem(fieldName) as HTMLElement | null | undefined;
    control?.closest('details')?.setAttribute('open', '');
  }, [fieldName]);
}

/** Buttons that fill in the fields for what happens. */
function Presets(props: {
  readonly active: string | null;
  readonly apply: (label: string, fields: Readonly<Record<string, string>>) => void;
}) {
  return (
    <fieldset class="presets">
      <legend>Presets</legend>
      {PRESETS.map(([label, fields]) => (
        <button
          key={label}
          type="button"
          class="small"
          aria-pressed={props.active === label}
          onClick={() => props.apply(label, fields)}
        >
          {label}
        </button>
      ))}
    </fieldset>
  );
}

/** Adds a fault, and offers to undo that. @throws Error with a message for the form; otherwise like the control API */
async function addFault(draft: Draft): Promise<void> {
  const { id, certainty } = await ask<Fault>('POST', '/_mock/faults', draft).catch(throwFormError);
  reportChange('faults');
  const note = certainty === 'ours' ? ' The vendor does not document this response.' : '';
  offerUndo({ text: `The fault \`${id}\` is waiting for a request.${note}`, undo: () => undoAdd(id) });
}

/** Throws an error again. @throws Error that names fields of the form in place of members, if it is a refusal */
function throwFormError(error: unknown): never {
  if (!(error instanceof RefusalError)) throw error;
  throw new Error(error.message.replace('set `do.offDocument` to true', 'tick `Allow undocumented responses`'));
}

/** Removes the fault that was just added. @throws Error if it no longer exists */
async function undoAdd(id: string): Promise<string> {
  await ask('DELETE', `/_mock/faults/${id}`).catch((error: unknown) => {
    throw error instanceof RefusalError && error.status === 404
      ? new Error(`The fault \`${id}\` was already removed.`)
      : error;
  });
  reportChange('faults');
  return `The fault \`${id}\` was removed.`;
}
