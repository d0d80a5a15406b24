import type { BrokenAt, SpoiledBody } from '../../control-api/types.ts';
import { sourceOf } from '../../parts/code.tsx';

/** The kinds of faults in words, all that the document has. */
export const BROKEN_AT: Readonly<Record<BrokenAt, string>> = {
  before: 'before the answer',
  headers: 'in the headers',
  body: 'in the body',
};
export const SPOILED_BODY: Readonly<Record<SpoiledBody, string>> = {
  empty: 'empty',
  truncated: 'truncated',
  garbage: 'garbage',
  slow: 'slow',
};

/** The requests that a fault affects, as a form has them. */
export type Match = Readonly<Record<string, string | number | readonly string[]>>;

/** A fault as a form has it: whether it can be is what the control API says. */
export interface Draft {
  readonly match: Match;
  readonly times?: number;
  readonly after?: number;
  readonly do: Readonly<Record<string, string | number | boolean | object>>;
}

/** The preset that is no fault: it lets tokens expire. */
export const EXPIRED = 'Expired token';

/** What goes wrong most often, by the fields of the form that say it. */
export const PRESETS: readonly (readonly [label: string, fields: Readonly<Record<string, string>>])[] = [
  ['503', { status: '503' }],
  ['Slow, 2 s', { delay: '2s' }],
  ['Dropped connection', { drop: 'before' }],
  ['401 Unauthorized', { status: '401' }],
  ['429 with Retry-After', { status: '429', retryAfter: '3' }],
  ['Garbage body', { body: 'garbage' }],
  [EXPIRED, {}],
];

/** The fields that say what happens, without those that are ticked. */
export const HAPPENS = ['status', 'retryAfter', 'delay', 'drop', 'body', 'answer'];

/** Fills in what happens; which requests, and how often, stay. */
export function fillIn(form: HTMLFormElement, fields: Readonly<Record<string, string>>, isOneOperation: boolean): void {
  for (const name of HAPPENS) fieldIn(form, name).value = fields[name] ?? '';
  fieldIn(form, 'doFirst').checked = false;
  allowUndocumented(form, isOneOperation);
}

/** Ticks that answers may be undocumented: of several operations, there is always one whose document lacks the status. */
export function allowUndocumented(form: HTMLFormElement, isOneOperation: boolean): void {
  fieldIn(form, 'offDocument').checked = !isOneOperation && fieldIn(form, 'status').value !== '';
}

/** Empties the status where a field was filled in that rules it out. */
export function dropStatus(
  form: HTMLFormElement,
  { name, value }: { readonly name: string; readonly value: string },
): void {
  const isAnswer = name === 'answer' && value.trim() !== '';
  if (!isAnswer && !(name === 'drop' && ['before', 'headers'].includes(value))) return;
  for (const ruledOut of ['status', 'retryAfter']) fieldIn(form, ruledOut).value = '';
}

function fieldIn(form: HTMLFormElement, name: string): HTMLInputElement {
  return form.elements.namedItem(name) as HTMLInputElement;
}

/** Lines of a test that make such a fault. */
export function toCode({ match, times, after, do: action }: Draft): string {
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

/**
 * What is filled in; numbers as numbers. An answer that is not JSON is left out.
 *
 * @param requests those that are chosen
 */
export function readDraft(form: HTMLFormElement, requests: Match): Draft {
  const given = new FormData(form);
  const filled = (names: readonly string[], isNumber = false) =>
    Object.fromEntries(
      names.flatMap((name) => {
        const text = String(given.get(name) ?? '').trim();
        return text === '' ? [] : [[name, isNumber ? Number(text) : text]];
      }),
    );
  const retryAfter = String(given.get('retryAfter')).trim();
  const { value } = answerIn(form);
  const answers = value !== undefined || given.get('status') !== '';
  return {
    match: { ...requests, ...filled(['method', 'path', 'principal']), ...filled(['probability'], true) },
    ...filled(['times', 'after'], true),
    do: {
      ...filled(['status'], true),
      ...(retryAfter !== '' && { retryAfter: /^\d+$/.test(retryAfter) ? Number(retryAfter) : retryAfter }),
      ...(value !== undefined && { answer: value }),
      ...filled(['delay', 'drop', 'body']),
      ...(answers && given.has('offDocument') && { offDocument: true }),
      ...(given.has('doFirst') && { after: true }),
    },
  };
}

/** A custom answer, or what is wrong with its JSON; neither if there is no answer. */
export function answerIn(form: HTMLFormElement): { readonly value?: object; readonly wrong?: Wrong } {
  const text = String(new FormData(form).get('answer') ?? '').trim();
  if (text === '') return {};
  try {
    return { value: JSON.parse(text) as object };
  } catch (thrown) {
    return { wrong: { field: 'answer', text: `This is not JSON: ${(thrown as Error).message}` } };
  }
}

/** What is wrong with a field of the form. */
export interface Wrong {
  readonly field: string;
  readonly text: string;
}

/** Form fields with another name than their members. */
const FIELDS: Readonly<Record<string, string>> = { 'do.after': 'doFirst' };

/** Which field a refusal is about: it names a member, such as `match.operation`. Null if it is about none of them. */
export function wrongIn(form: HTMLFormElement | null, text: string): Wrong | null {
  const [, member = ''] = /^Fields? `([\w.]+)`/.exec(text) ?? [];
  const field = FIELDS[member] ?? member.replace(/^(match|do)\./, '').split('.')[0] ?? '';
  return field !== '' && form?.elements.namedItem(field) ? { field, text } : null;
}

/** Would the control API take it, as far as can be seen before it is asked? */
export function isWhole(form: HTMLFormElement, { do: action }: Draft): boolean {
  const happens = ['status', 'answer', 'delay', 'drop', 'body'].some((member) => member in action);
  return happens && answerIn(form).wrong === undefined && form.checkValidity();
}
