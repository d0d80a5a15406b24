import { assertStorable } from '../../contract/storable-text.ts';
import { invalidRequest, Problem } from '../../decisions/problem.ts';
import type { OperationRow } from '../../decisions/rule.ts';
import { storeBody } from '../../journal/entry.ts';
import { isRecord, own } from '../../lib/members.ts';
import { findNear } from '../../lib/nearest.ts';
import { showPath } from '../../lib/redact.ts';
import { type ReceivedBody, usePageNames } from '../bodies.ts';
import { readQueryValue } from '../openapi/operation.ts';
import { listUndocumentedMembers, listUndocumentedQuery } from '../openapi/undocumented.ts';
import type { Operation } from '../openapi.ts';
import { presentsKey } from '../presented-credentials.ts';
import type { WorldRequest } from '../request.ts';
import { reportForeignCredentials } from './select-world.ts';

/** Unknown query parameters are ignored, like vendors do. The control API refuses them: they are mistakes. */
export function validateRequest(request: WorldRequest): void {
  const { route, query, params, body, hints } = request;
  const { operation, row, service } = route;
  // No later step may store it.
  if (request.notes.hasRealCredential && !presentsKey(route, request)) {
    throw new Problem(
      'invalid_request',
      'The request contains a key that no mock issued, and that may be real. Send a key of this mock instead, and consider revoking the real one.',
      { reason: 'foreign_credential' },
    );
  }
  if (request.server.strict) refuseUndocumented(request);
  if (service.isControlApi !== true) ignoreOtherParameters(operation, request);
  for (const [name, value] of Object.entries(query)) {
    query[name] = readQueryValue(own(operation.queryTypes, name), value);
  }
  reportOtherMembers(operation, request);
  if (service.isControlApi !== true) reportMisspelt(request);
  const sent = { ...query };
  const fault = operation.findRequestViolation({ path: params, query, body });
  if (fault === null) {
    refuseOtherNumerals(operation, sent, query);
    assertStorable('Query parameter', query);
    assertStorable('Field', body);
    return;
  }
  const { otherVersions } = fault;
  const sentence = usePageNames(fault.sentence, row);
  if (otherVersions.length > 0) {
    const message = `${operation.id} was refused for a value that only ${otherVersions.join(', ')} has: ${sentence}`;
    hints.add('other_version', message);
  }
  throw invalidRequest(sentence);
}

const MAX_NUMERAL_LENGTH = 40;

/** Refuses `0x10` and `1e1`, which ajv's coercion accepts, but which are probably mistakes. */
function refuseOtherNumerals({ queryTypes }: Operation, sent: Query, query: Query): void {
  for (const [name, value] of Object.entries(query)) {
    if (typeof value !== 'number') continue;
    const isWhole = queryTypes[name] !== 'number';
    const form = isWhole ? INTEGER : DECIMAL;
    if (form.test(String(sent[name]))) continue;
    throw invalidRequest(
      `Query parameter \`${name}\` is not valid; expected a ${isWhole ? 'whole ' : ''}number in decimal digits, got \`${String(sent[name]).slice(0, MAX_NUMERAL_LENGTH)}\`.`,
    );
  }
}

const INTEGER = /^-?\d+$/;
const DECIMAL = /^-?\d+(?:\.\d+)?$/;

type Query = Readonly<Record<string, unknown>>;

function ignoreOtherParameters({ id, queryNames }: Operation, { query, hints }: WorldRequest): void {
  if (queryNames === 'any') return;
  for (const { name, near } of otherNames(query, queryNames)) {
    delete query[name];
    hints.add('undocumented_query', describeIgnored(id, 'query parameter', name, near));
  }
}

function otherNames(given: Query, known: readonly string[]) {
  const unknown = Object.keys(given).filter((name) => !known.includes(name));
  const free = known.filter((name) => !Object.hasOwn(given, name));
  return unknown.map((name, index) => ({ name, near: index < MAX_COMPARED ? findNear(name, free) : undefined }));
}

/** Describes an ignored name. Does not say that the request succeeded, because a later step may refuse it. */
function describeIgnored(
  id: string,
  kind: 'query parameter' | 'field',
  name: string,
  near: string | undefined,
): string {
  const advice = near === undefined ? '' : ` Did you mean \`${near}\`?`;
  return `${id} was called with the ${kind} \`${showPath(name)}\`, which its document does not list. It has no effect.${advice}`;
}

/** Refuses undocumented input with `--strict`. The control API always does, in its own words. */
function refuseUndocumented({ route: { operation, row }, query, body }: WorldRequest): void {
  const [parameter] = listUndocumentedQuery(operation.queryNames, Object.keys(query));
  if (parameter !== undefined) throw createUndocumentedProblem(`query parameter \`${parameter.path}\``, parameter.near);
  const [member] = listUndocumentedMembers(operation.bodySchema(), body);
  if (member !== undefined) throw createUndocumentedProblem(`field \`${member.path}\``, member.near, row);
}

function createUndocumentedProblem(
  subject: string,
  near: string | undefined,
  row: Pick<OperationRow, 'pageNames'> = {},
): Problem {
  const advice =
    near === undefined ? 'Leave it out' : usePageNames(`Did you mean \`${near}\`? Otherwise leave it out`, row);
  return invalidRequest(
    `The document does not list the ${subject}. ${advice}, or start the mock without \`--strict\`.`,
  );
}

const MAX_COMPARED = 20;

/** Reports probable misspellings of body members. Unknown members are ignored, like vendors do. */
function reportMisspelt({ route: { operation, row }, body, hints }: WorldRequest): void {
  const { id, bodyNames } = operation;
  if (!isRecord(body)) return;
  for (const { name, near } of otherNames(body, bodyNames)) {
    if (near === undefined) continue;
    hints.add('undocumented_field', usePageNames(describeIgnored(id, 'field', name, near), row));
  }
}

/** Ignores body members that only other versions have, like vendors do, and reports them. */
function reportOtherMembers({ id, bodyOtherVersions }: Operation, { body, hints }: WorldRequest): void {
  if (!isRecord(body)) return;
  for (const [name, profiles] of Object.entries(bodyOtherVersions)) {
    if (!Object.hasOwn(body, name)) continue;
    const message = `${id} was called with the field \`${name}\`, which only ${profiles.join(', ')} has. It has no effect.`;
    hints.add('other_version', message);
    delete body[name];
  }
}

export function keepBody(request: WorldRequest, received: ReceivedBody): void {
  request.notes.received = received;
  if (received.text === null) return;
  request.notes.sent = storeBody(Buffer.from(received.text, 'latin1'));
  reportCredentialsInBody(request, received.text);
}

/** Reports possibly real credentials in a body. Recorded traffic is exempt: it has such credentials. */
export function reportCredentialsInBody(request: WorldRequest, text: string): void {
  if (request.route.row.readsTraffic !== true && reportForeignCredentials(request, text))
    request.notes.hasRealCredential = true;
}

/** Keeps the body unless it was kept before. @throws why it cannot be read */
export function parseBody(request: WorldRequest, received: ReceivedBody | null): void {
  if (received === null) return;
  const { notes } = request;
  if (notes.received !== received) keepBody(request, received);
  const { value, fault } = received;
  if (fault !== null) throw fault;
  const { operation, service } = request.route;
  notes.body = service.conventions?.caselessEnums === true ? operation.normalizeSpelling(value) : value;
}
