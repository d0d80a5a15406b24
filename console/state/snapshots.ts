import type { Snapshot } from '../control-api/types.ts';
import { timeText } from '../parts/time.ts';
import { worldMinute } from './clock.ts';

/** What a snapshot of this time is called that was given no name. */
export function snapshotNameAt(at: string): string {
  return `Snapshot of ${timeText(at, worldMinute.value)}`;
}

/** What a snapshot is called. */
export function snapshotName({ name, at }: Snapshot): string {
  return name ?? snapshotNameAt(at);
}
