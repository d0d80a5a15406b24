import { timeText } from './time.ts';
import { worldNow } from './when.tsx';

/** What a snapshot of this time is called that was given no name. */
export function snapshotNameAt(at: string): string {
  return `Snapshot of ${timeText(at, worldNow.of.value)}`;
}

/** What a snapshot is called. */
export function snapshotName({ name, at }: { readonly name: string | null; readonly at: string }): string {
  return name ?? snapshotNameAt(at);
}
