import type { Schema } from '../../../contract/documented.ts';
import type { Answer, AuthenticatedContext, Context, Handler } from '../../../contract/request.ts';
import type { HostContext } from '../../../contract/service.ts';
import { Problem } from '../../../decisions/problem.ts';
import type { Outcome } from '../../../responses/outcome.ts';
import { later } from '../../../time/clock.ts';
import { accountOf } from '../caller.ts';
import { attributesOfVersion, type FunctionRow, relationTo, statusAt } from '../functions.ts';
import {
  INVOCATION_LIFETIME_MS,
  INVOCATIONS,
  type Invocation,
  type InvocationRow,
  type Invoked,
} from '../invocations.ts';
import { removeObject } from '../objects.ts';
import { ASSETS } from './assets.ts';

/** The maximum `NVCF-POLL-SECONDS`, from the published code. The mock does not wait; it returns 202 at once. */
const MAX_POLL_SECONDS = 3600;

/** An invocation and its result. */
interface PendingInvocation {
  readonly requestId: string;
  readonly version: FunctionRow;
  readonly answer: unknown;
}

/** A request to a function, in any format. */
interface FunctionInput {
  readonly input: unknown;
  /** Ids of assets to hand over. */
  readonly assets: readonly string[];
}

/** Responds with the result, or with 202 if the function has an `invokeTime`. */
async function invokeFunction<Rendered>(
  context: AuthenticatedContext<Invoked>,
  { input, assets }: FunctionInput,
  form: ResultForm<Rendered>,
): Promise<Rendered> {
  checkPollSeconds(context);
  const version = chooseVersion(context);
  await checkAssets(context, assets);
  const { behaviour } = version.body;
  return respondToInvocation(context, version, 'answer' in behaviour ? behaviour.answer : input, form);
}

/** Returns the result of a version, or stores it until its `invokeTime` has passed. */
export async function respondToInvocation<Rendered>(
  context: AuthenticatedContext,
  version: FunctionRow,
  answer: unknown,
  form: ResultForm<Rendered>,
): Promise<Rendered> {
  const requestId = context.random.uuid();
  if (version.body.behaviour.invokeTime === 0) return form.renderFulfilled(requestId, answer);
  await storeInvocation(context, { requestId, version, answer });
  return form.renderInProgress(requestId);
}

/** Renders a result: `pexec` returns it unchanged, `exec` in an envelope. */
interface ResultForm<Rendered> {
  renderFulfilled(requestId: string, answer: unknown): Rendered;
  renderInProgress(requestId: string): Rendered;
}

function statusHeaders(requestId: string, status: string): Record<string, string> {
  return { 'nvcf-reqid': requestId, 'nvcf-status': status, 'access-control-expose-headers': 'nvcf-reqid' };
}

/** An unwrapped result, or none yet. */
type PlainResponse = { readonly headers: Readonly<Record<string, string>> } & (
  | { readonly status: 200; readonly body: unknown }
  | { readonly status: 202; readonly body: Readonly<Record<string, never>> }
);

export const PLAIN: ResultForm<PlainResponse> = {
  renderFulfilled: (id, answer) => ({ status: 200, headers: statusHeaders(id, 'fulfilled'), body: answer ?? null }),
  renderInProgress: (id) => ({ status: 202, headers: statusHeaders(id, 'in-progress'), body: {} }),
};

const ENVELOPE: ResultForm<Answer<'nvcf', 'execFunction'>> = {
  renderFulfilled: (id, answer) => ({
    status: 200,
    headers: statusHeaders(id, 'fulfilled'),
    body: { reqId: id, status: 'fulfilled', percentComplete: 100, response: answer ?? null },
  }),
  renderInProgress: (id) => ({
    status: 202,
    headers: statusHeaders(id, 'in-progress'),
    body: { reqId: id, status: 'in-progress' },
  }),
};

/**
 * Chooses the newest active version that the key covers.
 *
 * @throws Problem `not_found` if no version is active; `bad_state` if all are DEGRADED
 */
export function chooseVersion(context: AuthenticatedContext<Invoked>): FunctionRow {
  const account = accountOf(context);
  const covered = [context.target]
    .flat()
    .filter((row) => context.mayAccess(attributesOfVersion(row, relationTo(row, account) ?? 'owned')));
  const statuses = covered.map((row) => statusAt(row.body, context.now));
  const active = covered.filter((_, index) => ['ACTIVE', 'DEGRADING'].includes(statuses[index] ?? '')).at(-1);
  if (active !== undefined) return active;
  // The function may be in the path or in the body, so take it from the target.
  const functionId = [context.target].flat()[0]?.parent;
  if (statuses.length > 0 && statuses.every((status) => status === 'DEGRADED')) {
    throw new Problem('bad_state', `Function id '${functionId}': DEGRADED function cannot be invoked`);
  }
  throw new Problem(
    'not_found',
    `Function id '${functionId}' version '${context.params['versionId'] ?? covered.at(-1)?.id ?? ''}': Specified function in account '${account}' is not found`,
  );
}

/** Checks that the poll duration is valid, if there is one. 0 counts as 1. */
export function hasPollSeconds(context: Pick<Context, 'headerLines'>): boolean {
  const [text] = context.headerLines('nvcf-poll-seconds');
  return text === undefined || (/^\d+$/.test(text) && Number(text) <= MAX_POLL_SECONDS);
}

/** @throws Problem */
function checkPollSeconds(context: Pick<Context, 'headerLines'>): void {
  if (hasPollSeconds(context)) return;
  throw new Problem(
    'invalid_request',
    `Header \`NVCF-POLL-SECONDS\` must be a whole number from 0 to ${MAX_POLL_SECONDS}.`,
  );
}

export const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** @throws Problem if an asset does not belong to the account, or has no content yet */
async function checkAssets(context: AuthenticatedContext, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    if (!UUID.test(id)) {
      const shortened = id.slice(0, 100);
      throw new Problem(
        'invalid_request',
        `Asset reference '${shortened}' must be the id of an asset, which is a UUID.`,
      );
    }
    const row = await ASSETS.byId(context.store.collections, id.toLowerCase());
    if (row?.owner === accountOf(context) && row.body.content !== null) continue;
    throw new Problem('not_found', `NotFound error: failed to find asset ${id.toLowerCase()}`);
  }
}

async function storeInvocation(
  context: AuthenticatedContext,
  { requestId, version, answer }: PendingInvocation,
): Promise<void> {
  const { store, now } = context;
  const readyAt = later(now, version.body.behaviour.invokeTime);
  const body: Invocation = { functionId: version.parent, versionId: version.id, createdAt: now, readyAt, answer };
  const identity = { id: requestId, owner: accountOf(context), parent: version.id };
  await INVOCATIONS.sweep(store.collections, now - INVOCATION_LIFETIME_MS);
  await INVOCATIONS.insert(store.collections, INVOCATIONS.row({ ...identity, dueAt: readyAt, body }), null);
}

/** Delivers a result, only once. */
export async function pollResult<Rendered>(
  context: AuthenticatedContext<InvocationRow>,
  form: ResultForm<Rendered>,
): Promise<Rendered> {
  checkPollSeconds(context);
  const { target, now } = context;
  const { id, body } = target;
  if (body.readyAt > now) return form.renderInProgress(id);
  await removeObject(context, INVOCATIONS, target);
  return form.renderFulfilled(id, body.answer);
}

function invoke(context: AuthenticatedContext<Invoked>) {
  const assetIds = context.headerLines('nvcf-input-asset-references').flatMap((line) => line.split(','));
  const ids = assetIds.map((id) => id.trim()).filter((id) => id !== '');
  return invokeFunction(context, { input: context.body, assets: ids }, PLAIN);
}

interface ExecContext extends AuthenticatedContext<Invoked> {
  readonly body: Schema<'nvcf', 'ExecRequest'>;
}

function exec(context: ExecContext) {
  const { requestBody, requestHeader: { inputAssetReferences = [] } = {} } = context.body;
  return invokeFunction(context, { input: requestBody, assets: inputAssetReferences }, ENVELOPE);
}

const poll: Handler<'nvcf', 'getInvocationStatus', InvocationRow> = (context) => pollResult(context, PLAIN);

const pollExec: Handler<'nvcf', 'getExecStatus', InvocationRow> = (context) => pollResult(context, ENVELOPE);

/** At its own host, a function accepts any request. An echo returns the bytes unchanged. */
export async function invokeAtOwnHost(context: HostContext<Invoked>): Promise<Outcome> {
  const bytes = context.body;
  const [contentType = 'application/octet-stream'] = context.headerLines('content-type');
  checkPollSeconds(context);
  const { behaviour } = chooseVersion(context).body;
  if ('answer' in behaviour || behaviour.invokeTime > 0) {
    return invokeFunction(context, { input: parseJsonOrText(bytes), assets: [] }, PLAIN);
  }
  const requestId = context.random.uuid();
  return {
    status: 200,
    headers: { ...statusHeaders(requestId, 'fulfilled'), 'content-type': contentType },
    body: bytes,
  };
}

function parseJsonOrText(bytes: Buffer): unknown {
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

/** Returns the pending invocations of a version, oldest first. */
export async function findPendingInvocations(
  { store, now }: Pick<Context, 'store' | 'now'>,
  versionId: string,
): Promise<readonly InvocationRow[]> {
  const rows = await INVOCATIONS.ofParent(store.collections, versionId);
  return rows.filter(({ body }) => body.readyAt > now);
}
