import { essenceOf, isWithinRange } from '../../core/media-type.ts';
import { shapeOf } from '../../core/path-template.ts';
import type { InFlightRequest } from '../flight.ts';
import { mediaTypeOf } from '../headers.ts';
import type { FoundOperation } from '../openapi/operation-router.ts';
import { readQuery } from '../openapi/query-values.ts';
import { undocumentedMembers, undocumentedQuery, undocumentedSentence } from '../openapi/undocumented.ts';
import { orUnusable } from '../openapi/unusable-schema.ts';
import type { Operation } from '../openapi.ts';
import { pathOf } from '../transport/arrival.ts';
import { checkedBody } from './validate-response.ts';

/** Reports a request or an answer that fits only one of our document and the vendor's (`--spec-of`). */
export function compareWithVendor(inFlight: InFlightRequest): void {
  const { server, route, raw, context } = inFlight;
  const vendor = server.vendorDocuments.get(route.service.name);
  if (vendor === undefined) return;
  const { id, method, path } = route.operation;
  const { name } = vendor;
  const report = (message: string) => {
    context.findings.report('vendor_document', message, context.now);
  };
  const found = vendor.find(method, pathOf(raw.url));
  // Where we have `/clusters/minimal`, theirs may be `/clusters/{clusterId}`.
  if (found === null || shapeOf(found.operation.path) !== shapeOf(path)) {
    report(`${id} is not in ${name}`);
    return;
  }
  for (const fault of requestFaults(inFlight, found, name)) report(`${id}: ${fault}`);
  for (const fault of answerFaults(inFlight, found.operation))
    report(`${id}: the answer ${inFlight.outcome.status} does not fit ${name}: ${fault}`);
}

/** A request that was refused for rights is not compared: its body was not read. */
function requestFaults(
  { route, raw, context, problem }: InFlightRequest,
  { operation: theirs, params }: FoundOperation,
  name: string,
): readonly string[] {
  const ours = route.operation;
  const onlyOurs = (fault: string) => `the request fits our document, but not ${name}: ${fault}`;
  const onlyTheirs = (fault: string) => `the request fits ${name}, but not our document: ${fault}`;
  const type = essenceOf(raw.headers['content-type']);
  if (problem?.kind === 'unsupported_media_type') {
    // No document names content codings.
    if (problem.acceptEncoding !== undefined) return [];
    return type !== null && takes(theirs, type) ? [onlyTheirs(problem.message)] : [];
  }
  if (problem !== null && problem.kind !== 'invalid_request') return [];
  const { body } = context;
  if (body !== undefined && type !== null && takes(ours, type) && !takes(theirs, type)) {
    return [onlyOurs(`it does not name the media type \`${type}\` for the body`)];
  }
  const sent = new URLSearchParams((raw.url ?? '').replace(/^[^?]*/, ''));
  const ourFault = ours.requestFault({ path: context.params, query: { ...context.query }, body })?.sentence ?? null;
  const theirFault = orUnusable(
    () =>
      theirs.requestFault({ path: params, query: readQuery(theirs, sent), header: { ...raw.headers }, body })
        ?.sentence ?? null,
  );
  if (ourFault !== null) return theirFault === null ? [onlyTheirs(ourFault)] : [];
  if (theirFault !== null) return [onlyOurs(theirFault)];
  const names = new Set(sent.keys());
  const unnamed = unnamedParts(ours, names, body);
  const unnamedByThem = unnamedParts(theirs, names, body);
  return [...onlyIn(unnamedByThem, unnamed).map(onlyOurs), ...onlyIn(unnamed, unnamedByThem).map(onlyTheirs)];
}

/** Does a document name a media type of a body, or a range with it? */
function takes(operation: Operation, type: string): boolean {
  return operation.bodyTypes().some((one) => isWithinRange(type, one));
}

/** Sentences about what a document does not name of a request, by place. */
function unnamedParts(operation: Operation, names: ReadonlySet<string>, body: unknown): ReadonlyMap<string, string> {
  const parameters = undocumentedQuery(operation.queryNames, names);
  const members = undocumentedMembers(operation.bodySchema(), body);
  return new Map([
    ...parameters.map((one) => [`?${one.path}`, undocumentedSentence('query parameter', one, 'it')] as const),
    ...members.map((one) => [one.path, undocumentedSentence('field', one, 'it')] as const),
  ]);
}

function onlyIn(some: ReadonlyMap<string, string>, others: ReadonlyMap<string, string>): readonly string[] {
  return [...some].flatMap(([place, sentence]) => (others.has(place) ? [] : [sentence]));
}

/** Ours were compared with our document already. */
function answerFaults({ outcome }: InFlightRequest, theirs: Operation): readonly string[] {
  const { status } = outcome;
  const body = checkedBody(outcome);
  if (status >= 500) return [];
  const mediaType = body === undefined ? null : mediaTypeOf(outcome);
  const fault = orUnusable(() => theirs.answerFault(status, mediaType, body));
  if (fault !== null) return [fault];
  const unnamed = undocumentedMembers(theirs.answerSchema(status, mediaType), body);
  return unnamed.map((one) => undocumentedSentence('field', one, 'it'));
}
