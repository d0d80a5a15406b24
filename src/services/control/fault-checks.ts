import type { Schema } from '../../contract/documented.ts';
import { DURATION_FORMS, parseDuration } from '../../core/duration.ts';
import { Problem } from '../../core/problem.ts';
import { type FaultAction, type FaultOrder, hidesStatus, momentOf } from '../../faults/fault.ts';
import { isErrorStatus } from '../../faults/outcome.ts';
import { checkMatch, type Known, operationsLike } from '../../journal/check.ts';
import type { Ports } from './ports.ts';

type Order = Schema<'control', 'FaultOrder'>;

/** The longest delay that a fault may have, in milliseconds. */
const LONGEST_DELAY = 300_000;

/** The longest match, in characters of its JSON. */
const MOST_MATCH = 16_384;

/** The seed of faults that are ordered without one. */
const DEFAULT_SEED = '1';

/** @throws Problem naming the field that is invalid, or with which the fault would never be injected */
export function checkedFault(order: Order, known: Known): FaultOrder {
  const { match: { probability = 1, seed = DEFAULT_SEED, ...given } = {}, times = null, after = 0 } = order;
  if (JSON.stringify(given).length > MOST_MATCH) {
    throw new Problem('invalid_request', `Field \`match\` may have ${MOST_MATCH} characters; it has more.`);
  }
  if (probability === 0) {
    throw new Problem(
      'invalid_request',
      'Field `match.probability` is 0, so the fault would never be injected; expected a number above 0, up to 1.',
    );
  }
  const action = checkedAction(order.do);
  const match = checkMatch(given, known, (name) => `Field \`match.${name}\``, true);
  for (const member of ['status', 'reason'] as const) {
    if (match[member] === undefined || momentOf(action) === 'answer') continue;
    throw new Problem(
      'invalid_request',
      `Field \`match.${member}\` is known only after the request was answered, but this fault is injected before the request is processed; send \`do.after\` as true, or leave \`match.${member}\` out.`,
    );
  }
  return { match, probability, seed, times, after, action, until: null, drill: null };
}

function checkedAction({ status, retryAfter, delay, drop, body, after, offDocument }: Order['do']): FaultAction {
  if (status === undefined && delay === undefined && drop === undefined && body === undefined) {
    const fault =
      offDocument === true || retryAfter !== undefined ? 'Field `do.status` is missing' : 'Field `do` is empty';
    throw new Problem('invalid_request', `${fault}; expected one of \`status\`, \`delay\`, \`drop\`, \`body\`.`);
  }
  if (status === undefined && (retryAfter !== undefined || offDocument === true)) {
    const member = retryAfter === undefined ? 'offDocument' : 'retryAfter';
    throw new Problem(
      'invalid_request',
      `Field \`do.${member}\` belongs to an answer that the fault gives; send \`do.status\`, too.`,
    );
  }
  if (drop !== undefined && body !== undefined) {
    throw new Problem('invalid_request', 'Fields `do.drop` and `do.body` exclude each other; send one of them.');
  }
  if (status !== undefined && hidesStatus({ drop })) {
    const message = `Field \`do.status\` would never be seen, because \`do.drop\` breaks the connection in the ${drop === 'before' ? 'beginning' : 'headers'}.`;
    throw new Problem('invalid_request', message);
  }
  return {
    ...(status !== undefined && { status }),
    ...(retryAfter !== undefined && { retryAfter: secondsOf(retryAfter) }),
    ...(delay !== undefined && { delay: delayOf(delay) }),
    ...(drop !== undefined && { drop }),
    ...(body !== undefined && { body }),
    ...(after === true && { after }),
  };
}

/** Whole seconds (RFC 9110, 10.2.3). */
function secondsOf(retryAfter: NonNullable<Order['do']['retryAfter']>): number {
  if (typeof retryAfter === 'number') return retryAfter;
  const milliseconds = parseDuration(retryAfter);
  if (milliseconds !== null) return Math.ceil(milliseconds / 1000);
  throw new Problem('invalid_request', `Field \`do.retryAfter\` must be a number of seconds, or ${DURATION_FORMS}.`);
}

function delayOf(delay: NonNullable<Order['do']['delay']>): { readonly min: number; readonly max: number } {
  if (typeof delay === 'string') {
    const milliseconds = millisecondsOf(delay, 'do.delay');
    return { min: milliseconds, max: milliseconds };
  }
  const [min, max] = [millisecondsOf(delay.min, 'do.delay.min'), millisecondsOf(delay.max, 'do.delay.max')];
  if (min <= max) return { min, max };
  throw new Problem('invalid_request', 'Field `do.delay.min` must not be longer than `do.delay.max`.');
}

function millisecondsOf(text: string, field: string): number {
  const milliseconds = parseDuration(text);
  if (milliseconds !== null && milliseconds <= LONGEST_DELAY) return milliseconds;
  throw new Problem('invalid_request', `Field \`${field}\` must be ${DURATION_FORMS}, of at most 5 minutes.`);
}

/** The most operations that a message names. */
const MOST_NAMED = 3;

/**
 * Checks that the documents list the status of a fault for every operation that the fault can affect.
 *
 * @param isOffDocument accepts a status that they do not list
 * @returns the certainty that the vendor answers with this status; null if the fault has no status
 * @throws Problem if a document does not list the status, and `isOffDocument` is false
 */
export async function checkStatus(
  { match, action: { status } }: FaultOrder,
  isOffDocument: boolean,
  { knownNames: known, statusesOf }: Ports,
): Promise<'documented' | 'inferred' | null> {
  if (status === undefined) return null;
  if (!isErrorStatus(status)) {
    throw new Problem(
      'invalid_request',
      `Field \`do.status\` must be an error status of HTTP, from 400 to 511; got ${status}.`,
    );
  }
  const { operations } = known();
  const affected = operationsLike(match, operations);
  const without: string[] = [];
  for (const { service, id } of affected) {
    // Several versions of a document have operations of the same name.
    if (!(await statusesOf(service, id)).includes(status) && !without.includes(id)) without.push(id);
  }
  if (without.length === 0) return 'documented';
  if (isOffDocument) return 'inferred';
  if (affected.length === operations.length) {
    const what = Object.keys(match).length === 0 ? 'is left out or empty' : 'chooses no operations';
    throw new Problem(
      'invalid_request',
      `Field \`match\` ${what}, which means every operation, but not every operation has the status ${status} in its document. Choose some, such as \`{"match": {"operation": "${without[0]}"}}\`. To answer ${status} all the same, send \`do.offDocument\` as true.`,
    );
  }
  const names = without.slice(0, MOST_NAMED).map((id) => `\`${id}\``);
  const more = without.length - names.length;
  const who =
    without.length === 1
      ? `${names[0]} answers`
      : more > 0
        ? `${names.join(', ')} and ${more} more answer`
        : `${names.slice(0, -1).join(', ')} and ${names.at(-1)} answer`;
  const [only] = affected;
  const documented = only !== undefined && affected.length === 1 ? await statusesOf(only.service, only.id) : [];
  const errors = documented.filter(isErrorStatus).sort((one, other) => one - other);
  const there = errors.length > 0 ? `; its document has ${errors.join(', ')}` : '';
  throw new Problem(
    'invalid_request',
    `Field \`do.status\`: no document says that ${who} ${status}${there}. To answer ${status} all the same, send \`do.offDocument\` as true.`,
  );
}
