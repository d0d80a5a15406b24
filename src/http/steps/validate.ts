import { findNear } from '../../core/nearest.ts';
import { Problem } from '../../core/problem.ts';
import { showPath } from '../../core/redact.ts';
import type { RequestContext } from '../context.ts';
import type { InFlight } from '../in-flight.ts';
import type { Operation } from '../openapi.ts';
import { presentsKey } from '../presented.ts';
import { checkTexts } from '../transport/body.ts';

/**
 * Does the request match the document? The query parameters that it does not name are ignored, as vendors do; the
 * switchboard refuses them, because whoever drives a mock should know what was not understood.
 */
export function validate(flight: InFlight): void {
  const { route, context } = flight;
  const { operation, service } = route;
  if (flight.isForeign && !presentsKey(route, context)) throw foreignCredential();
  const { query } = context;
  if (service.isSwitchboard !== true) ignoreOtherParameters(operation, context);
  for (const name of operation.queryLists) {
    if (typeof query[name] === 'string') query[name] = query[name].split(',');
  }
  reportOtherMembers(operation, context);
  if (service.isSwitchboard !== true) reportMisspelt(operation, context);
  const sent = { ...query };
  const fault = operation.requestFault({ path: context.params, query, body: context.body });
  if (fault === null) {
    if (service.isSwitchboard === true) refuseOtherNumerals(sent, query);
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

/** Longer numerals are cut in sentences. */
const MOST_SHOWN = 40;

/** Conversion takes all that JavaScript can write numbers in, such as `0x10` and `1e1`; whoever sends that meant something else. */
function refuseOtherNumerals(sent: Readonly<Record<string, unknown>>, query: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(query)) {
    if (typeof value !== 'number' || /^-?\d+$/.test(String(sent[name]))) continue;
    throw new Problem(
      'invalid_request',
      `Query parameter \`${name}\` is not valid; expected a whole number in decimal digits, got \`${String(sent[name]).slice(0, MOST_SHOWN)}\`.`,
    );
  }
}

/** Nothing that comes after this step sees the credential, so nothing can store it. */
function foreignCredential(): Problem {
  return new Problem(
    'invalid_request',
    'The request carries a key that no mock minted, which may be a real one. Send a key of this mock or another text in its place, and consider replacing the key.',
    { reason: 'foreign_credential' },
  );
}

function ignoreOtherParameters({ id, queryNames }: Operation, { query, findings, now }: RequestContext): void {
  for (const name of Object.keys(query)) {
    if (queryNames === 'any' || queryNames.has(name)) continue;
    delete query[name];
    const message = `${id} was called with the query parameter \`${showPath(name)}\`, which its document does not name; it was ignored`;
    findings.report('undocumented_query', message, now);
  }
}

/** How many unknown members of a body are compared with those that the document names. */
const MOST_COMPARED = 20;

/** Members of the body that the document does not name are ignored, as the vendor does; a slip of the pen is reported. */
function reportMisspelt({ id, bodyFields }: Operation, { body, findings, now }: RequestContext): void {
  if (typeof body !== 'object' || body === null || bodyFields.size === 0) return;
  const named = new Set(bodyFields.values());
  const unknown = Object.keys(body).filter((name) => !named.has(name));
  if (unknown.length === 0) return;
  const free = [...named].filter((name) => !Object.hasOwn(body, name));
  for (const name of unknown.slice(0, MOST_COMPARED)) {
    const near = findNear(name, free);
    if (near === undefined) continue;
    const message = `${id} was called with the field \`${showPath(name)}\`, which its document does not name; it was ignored. Did you mean \`${near}\`?`;
    findings.report('undocumented_field', message, now);
  }
}

/** Members of the body that this version does not have are ignored, as the vendor does, but reported. */
function reportOtherMembers({ id, bodyOtherVersions }: Operation, { body, findings, now }: RequestContext): void {
  if (typeof body !== 'object' || body === null) return;
  for (const [name, profiles] of Object.entries(bodyOtherVersions)) {
    if (!Object.hasOwn(body, name)) continue;
    const message = `${id} was called with the field \`${name}\`, which only ${profiles.join(', ')} has; it was ignored`;
    findings.report('other_version', message, now);
    // The body was found to be an object above.
    delete (body as Record<string, unknown>)[name];
  }
}
