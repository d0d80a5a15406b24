import type { Outcome } from '../../core/outcome.ts';
import { isOurs } from '../../core/problem.ts';
import { StreamedList } from '../../core/streamed-list.ts';
import { mediaTypeOf } from '../answer.ts';
import { rememberedOf } from '../answers.ts';
import type { InFlightRequest, Route } from '../in-flight.ts';

/**
 * Statuses of the connection or of the whole server. They do not depend on the operation, so its document need not name
 * them. Their bodies still have the form of the service's errors.
 */
const OF_THE_SERVER: ReadonlyMap<number, string> = new Map([
  [405, 'the path does not support the method, so no operation can name the status'],
  [408, 'the request, or its body, did not arrive in time'],
  [413, 'the body is larger than the server reads for any operation'],
  [414, 'the path is longer than the server reads'],
  [417, 'HTTP defines one expectation, and no operation defines another'],
  [431, 'the headers are larger than the server reads'],
  [500, 'an error of the mock, which no vendor documents'],
  [501, 'the server answers only documented operations, and this one is not'],
  [503, 'a service that the mock depends on does not answer'],
  [507, 'the machine has no space to store the request'],
]);

/** Validates the answer against its document. */
export function validateResponse({ server, route, context, problem, outcome }: InFlightRequest): void {
  if (problem !== null && isOurs(problem)) return;
  // Answers with cached text were validated before.
  if (rememberedOf(context, outcome)?.text != null) return;
  const { operation } = route;
  const { status } = outcome;
  const body = outcome.body instanceof StreamedList ? outcome.body.sample() : outcome.body;
  const undocumented = OF_THE_SERVER.has(status)
    ? null
    : operation.answerFault(status, body === undefined ? null : mediaTypeOf(outcome), body);
  // Documents name only the service's error forms, so this check suffices if it finds nothing.
  const isError = problem !== null && (undocumented !== null || OF_THE_SERVER.has(status));
  const fault = (isError ? errorFault(route, outcome) : null) ?? undocumented;
  if (fault === null) return;
  if (server.offDocument === 'throw') throw new Error(`the answer does not match its document: ${fault}`);
  context.findings.report('answer_off_document', fault, context.now);
}

/** How a refusal differs from the service's error forms. */
function errorFault({ document, service: { name }, errorRenderer }: Route, outcome: Outcome): string | null {
  if (outcome.body === undefined) return errorRenderer.errors.includes(null) ? null : `${name} refused without a body`;
  const mediaType = mediaTypeOf(outcome);
  const faults = errorRenderer.errors.flatMap((form) =>
    form?.mediaType === mediaType
      ? [form.schema === null ? null : document.schemaFault(form.schema, outcome.body)]
      : [],
  );
  if (faults.length === 0) return `${name} refused as ${mediaType}, which none of its error forms has`;
  return faults.includes(null) ? null : (faults[0] ?? null);
}
