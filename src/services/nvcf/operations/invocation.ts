import type { Schema } from '../../../contract/documented.ts';
import type { AuthenticatedContext, Context, Handler } from '../../../contract/request.ts';
import { invalidRequest, Problem } from '../../../decisions/problem.ts';
import type { Outcome } from '../../../decisions/responses/outcome.ts';
import { addMilliseconds } from '../../../lib/clock.ts';
import { requireAccount } from '../caller.ts';
import { attributesOfVersion, type FunctionRow, relationTo, statusAt } from '../functions.ts';
import {
  INVOCATION_LIFETIME_MS,
  INVOCATIONS,
  type Invocation,
  type InvocationRow,
  type InvocationTarget,
} from '../invocations.ts';
import { isUuid } from '../name-patterns.ts';
import { removeObject } from '../objects.ts';
import { ASSETS } from './assets.ts';
import { createStatusHeaders, ENVELOPE_FORM, PLAIN_FORM, type ResultForm } from './invocation-results.ts';

/** The maximum of `NVCF-POLL-SECONDS`, from the published code. The mock does not wait: it returns 202 at once. */
const MAX_POLL_SECONDS = 3600;

interface FunctionInput {
  readonly input: unknown;
  readonly assetIds: readonly string[];
}

async function checkAndRespond<Rendered>(
  context: AuthenticatedContext<InvocationTarget>,
  { input, assetIds }: FunctionInput,
  form: ResultForm<Rendered>,
): Promise<Rendered> {
  checkPollSeconds(context);
  const version = chooseServedVersion(context);
  await checkAssets(context, assetIds);
  const { behaviour } = version.body;
  const answer = 'answer' in behaviour ? behaviour.answer : input;
  return respondToInvocation(context, version, { service: 'nvcf', answer }, form);
}

/** Responds with the result of a version, or with 202 and stores the result until its `invokeTime` has passed. */
export async function respondToInvocation<Rendered>(
  context: AuthenticatedContext,
  version: FunctionRow,
  result: Pick<Invocation, 'service' | 'answer'>,
  form: ResultForm<Rendered>,
): Promise<Rendered> {
  const requestId = context.random.uuid();
  if (version.body.behaviour.invokeTime === 0) return form.renderFulfilled(requestId, result.answer);
  const { store, now } = context;
  const readyAt = addMilliseconds(now, version.body.behaviour.invokeTime);
  const body = { ...result, functionId: version.parent, versionId: version.id, createdAt: now, readyAt };
  const identity = { id: requestId, owner: requireAccount(context), parent: version.id };
  // No timer removes expired invocations.
  await INVOCATIONS.sweep(store.collections, now - INVOCATION_LIFETIME_MS);
  await INVOCATIONS.insert(store.collections, INVOCATIONS.row({ ...identity, dueAt: readyAt, body }), null);
  return form.renderInProgress(requestId);
}

/** The newest that the key covers. @throws Problem `not_found` if none is active, `bad_state` if all are DEGRADED */
export function chooseVersion(context: AuthenticatedContext<InvocationTarget>): FunctionRow {
  const account = requireAccount(context);
  const { target } = context;
  const versions = Array.isArray(target) ? target : [target];
  const covered = versions
    .filter((row) => context.mayAccess(attributesOfVersion(row, relationTo(row, account) ?? 'owned')))
    .map((row) => ({ row, status: statusAt(row.body, context.now) }));
  const active = covered.findLast(({ status }) => status === 'ACTIVE' || status === 'DEGRADING');
  if (active !== undefined) return active.row;
  // The function may be in the path or in the body, so take it from the target.
  const functionId = versions[0]?.parent;
  if (covered.length > 0 && covered.every(({ status }) => status === 'DEGRADED')) {
    throw new Problem('bad_state', `Function id '${functionId}': DEGRADED function cannot be invoked`);
  }
  throw createNotServed(context, functionId, covered.at(-1)?.row.id);
}

/** Like `chooseVersion`, without functions of the LLM gateway, which alone serves them. @throws Problem */
function chooseServedVersion(context: AuthenticatedContext<InvocationTarget>): FunctionRow {
  const version = chooseVersion(context);
  const { parent, id, body } = version;
  if (body.definition.functionType !== 'LLM') return version;
  const [model] = body.definition.models ?? [];
  const path = `/llm${model?.llmConfig?.uris?.[0] ?? '/v1/chat/completions'}`;
  context.hints.add(
    'path_elsewhere',
    `Only the LLM gateway serves this function, because its \`functionType\` is \`LLM\`: send \`POST ${path}\` with \`"model": "${parent}/${model?.name ?? '<model>'}"\`.`,
  );
  throw createNotServed(context, parent, id);
}

function createNotServed(
  context: AuthenticatedContext<InvocationTarget>,
  functionId: string | undefined,
  chosenId = '',
): Problem {
  const versionId = context.params['versionId'] ?? chosenId;
  const message = `Function id '${functionId}' version '${versionId}': Specified function in account '${requireAccount(context)}' is not found`;
  return new Problem('not_found', message);
}

export function hasValidPollSeconds(context: Context): boolean {
  const [text] = context.headerLines('nvcf-poll-seconds');
  return text === undefined || (/^\d+$/.test(text) && Number(text) <= MAX_POLL_SECONDS);
}

function checkPollSeconds(context: Context): void {
  if (hasValidPollSeconds(context)) return;
  const message = `Header \`NVCF-POLL-SECONDS\` must be a whole number from 0 to ${MAX_POLL_SECONDS}.`;
  throw invalidRequest(message);
}

/** The maximum number of characters of an invalid id that a message repeats. */
const MAX_REPEATED_CHARACTERS = 100;

/** @throws Problem if an asset does not belong to the account, or has no content yet */
async function checkAssets(context: AuthenticatedContext, ids: readonly string[]): Promise<void> {
  for (const id of ids) {
    if (!isUuid(id)) {
      const shortened = id.slice(0, MAX_REPEATED_CHARACTERS);
      const message = `Asset reference '${shortened}' must be the id of an asset, which is a UUID.`;
      throw invalidRequest(message);
    }
    const row = await ASSETS.byId(context.store.collections, id.toLowerCase());
    if (row?.owner === requireAccount(context) && row.body.content !== null) continue;
    throw new Problem('not_found', `NotFound error: failed to find asset ${id.toLowerCase()}`);
  }
}

/** Responds with a stored result, and removes it: the vendor delivers a result only once. */
export async function pollResult<Rendered>(context: AuthenticatedContext<InvocationRow>, form: ResultForm<Rendered>) {
  checkPollSeconds(context);
  const { target, now } = context;
  const { id, body } = target;
  if (body.readyAt > now) return form.renderInProgress(id);
  await removeObject(context, INVOCATIONS, target);
  return form.renderFulfilled(id, body.answer);
}

function invokeFunction(context: AuthenticatedContext<InvocationTarget>) {
  const references = context.headerLines('nvcf-input-asset-references').flatMap((line) => line.split(','));
  const assetIds = references.map((id) => id.trim()).filter((id) => id !== '');
  return checkAndRespond(context, { input: context.body, assetIds }, PLAIN_FORM);
}

function execFunction(
  context: AuthenticatedContext<InvocationTarget> & { readonly body: Schema<'nvcf', 'ExecRequest'> },
) {
  const { requestBody, requestHeader: { inputAssetReferences = [] } = {} } = context.body;
  return checkAndRespond(context, { input: requestBody, assetIds: inputAssetReferences }, ENVELOPE_FORM);
}

const getInvocationStatus: Handler<'nvcf', 'getInvocationStatus', InvocationRow> = (context) =>
  pollResult(context, PLAIN_FORM);

const getExecStatus: Handler<'nvcf', 'getExecStatus', InvocationRow> = (context) => pollResult(context, ENVELOPE_FORM);

/** Any request is valid. Without a configured answer, returns its bytes unchanged, with their content type. */
export async function invokeAtOwnHost(
  context: AuthenticatedContext<InvocationTarget> & { readonly body: Buffer },
): Promise<Outcome> {
  const bytes = context.body;
  const [contentType = 'application/octet-stream'] = context.headerLines('content-type');
  checkPollSeconds(context);
  const { behaviour } = chooseServedVersion(context).body;
  if ('answer' in behaviour || behaviour.invokeTime > 0) {
    return checkAndRespond(context, { input: parseJsonOrText(bytes), assetIds: [] }, PLAIN_FORM);
  }
  const requestId = context.random.uuid();
  return {
    status: 200,
    headers: { ...createStatusHeaders(requestId, 'fulfilled'), 'content-type': contentType },
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

export async function findPendingInvocations({ store, now }: Context, versionId: string) {
  const rows = await INVOCATIONS.ofParent(store.collections, versionId);
  return rows.filter(({ body }) => body.readyAt > now);
}

export const invocationOperations = {
  invokeFunction,
  invokeFunctionVersion: invokeFunction,
  getInvocationStatus,
  execFunction,
  execFunctionVersion: execFunction,
  getExecStatus,
};
