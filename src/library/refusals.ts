import type { Decision } from '../../generated/library.ts';
import type { DenyReason } from '../decisions/reasons.ts';
import { ALL_REASONS } from '../services/index.ts';
import { adviseName, listNames } from '../text/nearest.ts';
import { checkAnswer, checkTexts } from './given.ts';
import type { Switchboard } from './switchboard.ts';

/** The content of an answer's `x-mock-decision`. */
export interface DecisionNote {
  readonly id: string;
  readonly effect: 'allow' | 'deny';
  readonly reason?: DenyReason;
  /** How certain the rule is or, without a rule, the reason. Absent if it is documented. */
  readonly certainty?: Decision['certainty'];
  /** The refusal was only recorded, and the request went on: its world observes. */
  readonly enforced?: false;
  /** All missing rights of which each is needed. */
  readonly missing?: readonly string[];
  /** The missing rights of which only one is needed. */
  readonly missingAnyOf?: readonly string[];
  readonly pending?: { readonly version: number; readonly effectiveAt: string; readonly effect: 'allow' | 'deny' };
}

/** An answer from any client: a `Response`, or an object with headers in the form that Node and most libraries use. */
export interface Answered {
  readonly headers: Headers | Readonly<Record<string, unknown>>;
}

/**
 * The decision about the request that led to an answer; null if it carries none.
 *
 * @throws TypeError for anything but an answer
 */
export function decisionOf(answer: Answered): DecisionNote | null {
  checkAnswer(answer);
  const { headers } = answer;
  const text = isHeaders(headers) ? headers.get('x-mock-decision') : headers['x-mock-decision'];
  // The header is JSON of this form (`decisionHeader`).
  return typeof text === 'string' ? JSON.parse(text) : null;
}

/** Headers of any realm and library: some bring a class of their own. */
function isHeaders(headers: Answered['headers']): headers is Headers {
  return typeof headers['get'] === 'function';
}

/** The expected refusal: its reason and, optionally, the missing rights. */
export interface ExpectedRefusal {
  /** A code from `docs/reference/why-was-i-refused.md`. */
  readonly reason: DenyReason;
  /** The missing rights, in any order, including those of which only one is needed. */
  readonly missing?: readonly string[];
  readonly missingAnyOf?: readonly string[];
}

/**
 * How an answer differs from the expected refusal, in a sentence; null if it does not.
 *
 * @param expected a reason alone is enough
 * @throws Error for a reason that does not exist: no answer can have it, so a test that does not expect it proves
 * nothing
 */
export function refusalFault(answer: Answered, expected: DenyReason | ExpectedRefusal): string | null {
  const wanted = typeof expected === 'object' ? expected : { reason: expected };
  checkReason(wanted?.reason);
  for (const member of ['missing', 'missingAnyOf'] as const) {
    if (wanted[member] !== undefined) checkTexts(wanted[member], `the member \`${member}\``, "['list_functions']");
  }
  const note = decisionOf(answer);
  if (note === null)
    return `expected a refusal for \`${wanted.reason}\`, but the answer carries no decision: it is not a refusal, or the server does not explain`;
  if (note.effect === 'allow')
    return `expected a refusal for \`${wanted.reason}\`, but it was allowed (decision ${note.id})${basisOf(note)}`;
  if (note.reason !== wanted.reason)
    return `expected a refusal for \`${wanted.reason}\`, but it was refused for \`${note.reason}\` (decision ${note.id})${basisOf(note)}`;
  return lackFault(note, wanted, 'missing') ?? lackFault(note, wanted, 'missingAnyOf');
}

/** The page that lists every reason. */
const EVERY_REASON = '`docs/reference/why-was-i-refused.md`';

function checkReason(reason: unknown): void {
  if (typeof reason === 'string' && Object.hasOwn(ALL_REASONS, reason)) return;
  const reasons = Object.keys(ALL_REASONS);
  if (reason === undefined)
    throw new TypeError(`there is no reason in the call. Expected one of ${listNames('', reasons, EVERY_REASON)}.`);
  throw new Error(`there is no reason \`${reason}\`.${adviseName(String(reason), reasons, EVERY_REASON)}`);
}

function lackFault(note: DecisionNote, wanted: ExpectedRefusal, member: 'missing' | 'missingAnyOf'): string | null {
  const lacked = [...(note[member] ?? [])].sort();
  const expected = wanted[member];
  if (expected === undefined || JSON.stringify(lacked) === JSON.stringify([...expected].sort())) return null;
  const oneOf = member === 'missing' ? '' : 'one of ';
  return `expected another refusal: it lacked ${oneOf}${lacked.join(', ') || 'nothing'}, not ${oneOf}${expected.join(', ')} (decision ${note.id})${basisOf(note)}`;
}

/** Says that the mock may differ from the vendor here; empty if the answer is documented. */
function basisOf({ id, certainty }: DecisionNote): string {
  if (certainty === undefined) return '';
  return `; this rule is \`${certainty}\`, not documented: \`GET /_mock/decisions/${id}\` has its source`;
}

/** @throws Error unless the answer is the expected refusal */
export function assertRefused(answer: Answered, expected: DenyReason | ExpectedRefusal): void {
  const fault = refusalFault(answer, expected);
  if (fault !== null) throw new Error(fault);
}

/** The latest refusals with their explanations and fixes, for people to read; empty if there are none. */
export async function describeRefusals({ decisions }: Pick<Switchboard, 'decisions'>, limit = 3): Promise<string> {
  const refusals = await decisions.list({ effect: 'deny', limit });
  return refusals.map(describeRefusal).join('\n');
}

/** A refusal as several indented lines. */
export function describeRefusal({ request, explanation, certainty, source, fixes }: Decision): string {
  const basis = certainty === undefined ? [] : [`    this rule is \`${certainty}\`, not documented: ${source}`];
  const lines = fixes.map(({ text, request: call }) => {
    const as = call?.as === undefined ? '' : ` as ${call.as.principal}`;
    const how = call === undefined ? '' : ` (${call.method} ${call.path} ${JSON.stringify(call.body)}${as})`;
    return `    fix: ${text}${how}`;
  });
  return [`  ${request.method} ${request.path}`, `    ${explanation}`, ...basis, ...lines].join('\n');
}
