import { setTimeout, UserError } from '../../../src/conformance-entry.ts';
import { Account, type Send, type SentRequest } from './account.ts';
import type { Side } from './credentials.ts';
import { compareResponses, type Findings } from './diff.ts';
import { Operations } from './operations.ts';
import { isRead, type Plan } from './plan.ts';
import type { DriftReport } from './report.ts';
import { sendRequest } from './send.ts';
import type { Difference, NotCompared, PlannedRequest } from './types.ts';

/** Options of a comparison. */
export interface CompareOptions {
  /** The mock's document as served, used to identify operations and classify differences. */
  readonly document?: unknown;
  /** The total time to wait until reads after writes match the mock, in milliseconds. */
  readonly patience?: number;
  /** Stops before the next request, deletes what was created, and reports the results so far. */
  readonly stop?: AbortSignal;
  /** After `stop`: stops immediately, and only reports the objects that were created. */
  readonly abandon?: AbortSignal;
}

/** The delay between two reads after a write. */
const RETRY_DELAY_MS = 500;

/**
 * Sends the requests of a plan to both sides in order, and then deletes what it created, even if a service has become
 * unreachable.
 *
 * @throws UserError if the real service does not respond to the first request, or refuses the credential
 */
export async function compareSides(
  service: string,
  plan: Plan,
  real: Side,
  mock: Side,
  { document, patience = 0, stop, abandon }: CompareOptions = {},
): Promise<DriftReport> {
  if (plan.requests.length === 0)
    throw new UserError('There is nothing to send: no request is a read or has an example. See --from and --write.');
  const operations = new Operations(document);
  const sendToReal = createSender(real, '--against', abandon);
  let isMock = false;
  const realAccount = new Account(real, plan, operations, async (...args) => {
    const response = await sendToReal(...args);
    isMock ||= Object.keys(response.headers).some((name) => name.startsWith('x-mock-'));
    return response;
  });
  const mockAccount = new Account(mock, plan, operations, createSender(mock, '--url', abandon));
  const secrets = [real, mock].flatMap(({ token, expired }) => [token, expired ?? '']);
  const run = new Run(realAccount, mockAccount, { secrets, operations, stop }, patience);
  await checkCredential(realAccount, real, plan).catch((error: unknown) => {
    // The report says that the comparison was interrupted.
    if (stop?.aborted !== true) throw error;
  });
  let stopReason: string | null = null;
  let leftBehind: readonly string[] = [];
  try {
    stopReason = await comparePlan(run, plan, stop);
  } finally {
    leftBehind = await realAccount.cleanUp();
    await mockAccount.cleanUp();
  }
  const { requests: _, ...counts } = plan;
  return {
    service,
    requests: run.sent,
    ...counts,
    stopped: stopReason,
    remark: isMock ? `${real.url} is nv-auth-mock itself, not the real service.` : null,
    differences: run.differences,
    notCompared: [...run.notCompared, ...run.onlyRefused()],
    leftBehind,
    operations: Object.fromEntries(run.requestCounts),
  };
}

/**
 * Compares the requests of a plan until a signal or an error stops the comparison, and records the requests that are not
 * compared then.
 *
 * @returns why the comparison stopped; null if it compared the whole plan
 */
async function comparePlan(run: Run, plan: Plan, stop: AbortSignal | undefined): Promise<string | null> {
  let stopReason: string | null = null;
  for (const request of plan.requests) {
    if (stop?.aborted === true) stopReason ??= INTERRUPTED;
    if (stopReason === null) {
      try {
        await run.compare(request);
      } catch (error) {
        if (!(error instanceof UserError)) throw error;
        stopReason = stop?.aborted === true ? INTERRUPTED : error.message;
      }
    }
    if (stopReason !== null) run.addNotCompared(request, stopReason);
  }
  return stopReason;
}

/** The reason for requests that weren't compared because of a signal. */
const INTERRUPTED = 'interrupted';

/** What all requests of a comparison share. */
interface ComparisonContext {
  readonly stop: AbortSignal | undefined;
  readonly secrets: readonly string[];
  readonly operations: Operations;
}

/** The state of a comparison. */
class Run {
  readonly differences: Difference[] = [];
  readonly notCompared: NotCompared[] = [];
  /** The number of requests to each operation. */
  readonly requestCounts = new Map<string, number>();
  /** The number of requests sent to both sides. */
  sent = 0;
  readonly #real: Account;
  readonly #mock: Account;
  readonly #context: ComparisonContext;
  readonly #allowed = new Set<string>();
  #hasWritten = false;
  #patience: number;

  constructor(real: Account, mock: Account, context: ComparisonContext, patience: number) {
    this.#real = real;
    this.#mock = mock;
    this.#context = context;
    this.#patience = patience;
  }

  /** Sends a request to both sides and compares the responses. */
  async compare(request: PlannedRequest): Promise<void> {
    const operation = this.#operationOf(request);
    const real = await this.#real.send(request);
    const mock = typeof real === 'string' ? real : await this.#mock.send(request);
    if (typeof real === 'string' || typeof mock === 'string') {
      this.#skip(request, operation, typeof real === 'string' ? `real service: ${real}` : `mock: ${mock}`);
      return;
    }
    this.sent += 1;
    const missing = findMissingSide(real, mock) ?? findMissingSide(mock, real);
    if (missing !== null) {
      this.#skip(request, operation, `${missing === real ? 'real service' : 'mock'}: no such object is known`);
      return;
    }
    if (real.response.status === 429 && mock.response.status !== 429) {
      this.#skip(request, operation, 'real service: too many requests (429)');
      return;
    }
    const mayBeDelayed = this.#hasWritten && request.credential === 'valid' && isRead(request.method);
    const found = compareResponses(request, real, mock, this.#context);
    const { differences, notCompared } =
      mayBeDelayed && found.differences.some(isBehaviour) ? await this.#retry(request, found, mock) : found;
    for (const difference of differences) this.differences.push(difference);
    for (const entry of notCompared) this.notCompared.push(entry);
    this.#hasWritten ||= !isRead(request.method) && request.credential === 'valid' && real.response.status < 400;
    if (operation === null) return;
    this.requestCounts.set(operation, (this.requestCounts.get(operation) ?? 0) + 1);
    if (real.response.status < 400 && mock.response.status < 400) this.#allowed.add(operation);
  }

  /** Records a request that isn't compared. */
  addNotCompared(request: PlannedRequest, reason: string, operation = this.#operationOf(request)): void {
    this.notCompared.push({ request: request.name, operation, place: 'request', reason });
  }

  #operationOf({ method, url }: PlannedRequest): string | null {
    return this.#context.operations.find(method, url)?.id ?? null;
  }

  #skip(request: PlannedRequest, operation: string | null, reason: string): void {
    // Without an expired credential, nothing is known about the operation.
    const subject = request.credential === 'expired' ? null : operation;
    if (request.credential === 'valid' || subject === null) this.addNotCompared(request, reason, subject);
  }

  /** Returns the operations for which only refusals were compared. */
  onlyRefused(): readonly NotCompared[] {
    const reason = 'no request succeeded on both sides';
    return [...this.requestCounts.keys()].flatMap((operation) =>
      this.#allowed.has(operation) ? [] : [{ request: operation, operation, place: 'answer', reason }],
    );
  }

  /** Repeats a read until the real service matches the mock. If it does, only the timing differs. */
  async #retry(request: PlannedRequest, found: Findings, mock: SentRequest): Promise<Findings> {
    for (let waited = RETRY_DELAY_MS; this.#patience >= RETRY_DELAY_MS; waited += RETRY_DELAY_MS) {
      this.#patience -= RETRY_DELAY_MS;
      await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY_MS));
      if (this.#context.stop?.aborted === true) throw new UserError(INTERRUPTED);
      const real = await this.#real.send(request);
      const retried = typeof real === 'string' ? found : compareResponses(request, real, mock, this.#context);
      if (retried.differences.some(isBehaviour)) continue;
      const { request: name, operation } = found.differences[0] ?? { request: request.name, operation: null };
      const times = { real: `about ${waited / 1000} s`, mock: 'at once' };
      const timing = {
        request: name,
        operation,
        class: 'propagation time',
        place: 'time',
        ...times,
        kind: 'behaviour',
      };
      return { ...retried, differences: [timing as Difference] };
    }
    return found;
  }
}

/** Returns the side without an object of the plan, possibly because its account is different. */
function findMissingSide(side: SentRequest, other: SentRequest): SentRequest | null {
  return side.response.status === 404 && !side.hasAllObjects && other.response.status < 400 ? side : null;
}

/** Different data in the accounts doesn't count. */
function isBehaviour({ kind }: Difference): boolean {
  return kind === 'behaviour';
}

/** Sends a read first, because it can safely be repeated. */
async function checkCredential(account: Account, real: Side, { requests }: Plan): Promise<void> {
  const first = requests.find(({ method, credential }) => isRead(method) && credential === 'valid');
  const sent = first && (await account.send(first));
  if (sent === undefined || typeof sent === 'string' || sent.response.status !== 401) return;
  throw new UserError(
    `--against ${real.url} refuses the credential from the environment (401). Nothing else was sent.`,
  );
}

function createSender(side: Side, flag: string, abandon?: AbortSignal): Send {
  return async (request, url, credential) => {
    try {
      return await sendRequest(side, { ...request, url }, credential, abandon);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : 'no response';
      throw new UserError(`${flag} ${side.url} does not respond: ${why.slice(0, 200)}.`, { cause });
    }
  };
}
