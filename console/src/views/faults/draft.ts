import type { BrokenAt, SpoiledBody } from '../../control-api/types.ts';
import { toSource } from '../../parts/code.tsx';

/** Labels of the values that the control API has. */
export const BROKEN_AT: Readonly<Record<BrokenAt, string>> = {
  before: 'before the response',
  headers: 'in the headers',
  body: 'in the body',
};
export const SPOILED_BODY: Readonly<Record<SpoiledBody, string>> = {
  empty: 'empty',
  truncated: 'truncated',
  garbage: 'garbage',
  slow: 'slow',
};

/** The requests that a fault affects, as entered in the form. */
export type Match = Readonly<Record<string, string | number | readonly string[]>>;

/** A fault as entered in the form. The control API validates it. */
export interface Draft {
  readonly match: Match;
  readonly times?: number;
  readonly after?: number;
  readonly do: Readonly<Record<string, string | number | boolean | object>>;
}

/** The preset that moves the clock instead of adding a fault. */
export const EXPIRED = 'Expired token';

/** The most common faults, as values of form fields. */
export const PRESETS: readonly (readonly [label: string, fields: Readonly<Record<string, string>>])[] = [
  ['503', { status: '503' }],
  ['Slow, 2 s', { delay: '2s' }],
  ['Dropped connection', { drop: 'before' }],
  ['401 Unauthorized', { status: '401' }],
  ['429 with Retry-After', { status: '429', retryAfter: '3' }],
  ['Garbage body', { body: 'garbage' }],
  [EXPIRED, {}],
];

/** The fields for what happens, without the checkboxes. */
export const EFFECT_FIELDS = ['status', 'retryAfter', 'delay', 'drop', 'body', 'answer'];

/** Fills in what happens, and keeps which requests and how often. */
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
export function dropStatus(
  form: HTMLFormElement,
  { name, value }: { readonly name: string; readonly value: string },
): void {
  const isCustomResponse = name === 'answer' && value.trim() !== '';
  if (!isCustomResponse && !(name === 'drop' && ['before', 'headers'].includes(value))) return;
  for (const ruledOut of ['status', 'retryAfter']) findField(form, ruledOut).value = '';
}

function findField(form: HTMLFormElement, name: string): HTMLInputElement {
  return form.elements.namedItem(name) as HTMLInputElement;
}

/** Returns test code that adds the fault. */
export function toCode({ match, times, after, do: action }: Draft): string {
  const { operation, ...others } = match;
  const isShort = typeof operation === 'string' && Object.keys(others).length === 0 && times !== undefined && !after;
  if (isShort) {
    const options = { ...action, ...(times !== 1 && { times }) };
    return `await mock.faults.next(${toSource(operation)}, ${toSource(options)});`;
  }
  const order = {
    ...(Object.keys(match).length > 0 && { match }),
    ...(times !== undefined && { times }),
    ...(after && { after }),
    do: action,
  };
  return `await mock.faults.add(${toSource(order)});`;
}

/**
 * Reads the form. A custom response that is not JSON is left out.
 *
 * @param requests the chosen requests
 */
export function readDraft(form: HTMLFormElement, requests: Match): Draft {
  const given = new FormData(form);
  const readFields = (names: readonly string[], isNumber = false) =>
    Object.fromEntries(
      names.flatMap((name) => {
        const text = String(given.get(name) ?? '').trim();
        return text === '' ? [] : [[name, isNumber ? Number(text) : text]];
      }),
    );
  const retryAfter = String(given.get('retryAfter')).trim();
  const { value } = readResponse(form);
  const changesResponse = value !== undefined || given.get('status') !== '';
  return {
    match: { ...requests, ...readFields(['method', 'path', 'principal']), ...readFields(['probability'], true) },
    ...readFields(['times', 'after'], true),
    do: {
      ...readFields(['status'], true),
      ...(retryAfter !== '' && { retryAfter: /^\d+$/.test(retryAfter) ? Number(retryAfter) : retryAfter }),
      ...(value !== undefined && { answer: value }),
      ...readFields(['delay', 'drop', 'body']),
      ...(changesResponse && given.has('offDocument') && { offDocument: true }),
      ...(given.has('doFirst') && { after: true }),
    },
  };
}

/** Returns the custom response or its JSON error; neither if there is none. */
export function readResponse(form: HTMLFormElement): { readonly value?: object; readonly wrong?: FieldError } {
  const text = String(new FormData(form).get('answer') ?? '').trim();
  if (text === '') return {};
  try {
    return { value: JSON.parse(text) as object };
  } catch (thrown) {
    return { wrong: { field: 'answer', text: `Not valid JSON: ${(thrown as Error).message}` } };
  }
}

/** An error of a form field. */
export interface FieldError {
  readonly field: string;
  readonly text: string;
}

/** Fields whose name differs from their member. */
const FIELDS: Readonly<Record<string, string>> = { 'do.after': 'doFirst' };

/** Finds the field that a refusal names, such as `match.operation`. Null if it names none. */
export function findFieldError(form: HTMLFormElement | null, text: string): FieldError | null {
  const [, member = ''] = /^Fields? `([\w.]+)`/.exec(text) ?? [];
  const field = FIELDS[member] ?? member.replace(/^(match|do)\./, '').split('.')[0] ?? '';
  return field !== '' && form?.elements.namedItem(field) ? { field, text } : null;
}

/** Whether the form is complete, as far as the page can tell. */
export function isComplete(form: HTMLFormElement, { do: action }: Draft): boolean {
  const hasEffect = ['status', 'answer', 'delay', 'drop', 'body'].some((member) => member in action);
  return hasEffect && readResponse(form).wrong === undefined && form.checkValidity();
}
