import { isRecord, own } from '../../core/members.ts';
import { findNear } from '../../core/nearest.ts';
import { Problem } from '../../core/problem.ts';
import { showPath } from '../../core/redact.ts';
import { checkTexts } from '../../core/storable-text.ts';
import { keptBytes } from '../../journal/entry.ts';
import type { ReceivedBody } from '../bodies.ts';
import type { RequestContext } from '../context.ts';
import type { InFlightRequest } from '../flight.ts';
import { readQueryValue } from '../openapi/query-values.ts';
import { undocumentedMembers, undocumentedQuery } from '../openapi/undocumented.ts';
import type { Operation } from '../openapi.ts';
import { presentsKey, reportForeignCredentials } from './select-world.ts';

/**
 * Validates the request against the document. Unknown query parameters are ignored, as vendors do. The control API
 * refuses them, because its clients should learn what was not understood.
 */
export function validateRequest(inFlight: InFlightRequest): void {
  const { route, context } = inFlight;
  const { operation, service } = route;
  if (inFlight.isForeign && !presentsKey(route, context)) throw foreignCredential();
  const { query } = context;
  if (inFlight.server.strict) refuseUndocumented(operation, context);
  if (service.isControlApi !== true) ignoreOtherParameters(operation, context);
  for (const [name, value] of Object.entries(query)) {
    const type = own(operation.queryTypes, name);
    if (type !== undefined) query[name] = readQueryValue(type, value);
  }
  reportOtherMembers(operation, context);
  if (service.isControlApi !== true) reportMisspelt(operation, context);
  const sent = { ...query };
  const fault = operation.requestFault({ path: context.params, query, body: context.body });
  if (fault === null) {
    refuseOtherNumerals(operation, sent, query);
    checkTexts('Query parameter', query);
    checkTexts('Field', context.body);
    return;
  }
  const { sentence, otherVersions } = fault;
  if (otherVersions.length > 0) {
    const message = `${operation.id} was refused for a value that only ${otherVersions.join(', ')} has: ${sentence}`;
    context.findings.report('other_version', message, context.now);
  }
  throw new Problem('invalid_request', sentence);
}

/** Longer numerals are shortened in messages. */
const MOST_SHOWN = 40;

/** Ajv's coercion also accepts `0x10` and `1e1`, which are probably mistakes. */
function refuseOtherNumerals({ queryTypes }: Operation, sent: Query, query: Query): void {
  for (const [name, value] of Object.entries(query)) {
    if (typeof value !== 'number') continue;
    const isWhole = queryTypes[name] !== 'number';
    if ((isWhole ? /^-?\d+$/ : /^-?\d+(?:\.\d+)?$/).test(String(sent[name]))) continue;
    throw new Problem(
      'invalid_request',
      `Query parameter \`${name}\` is not valid; expected a ${isWhole ? 'whole ' : ''}number in decimal digits, got \`${String(sent[name]).slice(0, MOST_SHOWN)}\`.`,
    );
  }
}

type Query = Readonly<Record<string, unknown>>;

/** No later step sees the credential, so none can store it. */
function foreignCredential(): Problem {
  return new Problem(
    'invalid_request',
    'The request contains a key that no mock issued, and that may be real. Send a key of this mock instead, and consider revoking the real one.',
    { reason: 'foreign_credential' },
  );
}

function ignoreOtherParameters({ id, queryNames }: Operation, context: RequestContext): void {
  const { query } = context;
  if (queryNames === 'any') return;
  for (const { name, near } of otherNames(query, queryNames)) {
    delete query[name];
    context.findings.report('undocumented_query', withoutEffect(id, 'query parameter', name, near), context.now);
  }
}

/** The names that are not known, each with the one that was probably meant and not sent. */
function otherNames(given: Query, known: readonly string[]) {
  const unknown = Object.keys(given).filter((name) => !known.includes(name));
  const free = known.filter((name) => !Object.hasOwn(given, name));
  return unknown.map((name, at) => ({ name, near: at < MOST_COMPARED ? findNear(name, free) : undefined }));
}

/** The request may be refused later, for another reason. */
function withoutEffect(id: string, kind: 'query parameter' | 'field', name: string, near: string | undefined): string {
  const advice = near === undefined ? '' : ` Did you mean \`${near}\`?`;
  return `${id} was called with the ${kind} \`${showPath(name)}\`, which its document does not name. It has no effect.${advice}`;
}

/** With `--strict`, whatever the document does not name is refused. The control API refuses it anyway, in its own words. */
function refuseUndocumented(operation: Operation, { query, body }: RequestContext): void {
  const [parameter] = undocumentedQuery(operation.queryNames, Object.keys(query));
  if (parameter !== undefined) throw undocumented(`query parameter \`${parameter.path}\``, parameter.near);
  const [member] = undocumentedMembers(operation.bodySchema(), body);
  if (member !== undefined) throw undocumented(`field \`${member.path}\``, member.near);
}

function undocumented(what: string, near: string | undefined): Problem {
  const advice = near === undefined ? 'Leave it out' : `Did you mean \`${near}\`? Otherwise leave it out`;
  return new Problem(
    'invalid_request',
    `The document does not name the ${what}. ${advice}, or start the mock without \`--strict\`.`,
  );
}

/** How many unknown names of a request get a suggestion. */
const MOST_COMPARED = 20;

/** Unknown members of the body are ignored, as vendors do; probable misspellings are reported. */
function reportMisspelt({ id, bodyNames }: Operation, context: RequestContext): void {
  const { body } = context;
  if (!isRecord(body)) return;
  for (const { name, near } of otherNames(body, bodyNames)) {
    if (near === undefined) continue;
    context.findings.report('undocumented_field', withoutEffect(id, 'field', name, near), context.now);
  }
}

/** Members of the body that only other versions have are ignored, as vendors do, and reported. */
function reportOtherMembers({ id, bodyOtherVersions }: Operation, context: RequestContext): void {
  const { body } = context;
  if (!isRecord(body)) return;
  for (const [name, profiles] of Object.entries(bodyOtherVersions)) {
    if (!Object.hasOwn(body, name)) continue;
    const message = `${id} was called with the field \`${name}\`, which only ${profiles.join(', ')} has. It has no effect.`;
    context.findings.report('other_version', message, context.now);
    delete body[name];
  }
}

/** Keeps a body for its operation and for the journal. @param body null if its operation reads none */
export function keepBody(inFlight: InFlightRequest, body: ReceivedBody | null): void {
  inFlight.body = body;
  if (body === null || body.text === null) return;
  inFlight.sent = keptBytes(body.text);
  watchBody(inFlight, body.text);
}

/** A credential in a body may be real, whatever becomes of the request. Recorded traffic has such credentials. */
export function watchBody(inFlight: InFlightRequest, text: string): void {
  const { server, route, context } = inFlight;
  if (route.row.readsTraffic !== true && reportForeignCredentials(server, context, text)) inFlight.isForeign = true;
}

/** Takes the body from its parser, and keeps it unless a decision needed it before. @throws why it cannot be read */
export function parseBody(inFlight: InFlightRequest, body: ReceivedBody | null): void {
  if (inFlight.body !== body) keepBody(inFlight, body);
  if (body === null) return;
  if (body.fault !== null) throw body.fault;
  const { route, context } = inFlight;
  const { conventions } = route.service;
  context.body = conventions?.caselessEnums === true ? route.operation.normalizeSpelling(body.value) : body.value;
}
