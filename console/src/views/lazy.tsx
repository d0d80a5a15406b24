import { signal } from '@preact/signals';
import { useLoaded, WhenLoaded } from '../parts/loaded.tsx';

/** The second script: all views but the first, and the panel of a request. */
type LazyViews = typeof import('./others.ts');

/** Null until it is loaded. */
export const lazyViews = signal<LazyViews | null>(null);

/** Loads the second script. @throws TypeError if the server cannot be reached */
export async function loadViews(): Promise<void> {
  lazyViews.value ??= await import('./others.ts');
}

/** Placeholder for a component of the second script while it loads. */
export function ViewPlaceholder() {
  const views = useLoaded(loadViews, []);
  return <WhenLoaded loaded={views}>{() => null}</WhenLoaded>;
}
