import type { Outcome } from '../../core/outcome.ts';
import { isOurs } from '../../core/problem.ts';
import { StreamedList } from '../../core/streamed-list.ts';
import { mediaTypeOf } from '../answer.ts';
import { rememberedOf } from '../answers.ts';
import type { InFlight, Route } from '../in-flight.ts';

/**
 * Statuses that come from the connection or from the server as a whole. They do not depend on the operation, so its
 * document need not name them; their bodies still have the form of the service's errors.
 */
const OF_THE_SERVER: ReadonlyMap<number, string> = new Map([
  [405, 'the path has no such method, so there is no operation that could name it'],
  [408, 'the request, or its body, did not arrive in time'],
  [413, 'the body is larger than the server reads, whatever it is for'],
  [414, 'the path is longer than the server reads'],
  [417, 'HTTP knows one expectation, and no operation has another'],
  [431, 'the headers are larger than the server reads'],
  [500, 'a fault of the mock, which no vendor documents'],
  [501, 'the server was told to answer only what is documented, and this is not'],
  [503, 'something outside that the mock needs does not answer'],
  [507, 'the machine has no room to keep what was sent'],
]);

/** Does the answer match its document? */
export function conform({ server, route, context, problem, outcome }: InFlight): void {
  if (problem !== null && isOurs(problem)) return;
  // What was written before was compared before.
  if (rememberedOf(context, outcome)?.text != null) return;
  const { operation } = route;
  const { status } = outcome;
  const body = outcome.body instanceof StreamedList ? outcome.body.sample() : outcome.body;
  const undocumented = OF_THE_SERVER.has(status)
    ? null
    : operation.answerFault(status, body === undefined ? null : mediaTypeOf(outcome), body);
  // Documents name no error forms other than the service's, so this check is enough if it finds nothing.
  const isError = problem !== null && (undocumented !== null || OF_THE_SERVER.has(status));
  const fault = (isError ? errorFault(route, outcome) : null) ?? undocumented;
  if (fault === null) return;
  if (server.offDocument === 'throw') throw new Error(`an answer does not match its document: ${fault}`);
  context.findings.report('answer_off_document', fault, context.now);
}

/** How a refusal differs from the form of this service's errors. */
function errorFault({ document, service: { name }, voice }: Route, outcome: Outcome): string | null {
  if (outcome.body === undefined) return voice.errors.includes(null) ? null : `${name} refused without a body`;
  const mediaType = mediaTypeOf(outcome);
  const faults = voice.errors.flatMap((form) =>
    form?.mediaType === mediaType
      ? [form.schema === null ? null : document.schemaFault(form.schema, outcome.body)]
      : [],
  );
  if (faults.length === 0) return `${name} refused as ${mediaType}, and none of its errors is`;
  return faults.includes(null) ? null : (faults[0] ?? null);
}
