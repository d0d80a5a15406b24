import type { Schema } from '../../contract/documented.ts';
import { invalidRequest } from '../../decisions/problem.ts';
import type { Outcome } from '../../decisions/responses/outcome.ts';
import type { Routes } from '../../http/routes.ts';
import { checkMatch, findPossibleOperations, type KnownNames } from '../../journal/check.ts';
import { type FaultAction, type FaultOrder, hidesStatus, momentOf } from '../../journal/faults/fault.ts';
import { isErrorStatus } from '../../journal/faults/outcome.ts';
import { assertOwnAnswer, createOwnOutcome } from '../../journal/faults/own-answer.ts';
import type { Instant } from '../../lib/clock.ts';
import { describeDurations, parseDuration } from '../../lib/duration.ts';
import { keysOf } from '../../lib/members.ts';
import { readDuration, readDurationFromNow } from './durations.ts';

type Order = Schema<'control', 'FaultOrder'>;

const MAX_DELAY_MS = 300_000;

/** In characters of JSON. */
const MAX_MATCH_LENGTH = 16_384;

/** @throws Problem for an invalid field, or one that prevents the fault from ever being injected */
export function readFaultOrder(order: Order, knownNames: KnownNames, now: Instant): FaultOrder {
  const { match: { probability = 1, seed = '1', ...criteria } = {}, times = null, after = 0 } = order;
  if (JSON.stringify(criteria).length > MAX_MATCH_LENGTH) {
    throw invalidRequest(`Field \`match\` is too long; expected up to ${MAX_MATCH_LENGTH} characters.`);
  }
  if (probability === 0) {
    const message =
      'Field `match.probability` is 0, so the fault would never be injected; expected a number above 0 and up to 1.';
    throw invalidRequest(message);
  }
  const action = checkAction(order.do);
  const until = order.for === undefined ? null : now + readDurationFromNow('for', order.for, now);
  if (action.retryAfter === 'end' && until === null) {
    throw invalidRequest('Field `do.retryAfter` is `end`, which requires `for`; send a duration in `for`.');
  }
  const match = checkMatch(criteria, knownNames, (name) => `Field \`match.${name}\``, true);
  for (const member of ['status', 'reason'] as const) {
    if (match[member] === undefined || momentOf(action) === 'answer') continue;
    const message = `Field \`match.${member}\` is known only after the request has been answered, but this fault is injected before; send \`do.after\` as true, or omit \`match.${member}\`.`;
    throw invalidRequest(message);
  }
  return { match, probability, seed, times, after, action, until };
}

function checkAction(action: Order['do']): FaultAction {
  const { status, answer, retryAfter, delay, drop, body, after, offDocument } = action;
  if ((status ?? answer ?? delay ?? drop ?? body) === undefined) {
    const problem =
      offDocument === true || retryAfter !== undefined ? 'Field `do.status` is missing' : 'Field `do` is empty';
    throw invalidRequest(`${problem}; expected one of \`status\`, \`answer\`, \`delay\`, \`drop\`, \`body\`.`);
  }
  if (status === undefined && retryAfter !== undefined) {
    const advice = answer === undefined ? 'send `do.status` too' : 'send it as `retry-after` in `do.answer.headers`';
    throw invalidRequest(`Field \`do.retryAfter\` requires \`do.status\`; ${advice}.`);
  }
  if (status === undefined && answer === undefined && offDocument === true) {
    const message = 'Field `do.offDocument` requires a response from the fault; send `do.status` or `do.answer` too.';
    throw invalidRequest(message);
  }
  if (answer !== undefined) {
    const members = { status: status !== undefined, drop: hidesStatus({ drop }), body: body !== undefined };
    const conflicting = keysOf(members).find((member) => members[member]);
    if (conflicting !== undefined) {
      throw invalidRequest(`Fields \`do.answer\` and \`do.${conflicting}\` exclude each other; send one of them.`);
    }
    assertOwnAnswer(answer);
  }
  if (drop !== undefined && body !== undefined) {
    throw invalidRequest('Fields `do.drop` and `do.body` exclude each other; send one of them.');
  }
  if (status !== undefined && hidesStatus({ drop })) {
    const message = `Field \`do.status\` would never be seen, because \`do.drop\` closes the connection ${drop === 'before' ? 'before the response' : 'within the headers'}.`;
    throw invalidRequest(message);
  }
  return {
    ...(status !== undefined && { status }),
    ...(answer !== undefined && { answer }),
    ...(retryAfter !== undefined && { retryAfter: readRetryAfter(retryAfter) }),
    ...(delay !== undefined && { delay: readDelay(delay) }),
    ...(drop !== undefined && { drop }),
    ...(body !== undefined && { body }),
    ...(after === true && { after }),
  };
}

/** Returns whole seconds (RFC 9110, section 10.2.3). */
function readRetryAfter(retryAfter: NonNullable<Order['do']['retryAfter']>): number | 'end' {
  if (typeof retryAfter === 'number' || retryAfter === 'end') return retryAfter;
  const milliseconds = parseDuration(retryAfter);
  if (milliseconds !== null) return Math.ceil(milliseconds / 1000);
  throw invalidRequest(
    `Field \`do.retryAfter\` must be a number of seconds, ${describeDurations(retryAfter)}, or \`end\`.`,
  );
}

function readDelay(delay: NonNullable<Order['do']['delay']>): { readonly min: number; readonly max: number } {
  if (typeof delay === 'string') {
    const milliseconds = readDelayLimit(delay, 'do.delay');
    return { min: milliseconds, max: milliseconds };
  }
  const [min, max] = [readDelayLimit(delay.min, 'do.delay.min'), readDelayLimit(delay.max, 'do.delay.max')];
  if (min <= max) return { min, max };
  throw invalidRequest('Field `do.delay.min` must not be longer than `do.delay.max`.');
}

function readDelayLimit(text: string, field: string): number {
  return readDuration(field, text, (milliseconds) => milliseconds <= MAX_DELAY_MS, ', up to 5 minutes');
}

const MAX_LISTED_OPERATIONS = 3;

/** @returns whether the vendor can respond so; null without a response @throws Problem unless `isOffDocument` */
export async function assertDocumentedAnswer(
  { match, action }: FaultOrder,
  isOffDocument: boolean,
  { operations }: KnownNames,
  routes: Routes,
): Promise<'documented' | 'ours' | null> {
  const { answer } = action;
  const status = action.status ?? answer?.status;
  if (status === undefined) return null;
  const member = answer === undefined ? 'do.status' : 'do.answer.status';
  if (answer === undefined && !isErrorStatus(status)) {
    throw invalidRequest(`Field \`do.status\` must be an HTTP error status from 400 to 599; got ${status}.`);
  }
  const affected = findPossibleOperations(match, operations);
  const undocumented: string[] = [];
  for (const { service, id } of affected) {
    // Versions of a document share operation ids, so an id can occur twice.
    if (undocumented.includes(id)) continue;
    const documented = await routes.statusesOf(service, id);
    if (!documented.includes(status)) undocumented.push(id);
  }
  if (undocumented.length === 0) {
    const violation = answer === undefined ? null : await findViolation(affected, createOwnOutcome(answer), routes);
    if (violation === null) return 'documented';
    if (isOffDocument) return 'ours';
    const message = `Field \`do.answer\` does not match the document: ${violation}. To send this response anyway, set \`do.offDocument\` to true.`;
    throw invalidRequest(message);
  }
  if (isOffDocument) return 'ours';
  if (affected.length === operations.length) {
    const problem = Object.keys(match).length === 0 ? 'is missing or empty' : 'does not select operations';
    const message = `Field \`match\` ${problem}, so it matches every operation, but not every operation has the status ${status} in the vendor's document. Select operations, such as \`{"match": {"operation": "${undocumented[0]}"}}\`. To respond with ${status} anyway, set \`do.offDocument\` to true.`;
    throw invalidRequest(message);
  }

  const [first, ...rest] = affected;
  const documented = first !== undefined && rest.length === 0 ? await routes.statusesOf(first.service, first.id) : [];
  const errors = documented.filter(isErrorStatus).sort((left, right) => left - right);
  const hint = errors.length > 0 ? `; the documented errors are ${errors.join(', ')}` : '';
  const message = `Field \`${member}\`: the vendor's document has no status ${status} for ${joinOperations(undocumented)}${hint}. To respond with ${status} anyway, set \`do.offDocument\` to true.`;
  throw invalidRequest(message);
}

function joinOperations(ids: readonly string[]): string {
  const names = ids.slice(0, MAX_LISTED_OPERATIONS).map((id) => `\`${id}\``);
  if (ids.length > names.length) return `${names.join(', ')} and ${ids.length - names.length} more`;
  return names.length === 1 ? `${names[0]}` : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}

/** Describes how a response violates the document of one of these operations; null if it matches all. */
async function findViolation(
  operations: readonly { readonly service: string; readonly id: string }[],
  response: Outcome,
  routes: Routes,
): Promise<string | null> {
  for (const { service, id } of operations) {
    const violation = await routes.describeAnswerViolation(service, id, response);
    if (violation !== null) return violation;
  }
  return null;
}
