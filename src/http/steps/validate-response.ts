import type { Outcome } from '../../decisions/responses/outcome.ts';
import { StreamedList } from '../../decisions/responses/streamed-list.ts';
import { formatWorldForLog } from '../../lib/world-id.ts';
import { mediaTypeOf } from '../headers.ts';
import { STATUSES_OF_THE_SERVER } from '../openapi/undocumented.ts';
import type { AnsweredRequest } from '../request.ts';
import type { Route } from '../server.ts';

export function validateResponse({ server, world, route, answer, hints }: AnsweredRequest): void {
  const { problem, outcome } = answer;
  if (server.offDocument === 'off' || problem?.isMockProblem === true) return;
  const { operation } = route;
  const { status } = outcome;
  const body = outcome.body instanceof StreamedList ? outcome.body.sample() : outcome.body;
  // An operation that its host lacks has no document.
  const isOfServer = STATUSES_OF_THE_SERVER.has(status) || problem?.kind === 'unknown_path';
  const difference = isOfServer
    ? null
    : operation.describeAnswerViolation(status, body === undefined ? null : mediaTypeOf(outcome), body);
  const undocumented = difference === null ? null : `${operation.id} ${status}: ${difference}`;
  // Documents list only the service's error formats, so this check is sufficient if it finds nothing.
  const isError = problem !== null && (undocumented !== null || isOfServer);
  const fault = (isError ? describeErrorFault(route, outcome) : null) ?? undocumented;
  if (fault === null) return;
  if (server.offDocument === 'throw') throw new Error(`the response does not match its document: ${fault}`);
  hints.add('answer_off_document', fault);
  server.log.warn(`a response does not match its document: ${fault}${formatWorldForLog(world.id)}`);
}

function describeErrorFault({ document, service: { name }, errorRenderer }: Route, outcome: Outcome): string | null {
  if (outcome.body === undefined) return errorRenderer.errors.includes(null) ? null : `${name} refused without a body`;
  const mediaType = mediaTypeOf(outcome);
  const faults = errorRenderer.errors.flatMap((form) =>
    form?.mediaType === mediaType
      ? [form.schema === null ? null : document.describeSchemaFault(form.schema, outcome.body)]
      : [],
  );
  if (faults.length === 0) return `${name} refused with ${mediaType}, which is none of its error formats`;
  return faults.includes(null) ? null : (faults[0] ?? null);
}
