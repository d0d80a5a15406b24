import { signal } from '@preact/signals';
import type { Fix, RecordedRequest } from '../control-api/types.ts';
import type { Call, Caller } from './call.ts';
import { sendCall } from './send-again.ts';
import { offerUndo, type Undoable } from './undo.ts';

/** A line of the diff of a fix. */
export interface Line {
  readonly sign: '+' | '−';
  /** Such as `scope`. */
  readonly what: string;
  readonly name: string;
}

/** The request of a fix. */
export type FixRequest = NonNullable<Fix['request']>;

/** What makes a refused request succeed: a change, a different credential, or waiting. */
export interface Remedy {
  /** A sentence that describes the repair. */
  readonly text: string;
  readonly lines: readonly Line[];
  /** Label of its button, such as `Fix and send again`. */
  readonly label: string;
  /** The request that makes the change, if it is one. */
  readonly request?: FixRequest;
  /** The body to resend. Default: the original. */
  readonly body?: string;
  /** Whether it waits for a time, and can be cancelled. */
  readonly waits?: true;
  /** The caller of the resent request. Default: the original. */
  readonly caller?: Caller;
  /**
   * Makes the change.
   *
   * @returns how to undo it; null if it cannot be undone, undefined if undo is already offered
   * @throws like the control API, or if the signal aborts
   */
  readonly apply: (signal: AbortSignal) => Promise<Undoable | null | undefined>;
}

/** A refused request that was resent after a change. */
export interface Repair {
  readonly before: RecordedRequest;
  readonly remedy: Remedy;
  /** The id of the resent request. */
  readonly after: string;
  readonly status: number | null;
}

/** The repairs of this page, by the ids of both requests. */
export const repairs = signal<ReadonlyMap<string, Repair>>(new Map());

/** The id of the latest resent request, until the page has opened it. */
export const arrival: { id: string | null } = { id: null };

/** Makes the change, and offers to undo it. @throws like `Remedy.apply` */
export async function apply(remedy: Remedy, signal: AbortSignal): Promise<void> {
  const undo = await remedy.apply(signal);
  if (undo !== undefined) offerUndo(undo);
}

/** Makes the change, and resends the request. @throws like `Remedy.apply` and `sendCall` */
export async function repair(
  before: RecordedRequest,
  remedy: Remedy,
  call: Call,
  caller: Caller,
  signal: AbortSignal,
): Promise<Repair> {
  await apply(remedy, signal);
  const { id, status } = await sendCall(call, remedy.caller ?? caller);
  const repairOfRequest: Repair = { before, remedy, after: id, status };
  repairs.value = new Map([...repairs.value, [before.id, repairOfRequest], [id, repairOfRequest]]);
  arrival.id = id;
  return repairOfRequest;
}
