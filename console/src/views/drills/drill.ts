import type { Drill, Fault } from '../../control-api/types.ts';
import { worldTime } from '../../state/clock.ts';

/** A drill with one of the faults that it consists of while it runs. */
export interface Known {
  readonly drill: Drill;
  readonly fault: Fault | undefined;
}

/** Does it run by the clock of the world, although the list was read a while ago? */
export function isInForce({ running, endsAt }: Drill): boolean {
  const now = worldTime.value?.now;
  return running && (endsAt === null || now === undefined || now < endsAt);
}
