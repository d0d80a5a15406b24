import { timeText } from './time.ts';
import { worldNow } from './when.tsx';

/** Returns the default name of a snapshot taken at this time. */
export function snapshotNameAt(at: string): string {
  return `Snapshot of ${timeText(at, worldNow.of.value)}`;
}

/** Returns the name of a snapshot. */
export function snapshotName({ name, at }: { readonly name: string | null; readonly at: string }): string {
  return name ?? snapshotNameAt(at);
}
