import type { BrokenAt, SpoiledBody } from '../../control-api/types.ts';
import { toSource } from '../../parts/source.ts';

/** The labels of the points at which a connection can break. */
export const BROKEN_AT_LABELS: Readonly<Record<BrokenAt, string>> = {
  before: 'before the response',
  headers: 'in the headers',
  body: 'in the body',
};
/** The labels of the ways in which a body can be spoiled. */
export const SPOILED_BODY_LABELS: Readonly<Record<SpoiledBody, string>> = {
  empty: 'empty',
  truncated: 'truncated',
  garbage: 'garbage',
  slow: 'slow',
};

/** The requests that a fault affects, as entered in the form. */
export type DraftMatch = Readonly<Record<string, string | number | readonly string[]>>;

/** A fault as entered in the form. The control API validates it. */
export interface Draft {
  readonly match: DraftMatch;
  readonly times?: number;
  readonly after?: number;
  readonly for?: string;
  readonly do: Readonly<Record<string, string | number | boolean | object>>;
}

/** The most common faults, as values of form fields. */
export const PRESETS: readonly (readonly [label: string, fields: Readonly<Record<string, string>>])[] = [
  ['503', { status: '503' }],
  ['Slow, 2 s', { delay: '2s' }],
  ['Dropped connection', { drop: 'before' }],
  ['401 Unauthorized', { status: '401' }],
  ['429 with Retry-After', { status: '429', retryAfter: '3' }],
  ['Garbage body', { body: 'garbage' }],
];

/** The fields for what happens, without the checkboxes. */
export const EFFECT_FIELDS = ['status', 'retryAfter', 'delay', 'drop', 'body', 'answer'];

/** Fills in the fields for what happens. The fields for the requests and the number of times stay. */
export function fillEffects(
  form: HTMLFormElement,
  fields: Readonly<Record<string, string>>,
  isOneOperation: boolean,
): void {
  for (const name of EFFECT_FIELDS) findField(form, name).value = fields[name] ?? '';
  findField(form, 'doFirst').checked = false;
  allowUndocumented(form, isOneOperation);
}

/** Allows undocumented responses if there are several operations: one of their documents always lacks the status. */
export function allowUndocumented(form: HTMLFormElement, isOneOperation: boolean): void {
  findField(form, 'offDocument').checked = !isOneOperation && findField(form, 'status').value !== '';
}

/** Clears the status if another field rules it out. */
export function clearStatus(
  form: HTMLFormElement,
  { name, value }: { readonly name: string; readonly value: string },
): void {
  const isCustomResponse = name === 'answer' && value.trim() !== '';
  if (!isCustomResponse && !(name === 'drop' && ['before', 'headers'].includes(value))) return;
  for (const excluded of ['status', 'retryAfter']) findField(form, excluded).value = '';
}

/** Returns a field of the form. All names in this file have a field. */
function findField(form: HTMLFormElement, name: string): HTMLInputElement {
  return form.elements.namedItem(name) as HTMLInputElement;
}

/** Returns test code that adds the fault, with the shorter `next` if only an operation is chosen. */
export function toTestCode({ match, times, after, for: duration, do: action }: Draft): string {
  const { operation, ...otherMembers } = match;
  const isShort =
    typeof operation === 'string' &&
    Object.keys(otherMembers).length === 0 &&
    times !== undefined &&
    !after &&
    !duration;
  if (isShort) {
    const options = { ...action, ...(times !== 1 && { times }) };
    return `await mock.faults.next(${toSource(operation)}, ${toSource(options)});`;
  }
  const order = {
    ...(Object.keys(match).length > 0 && { match }),
    ...(times !== undefined && { times }),
    ...(after && { after }),
    ...(duration && { for: duration }),
    do: action,
  };
  return `await mock.faults.add(${toSource(order)});`;
}

/**
 * Reads the form. A custom response that is not JSON is left out.
 *
 * @param requests the chosen requests
 */
export function readDraft(form: HTMLFormElement, requests: DraftMatch): Draft {
  const formData = new FormData(form);
  const readFields = (names: readonly string[], isNumber = false) =>
    Object.fromEntries(
      names.flatMap((name) => {
        const text = String(formData.get(name) ?? '').trim();
        return text === '' ? [] : [[name, isNumber ? Number(text) : text]];
      }),
    );
  const retryAfter = String(formData.get('retryAfter')).trim();
  const { value } = readResponse(form);
  const changesResponse = value !== undefined || formData.get('status') !== '';
  return {
    match: { ...requests, ...readFields(['method', 'path', 'principal']), ...readFields(['probability'], true) },
    ...readFields(['times', 'after'], true),
    do: {
      ...readFields(['status'], true),
      ...(retryAfter !== '' && { retryAfter: /^\d+$/.test(retryAfter) ? Number(retryAfter) : retryAfter }),
      ...(value !== undefined && { answer: value }),
      ...readFields(['delay', 'drop', 'body']),
      ...(changesResponse && formData.has('offDocument') && { offDocument: true }),
      ...(formData.has('doFirst') && { after: true }),
    },
  };
}

/** Returns the custom response or its JSON error; neither if there is none. */
export function readResponse(form: HTMLFormElement): { readonly value?: object; readonly error?: FieldError } {
  const text = String(new FormData(form).get('answer') ?? '').trim();
  if (text === '') return {};
  try {
    return { value: JSON.parse(text) as object };
  } catch (error) {
    return { error: { field: 'answer', text: `Not valid JSON: ${(error as Error).message}` } };
  }
}

/** An error of a form field. */
export interface FieldError {
  readonly field: string;
  readonly text: string;
}

/** The fields whose name differs from the member of the fault. */
const FIELDS_BY_MEMBER: Readonly<Record<string, string>> = { 'do.after': 'doFirst' };

/** Returns the error of the field that a refusal names, such as `match.operation`; null if it names none. */
export function findFieldError(form: HTMLFormElement | null, text: string): FieldError | null {
  const [, member = ''] = /^Fields? `([\w.]+)`/.exec(text) ?? [];
  const field = FIELDS_BY_MEMBER[member] ?? member.replace(/^(match|do)\./, '').split('.')[0] ?? '';
  return field !== '' && form?.elements.namedItem(field) ? { field, text } : null;
}

/** Returns whether the form has an effect and no error that the page can find. */
export function isComplete(form: HTMLFormElement, { do: action }: Draft): boolean {
  const hasEffect = ['status', 'answer', 'delay', 'drop', 'body'].some((member) => member in action);
  return hasEffect && readResponse(form).error === undefined && form.checkValidity();
}
