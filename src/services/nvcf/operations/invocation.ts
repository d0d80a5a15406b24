import type { Context, Handler, Outcome } from '../../../contract/request.ts';
import { Problem } from '../../../core/problem.ts';
import { NotFound } from '../../../store/errors.ts';
import { accountOf } from '../caller.ts';
import { type FunctionRow, reachOfVersion, relationTo, statusAt } from '../functions.ts';
import { INVOCATION_LIFETIME, INVOCATIONS, type Invocation, type InvocationRow } from '../invocations.ts';

/** Seconds a client may ask to be kept waiting; published code. The mock keeps nobody waiting: it answers 202 at once. */
const MOST_POLL_SECONDS = 3600;

/** A request on its way to a function, and what a function answered. */
interface Call {
  readonly requestId: string;
  readonly version: FunctionRow;
  readonly answer: unknown;
}

/** Sends a request to a function: its answer, or that it takes its time. */
async function called(context: Context, sent: unknown, told: Telling): Promise<Outcome> {
  checkPollSeconds(context);
  const version = chosen(context);
  const { behaviour } = version.body;
  const requestId = context.random.uuid();
  const answer = 'answer' in behaviour ? behaviour.answer : sent;
  if (behaviour.invokeTime === 0) return told.fulfilled(requestId, answer);
  await remember(context, { requestId, version, answer });
  return told.inProgress(requestId);
}

/** How an answer is told: by `pexec` as it is, by `exec` in an envelope. */
interface Telling {
  fulfilled(requestId: string, answer: unknown): Outcome;
  inProgress(requestId: string): Outcome;
}

function statusHeaders(requestId: string, status: string): Record<string, string> {
  return { 'nvcf-reqid': requestId, 'nvcf-status': status, 'access-control-expose-headers': 'nvcf-reqid' };
}

const PLAIN: Telling = {
  fulfilled: (id, answer) => ({ status: 200, headers: statusHeaders(id, 'fulfilled'), body: answer ?? null }),
  inProgress: (id) => ({ status: 202, headers: statusHeaders(id, 'in-progress'), body: {} }),
};

const ENVELOPE: Telling = {
  fulfilled: (id, answer) => ({
    status: 200,
    headers: statusHeaders(id, 'fulfilled'),
    body: { reqId: id, status: 'fulfilled', response: answer ?? null },
  }),
  inProgress: (id) => ({
    status: 202,
    headers: statusHeaders(id, 'in-progress'),
    body: { reqId: id, status: 'in-progress' },
  }),
};

/** Of the versions that the key covers, one that is up; with several, the newest. */
export function chosen(context: Context): FunctionRow {
  const { params, now } = context;
  const account = accountOf(context);
  const all = ([context.target].flat() as FunctionRow[]).filter((row) =>
    context.mayReach(reachOfVersion(row, relationTo(row, account) ?? 'owned')),
  );
  const statuses = all.map((row) => statusAt(row.body, now));
  const up = all.filter((_, index) => ['ACTIVE', 'DEGRADING'].includes(statuses[index] ?? ''));
  const newest = up.at(-1);
  if (newest !== undefined) return newest;
  if (statuses.length > 0 && statuses.every((status) => status === 'DEGRADED')) {
    throw new Problem('bad_state', `Function id '${params['functionId']}': DEGRADED function cannot be invoked`);
  }
  throw new Problem(
    'not_found',
    `Function id '${params['functionId']}' version '${params['versionId'] ?? all.at(-1)?.id ?? ''}': Specified function in account '${account}' is not found`,
  );
}

function checkPollSeconds({ headerLines }: Context): void {
  const [text] = headerLines('nvcf-poll-seconds');
  if (text === undefined) return;
  const seconds = Number(text);
  if (/^\d+$/.test(text) && seconds >= 1 && seconds <= MOST_POLL_SECONDS) return;
  throw new Problem(
    'invalid_request',
    `Header \`NVCF-POLL-SECONDS\` must be a whole number from 1 to ${MOST_POLL_SECONDS}.`,
  );
}

async function remember(context: Context, { requestId, version, answer }: Call): Promise<void> {
  const { store, now } = context;
  const readyAt = now + version.body.behaviour.invokeTime;
  const body: Invocation = { functionId: version.parent, versionId: version.id, createdAt: now, readyAt, answer };
  const place = { collection: INVOCATIONS, id: requestId, owner: accountOf(context), parent: version.id };
  await store.collections.sweep(INVOCATIONS, now - INVOCATION_LIFETIME);
  await store.collections.insert({ ...place, alias: null, sharedWith: [], dueAt: readyAt, body }, null);
}

/** What became of a request; an answer is delivered once. */
async function polled(context: Context, told: Telling): Promise<Outcome> {
  checkPollSeconds(context);
  const { store, now } = context;
  const { id, body } = context.target as InvocationRow;
  if (body.readyAt > now) return told.inProgress(id);
  try {
    await store.collections.change(INVOCATIONS, id, () => null);
  } catch (thrown) {
    throw thrown instanceof NotFound ? new Problem('not_found') : thrown;
  }
  return told.fulfilled(id, body.answer);
}

const invoke: Handler = (context) => called(context, context.body, PLAIN);

const exec: Handler = (context) => called(context, (context.body as { requestBody?: unknown }).requestBody, ENVELOPE);

const poll: Handler = (context) => polled(context, PLAIN);

const pollExec: Handler = (context) => polled(context, ENVELOPE);

/** Under its own host name a function takes any request, and an echo gives its bytes back as they came. */
export const invokeAtOwnHost: Handler = async (context) => {
  const bytes = (context.body ?? Buffer.alloc(0)) as Buffer;
  const [contentType = 'application/octet-stream'] = context.headerLines('content-type');
  checkPollSeconds(context);
  const { behaviour } = chosen(context).body;
  if ('answer' in behaviour || behaviour.invokeTime > 0) {
    return called(context, jsonOrText(bytes), PLAIN);
  }
  const requestId = context.random.uuid();
  return {
    status: 200,
    headers: { ...statusHeaders(requestId, 'fulfilled'), 'content-type': contentType },
    body: bytes,
  };
};

function jsonOrText(bytes: Buffer): unknown {
  const text = bytes.toString('utf8');
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

export const invocationOperations = {
  invokeFunction: invoke,
  invokeFunctionVersion: invoke,
  getInvocationStatus: poll,
  execFunction: exec,
  execFunctionVersion: exec,
  getExecStatus: pollExec,
};

/** Requests that wait for an answer of a version, the oldest first. */
export async function waitingAt({ store, now }: Context, versionId: string): Promise<readonly InvocationRow[]> {
  const rows = (await store.collections.ofParent(INVOCATIONS, versionId)) as readonly InvocationRow[];
  return rows.filter(({ body }) => body.readyAt > now);
}
