import type { RefusalContext } from '../../contract/service.ts';
import type { HintRule } from '../../decisions/explaining/hints/refused-request.ts';
import type { Problem } from '../../decisions/problem.ts';
import type { Outcome } from '../../decisions/responses/outcome.ts';
import { renderProblemDetails } from '../../decisions/responses/problem-details.ts';
import { own } from '../../lib/members.ts';
import { isRefusedKey } from '../ngc-keys/control-plane.ts';

const MESSAGES: Readonly<Record<number, string>> = {
  400: 'invalid request',
  401: 'authentication failed',
  403: 'permission denied',
  404: 'not found',
};

/** Messages for injected faults, whose problems have the kind `unavailable` and the status text as message. */
const FAULT_MESSAGES: Readonly<Record<string, string>> = {
  'Bad Gateway': 'authentication failed',
  'Service Unavailable': 'authentication service unavailable',
  'Gateway Timeout': 'authentication timed out',
};

/** A request id that the gateway accepts: visible ASCII characters. */
const REQUEST_ID = /^[!-~]{1,128}$/;

/** Returns the client's id for a request to the LLM gateway, or a new id if it is missing or invalid. */
export function readLlmRequestId(context: Pick<RefusalContext, 'headerLines' | 'random'>): string {
  const [requestId = ''] = context.headerLines('x-request-id');
  return REQUEST_ID.test(requestId) ? requestId : context.random.uuid();
}

export function renderMessagesError(status: number, type: string, message: string): Outcome {
  return { status, headers: { 'content-type': 'application/json' }, body: { type: 'error', error: { type, message } } };
}

/** Only the mock adds `detail`: the gateway's message does not say what is wrong with a request. */
export function renderLlmProblem(problem: Problem, context: RefusalContext): Outcome {
  const { kind } = problem;
  // The gateway passes this error of a model on.
  if (context.operation === 'createMessage' && problem.message === 'Overloaded')
    return renderMessagesError(529, 'overloaded_error', problem.message);
  const { status: documentedStatus, headers } = renderProblemDetails(problem);
  // The gateway asks the API, which refuses a key with 403. Only other tokens get 401.
  const status = isRefusedKey(problem) ? 403 : documentedStatus;
  const message = findMessage(problem, status);
  const detail = kind === 'invalid_request' || kind === 'bad_path' ? problem.message : '';
  return {
    status,
    headers: { ...headers, 'content-type': 'application/json', 'x-request-id': readLlmRequestId(context) },
    body: detail === '' ? { message } : { message, detail },
  };
}

function findMessage({ kind, reason, message }: Problem, status: number): string {
  if (reason === 'no_token' || reason === 'wrong_scheme') return 'bearer authorization is required';
  // A refusal by an operation already has the gateway's text.
  if (kind === 'bad_state') return message;
  return MESSAGES[status] ?? own(FAULT_MESSAGES, message) ?? message;
}

const CALLS: ReadonlySet<string | null> = new Set([
  'createChatCompletion',
  'createResponse',
  'createMessage',
  'createEmbedding',
]);

export const LLM_HINTS: readonly HintRule[] = [
  {
    code: 'function_header_not_read',
    symptom: '`X-NVCF-Function-ID` at the LLM gateway',
    source: "the gateway's own document (`api/openapi.yaml`) and its code, which disagree",
    certainty: 'documented',
    when: ({ problem, operation, headers }) =>
      (problem.kind === 'invalid_request' || problem.kind === 'not_found') &&
      CALLS.has(operation) &&
      headers.has('x-nvcf-function-id') &&
      !headers.has('nvcf-function-id')
        ? 'The gateway does not read the header `X-NVCF-Function-ID`, although its own document has it: send the id of the function as `nvcf-function-id`, or in front of the model: `<function id>/<model>`.'
        : null,
  },
];
