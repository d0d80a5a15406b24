import { isOurs } from '../../decisions/problem.ts';
import type { Outcome } from '../../responses/outcome.ts';
import { StreamedList } from '../../responses/streamed-list.ts';
import { mediaTypeOf } from '../headers.ts';
import { STATUSES_OF_THE_SERVER } from '../openapi/statuses.ts';
import type { RequestInWorld } from '../request.ts';
import type { Route } from '../server.ts';

/** Validates the answer against its document. */
export function validateResponse({ server, route, problem, outcome, findings, now }: RequestInWorld): void {
  if (server.offDocument === 'off' || (problem !== null && isOurs(problem))) return;
  const { operation } = route;
  const { status } = outcome;
  const body = checkedBody(outcome);
  const difference = STATUSES_OF_THE_SERVER.has(status)
    ? null
    : operation.answerFault(status, body === undefined ? null : mediaTypeOf(outcome), body);
  const undocumented = difference === null ? null : `${operation.id} ${status}: ${difference}`;
  // Documents name only the service's error forms, so this check suffices if it finds nothing.
  const isError = problem !== null && (undocumented !== null || STATUSES_OF_THE_SERVER.has(status));
  const fault = (isError ? errorFault(route, outcome) : null) ?? undocumented;
  if (fault === null) return;
  if (server.offDocument === 'throw') throw new Error(`the answer does not match its document: ${fault}`);
  findings.report('answer_off_document', fault, now);
}

/** The body as it is compared with a schema: of a streamed list, some entries. */
function checkedBody({ body }: Outcome): unknown {
  return body instanceof StreamedList ? body.sample() : body;
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
