import { signal } from '@preact/signals';
import { ask, type Decision, type OperationEffect, type RecordedRequest } from '../control-api/client.ts';
import { askAs } from '../control-api/vendor.ts';
import type { Call } from './call.ts';
import { type Caller, pickCaller, requestToken } from './caller.ts';
import { reportChange } from './changes.ts';
import { isFrozen, waitForWorldTime } from './clock.ts';
import { editKey } from './edit-key.ts';
import { type Identity, readIdentities } from './identities.ts';
import { moveClock } from './move-clock.ts';
import { readListedOperations } from './operations.ts';
import {
  type Change,
  type FixRequest,
  findNearest,
  listCandidates,
  listNearestCandidates,
  listPathRemedies,
  listRemedies,
  type Nearest,
  type Remedy,
} from './remedies.ts';
import { sendCall } from './send-again.ts';
import { offerUndo, type Undoable } from './undo.ts';

/** A refused request that was resent after a change. */
export interface Repair {
  readonly before: RecordedRequest;
  readonly remedy: Remedy;
  readonly after: string;
  readonly status: number | null;
}

/** The repairs since the page was loaded. Each is listed twice: by the id of the refused and of the resent request. */
export const repairs = signal<ReadonlyMap<string, Repair>>(new Map());

/** The id of the latest resent request until its panel takes the focus; null afterwards. */
export const unopenedResend: { id: string | null } = { id: null };

/** Reads the remedies for a request, and its caller. @param decision null for a path that no operation has @throws like the control API */
export async function readRemedies(request: RecordedRequest, decision: Decision | null) {
  const identities = await readIdentities();
  const caller = pickCaller(request, decision, identities);
  if (decision === null) {
    const nearest = findNearest(request);
    if (nearest === null) return { caller, remedies: [], adviceOnly: [] };
    const operations = caller.kind === 'unknown' ? await readListedOperations() : [];
    const allowed = await filterAllowed(listNearestCandidates(nearest, identities, operations), nearest);
    return { caller, remedies: listPathRemedies(nearest, caller, allowed), adviceOnly: [] };
  }
  const refusal = { request, decision, identities };
  const allowed = await filterAllowed(listCandidates(refusal), decision.request);
  return { caller, ...listRemedies(refusal, allowed, !isFrozen.value) };
}

async function filterAllowed(candidates: readonly Identity[], { method, path }: Nearest): Promise<readonly Identity[]> {
  const effects = await Promise.all(
    candidates.map(({ id: principal }) =>
      ask<OperationEffect>('POST', '/_mock/decisions/simulate', { principal, method, path }).then(
        ({ effect }) => effect,
        // There is no decision for identities that cannot call the service.
        () => 'deny',
      ),
    ),
  );
  return candidates.filter((_, index) => effects[index] === 'allow');
}

/** Makes the change of a remedy, and offers to undo it. @throws like the control API, or if the signal aborts */
export async function applyChange(change: Change, signal: AbortSignal): Promise<void> {
  if (change.kind === 'wait') {
    await waitForWorldTime(change.to, signal);
    offerUndo(null);
    // Moving the clock offers to undo it by itself.
  } else if (change.kind === 'move') await moveClock('set', { to: change.to });
  else if (change.kind === 'send') offerUndo(await sendFix(change.request));
}

/** Sends the request of a fix. Returns how to undo it; null if it cannot be undone. */
async function sendFix({ method, path, body, as }: FixRequest): Promise<Undoable | null> {
  const key = /^\/_mock\/keys\/([^/]+)$/.exec(path)?.[1];
  if (key !== undefined && method === 'PATCH') return (await editKey(decodeURIComponent(key), body ?? {})).undo;
  if (as === undefined) {
    await ask(method, path, body);
    reportChange('keys', 'clock');
    return null;
  }
  // Each call gets a new token, because the clock of the world may have moved.
  const call = async (...request: [method: string, path: string, body?: object]) =>
    askAs<{ readonly id?: unknown } | null>(await requestToken({ kind: 'principal', name: as.principal }), ...request);
  const id = (await call(method, path, body))?.id;
  if (method !== 'POST' || (typeof id !== 'string' && typeof id !== 'number')) return null;
  const createdPath = `${path}/${encodeURIComponent(String(id))}`;
  return {
    text: `\`${method} ${path}\` was sent as ${as.principal}.`,
    undo: async () => {
      await call('DELETE', createdPath);
      return `\`DELETE ${createdPath}\` was sent as ${as.principal}.`;
    },
  };
}

/** Makes the change, and resends the request. @throws like `applyChange` and `sendCall` */
export async function repairRequest(
  before: RecordedRequest,
  remedy: Remedy,
  call: Call,
  caller: Caller,
  signal: AbortSignal,
): Promise<Repair> {
  await applyChange(remedy.change, signal);
  const { id, status } = await sendCall({ ...call, ...remedy.call }, remedy.sender ?? caller);
  const finished: Repair = { before, remedy, after: id, status };
  repairs.value = new Map([...repairs.value, [before.id, finished], [id, finished]]);
  unopenedResend.id = id;
  return finished;
}
