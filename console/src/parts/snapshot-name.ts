import { formatTime } from './time.ts';
import { getWorldNow } from './when.tsx';

/** Returns the default name of a snapshot taken at this time. */
export function defaultNameAt(at: string): string {
  return `Snapshot of ${formatTime(at, getWorldNow())}`;
}

export function nameOfSnapshot({ name, at }: { readonly name: string | null; readonly at: string }): string {
  return name ?? defaultNameAt(at);
}
