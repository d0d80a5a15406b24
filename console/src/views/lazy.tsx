import { signal } from '@preact/signals';
import { useLoaded, WhenLoaded } from '../parts/loaded.tsx';

/** What is in the second script: every view but the first, and a request that is opened. */
type Lazy = typeof import('./others.ts');

/** Null until the script is there. */
export const lazy = signal<Lazy | null>(null);

/** Reads the second script. @throws TypeError if the server does not answer */
export async function loadViews(): Promise<void> {
  lazy.value ??= await import('./others.ts');
}

/** Stands where something of the second script is wanted, until the script is there. */
export function Awaited() {
  const views = useLoaded(loadViews, []);
  return <WhenLoaded of={views}>{() => null}</WhenLoaded>;
}
