import { signal } from '@preact/signals';
import type { Fix, RecordedRequest } from '../control-api/types.ts';
import type { Call } from './call.ts';
import type { Caller, Sender } from './caller.ts';
import { sendCall } from './send-again.ts';
import { offerUndo, type Undoable } from './undo.ts';

/** A line of the diff of a fix. */
export interface DiffLine {
  readonly sign: '+' | '−';
  /** The kind of right or binding that is added or removed, such as `scope`. */
  readonly kind: string;
  readonly name: string;
}

/** The request of a fix. */
export type FixRequest = NonNullable<Fix['request']>;

/** A way to make a refused request succeed: a change, a different credential, or waiting. */
export interface Remedy {
  /** A sentence that describes it. */
  readonly text: string;
  readonly lines: readonly DiffLine[];
  /** Label of its button, such as `Fix and send again`. */
  readonly label: string;
  /** The request that makes the change, if it is one. */
  readonly request?: FixRequest;
  /** The body to resend. Default: the original. */
  readonly body?: string;
  /** Whether it waits for a time, so that it can be cancelled. */
  readonly waits?: true;
  /** The sender of the resent request. Default: the original caller. */
  readonly sender?: Sender;
  /**
   * Makes the change.
   *
   * @returns how to undo it; null if it cannot be undone, undefined if undo is already offered
   * @throws like the control API, or if `abort` is aborted
   */
  readonly apply: (abort: AbortSignal) => Promise<Undoable | null | undefined>;
}

/** A refused request that was resent after a change. */
export interface Repair {
  readonly before: RecordedRequest;
  readonly remedy: Remedy;
  /** The id of the resent request. */
  readonly after: string;
  readonly status: number | null;
}

/** The repairs since the page was loaded. Each is listed twice: by the id of the refused and of the resent request. */
export const repairs = signal<ReadonlyMap<string, Repair>>(new Map());

/** The id of the latest resent request until its panel takes the focus; null afterwards. */
export const unopenedResend: { id: string | null } = { id: null };

/** Makes the change, and offers to undo it. @throws like `Remedy.apply` */
export async function applyRemedy(remedy: Remedy, abort: AbortSignal): Promise<void> {
  const undo = await remedy.apply(abort);
  if (undo !== undefined) offerUndo(undo);
}

/** Makes the change, and resends the request. @throws like `Remedy.apply` and `sendCall` */
export async function repairRequest(
  before: RecordedRequest,
  remedy: Remedy,
  call: Call,
  caller: Caller,
  abort: AbortSignal,
): Promise<Repair> {
  await applyRemedy(remedy, abort);
  const { id, status } = await sendCall(call, remedy.sender ?? caller);
  const finished: Repair = { before, remedy, after: id, status };
  repairs.value = new Map([...repairs.value, [before.id, finished], [id, finished]]);
  unopenedResend.id = id;
  return finished;
}
