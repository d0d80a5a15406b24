import type { Drill, Fault } from '../../control-api/types.ts';
import { worldTime } from '../../state/clock.ts';

/** A drill with one of its faults while it runs. */
export interface DrillState {
  readonly drill: Drill;
  readonly fault: Fault | undefined;
}

/** Returns whether a drill is still running by the world's clock, which may have moved since the list was read. */
export function isInForce({ running, endsAt }: Drill): boolean {
  const now = worldTime.value?.now;
  return running && (endsAt === null || now === undefined || now < endsAt);
}
