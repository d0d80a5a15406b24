import { signal } from '@preact/signals';
import type { Fix, RecordedRequest } from '../control-api/types.ts';
import type { Call, Caller } from './call.ts';
import { sendCall } from './send-again.ts';
import { offerUndo, type Undoable } from './undo.ts';

/** A line of what a fix changes. */
export interface Line {
  readonly sign: '+' | '−';
  /** Such as `scope`. */
  readonly what: string;
  readonly name: string;
}

/** The call of a fix. */
export type FixRequest = NonNullable<Fix['request']>;

/** One way to have a refused request allowed: a change, another credential, or waiting. */
export interface Way {
  /** What it does, as a sentence. */
  readonly text: string;
  readonly lines: readonly Line[];
  /** What its button says, such as `Fix and send again`. */
  readonly label: string;
  /** The call that makes the change, if it is one. */
  readonly request?: FixRequest;
  /** The body that is sent then. Absent: the same. */
  readonly body?: string;
  /** Does it take until a time comes? Then it can be ended. */
  readonly waits?: true;
  /** Who sends the request then. Absent: its caller does. */
  readonly caller?: Caller;
  /**
   * Makes the change.
   *
   * @returns how it is undone; null if it cannot be, undefined if that is offered already
   * @throws as the control API does, or if the signal ends it
   */
  readonly apply: (signal: AbortSignal) => Promise<Undoable | null | undefined>;
}

/** A refused request that was sent again once something was changed. */
export interface Repair {
  readonly before: RecordedRequest;
  readonly way: Way;
  /** The id of the request that was sent again. */
  readonly after: string;
  readonly status: number | null;
}

/** What this page has repaired, by the ids of both requests. */
export const repairs = signal<ReadonlyMap<string, Repair>>(new Map());

/** The id of the request that the last repair led to, until the page has gone there. */
export const arrival: { id: string | null } = { id: null };

/** Makes the change, and offers to undo it. @throws as `Way.apply` does */
export async function apply(way: Way, signal: AbortSignal): Promise<void> {
  const undo = await way.apply(signal);
  if (undo !== undefined) offerUndo(undo);
}

/** Makes the change, and sends the request again. @throws as `Way.apply` and `sendCall` do */
export async function repair(
  before: RecordedRequest,
  way: Way,
  call: Call,
  caller: Caller,
  signal: AbortSignal,
): Promise<Repair> {
  await apply(way, signal);
  const { id, status } = await sendCall(call, way.caller ?? caller);
  const done: Repair = { before, way, after: id, status };
  repairs.value = new Map([...repairs.value, [before.id, done], [id, done]]);
  arrival.id = id;
  return done;
}
