import type { Decision } from '../../generated/library.ts';
import type { DenyReason } from '../decisions/reasons.ts';
import { adviseName, listNames } from '../lib/nearest.ts';
import { ALL_REASONS } from '../services/index.ts';
import { checkResponse, checkTexts } from './check-arguments.ts';
import type { ControlClient } from './control-client.ts';

/** The content of the response header `x-mock-decision`. */
export interface DecisionNote {
  readonly id: string;
  readonly effect: 'allow' | 'deny';
  readonly reason?: DenyReason;
  /** The certainty of the rule, or of the reason if there is no rule. Absent if documented. */
  readonly certainty?: Decision['certainty'];
  /** The missing rights, all of which are needed. */
  readonly missing?: readonly string[];
  /** The missing rights, of which one is enough. */
  readonly missingAnyOf?: readonly string[];
  readonly pending?: { readonly version: number; readonly effectiveAt: string; readonly effect: 'allow' | 'deny' };
  /** Where the console shows a refused request. Absent if the mock does not listen. */
  readonly see?: string;
}

/** A response of any client: a `Response`, or an object with headers as Node and most libraries have them. */
export interface Answered {
  readonly headers: Headers | Readonly<Record<string, unknown>>;
}

/** Returns the decision in the headers of a response, or null. @throws TypeError unless it is a response */
export function decisionOf(response: Answered): DecisionNote | null {
  checkResponse(response);
  const { headers } = response;
  const text = isHeaders(headers) ? headers.get('x-mock-decision') : headers['x-mock-decision'];
  // The header is JSON in this form (`createDecisionHeader`).
  return typeof text === 'string' ? JSON.parse(text) : null;
}

/** Returns whether these are `Headers`. Checks for their method, because they may be from another realm or library. */
function isHeaders(headers: Answered['headers']): headers is Headers {
  return typeof headers['get'] === 'function';
}

/** The expected refusal: its reason and, optionally, the missing rights. */
export interface ExpectedRefusal {
  /** A code from `docs/reference/why-was-i-refused.md`. */
  readonly reason: DenyReason;
  /** The missing rights in any order; for `missingAnyOf`, those of which one is enough. */
  readonly missing?: readonly string[];
  readonly missingAnyOf?: readonly string[];
}

/** Returns how a response differs, as a sentence, or null. @throws Error for an unknown reason, even for `not` */
export function describeMismatch(response: Answered, expected: DenyReason | ExpectedRefusal): string | null {
  const expectation = typeof expected === 'object' ? expected : { reason: expected };
  checkReason(expectation?.reason);
  for (const member of ['missing', 'missingAnyOf'] as const) {
    if (expectation[member] !== undefined)
      checkTexts(expectation[member], `the member \`${member}\``, "['list_functions']");
  }
  const note = decisionOf(response);
  if (note === null)
    return `expected a refusal for \`${expectation.reason}\`, but the response has no decision: it is not a refusal, or the server runs with \`--explain off\``;
  if (note.effect === 'allow')
    return `expected a refusal for \`${expectation.reason}\`, but it was allowed (decision ${note.id})${describeBasis(note)}`;
  if (note.reason !== expectation.reason)
    return `expected a refusal for \`${expectation.reason}\`, but it was refused for \`${note.reason}\` (decision ${note.id})${describeBasis(note)}`;
  return (
    describeRightsMismatch(note, expectation, 'missing') ?? describeRightsMismatch(note, expectation, 'missingAnyOf')
  );
}

const REASONS_PAGE = '`docs/reference/why-was-i-refused.md`';

/** @throws Error for an unknown reason, TypeError without a reason */
function checkReason(reason: unknown): void {
  if (typeof reason === 'string' && Object.hasOwn(ALL_REASONS, reason)) return;
  const reasons = Object.keys(ALL_REASONS);
  if (reason === undefined)
    throw new TypeError(`the reason is missing. Expected one of ${listNames('', reasons, REASONS_PAGE)}.`);
  throw new Error(`unknown reason \`${reason}\`.${adviseName(String(reason), reasons, REASONS_PAGE)}`);
}

/** Returns how the missing rights differ from the expected ones; null if they don't, or if none are expected. */
function describeRightsMismatch(
  note: DecisionNote,
  expectation: ExpectedRefusal,
  member: 'missing' | 'missingAnyOf',
): string | null {
  const missing = [...(note[member] ?? [])].sort();
  const expected = expectation[member];
  if (expected === undefined || JSON.stringify(missing) === JSON.stringify([...expected].sort())) return null;
  const oneOf = member === 'missing' ? '' : 'one of ';
  return `expected another refusal: it lacked ${oneOf}${missing.join(', ') || 'nothing'}, not ${oneOf}${expected.join(', ')} (decision ${note.id})${describeBasis(note)}`;
}

/** Explains that the mock may differ from the vendor here; empty if the behaviour is documented. */
function describeBasis({ id, certainty }: DecisionNote): string {
  if (certainty === undefined) return '';
  return `; this rule is \`${certainty}\`, not documented: \`GET /_mock/decisions/${id}\` has its source`;
}

/** @throws Error unless the response is the expected refusal */
export function assertRefused(response: Answered, expected: DenyReason | ExpectedRefusal): void {
  const mismatch = describeMismatch(response, expected);
  if (mismatch !== null) throw new Error(mismatch);
}

/** Describes the latest refusals with explanations and fixes; empty if there are none. */
export async function describeRefusals({ decisions }: Pick<ControlClient, 'decisions'>, limit = 3): Promise<string> {
  const refusals = await decisions.list({ effect: 'deny', limit });
  return refusals.map(describeRefusal).join('\n');
}

/** Formats a refusal as several indented lines. */
export function describeRefusal({ request, explanation, certainty, source, fixes }: Decision): string {
  const basis = certainty === undefined ? [] : [`    this rule is \`${certainty}\`, not documented: ${source}`];
  const lines = fixes.map(({ text, request: call }) => {
    const as = call?.as === undefined ? '' : ` as ${call.as.principal}`;
    const how = call === undefined ? '' : ` (${call.method} ${call.path} ${JSON.stringify(call.body)}${as})`;
    return `    fix: ${text}${how}`;
  });
  return [`  ${request.method} ${request.path}`, `    ${explanation}`, ...basis, ...lines].join('\n');
}
