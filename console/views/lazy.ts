import { signal } from '@preact/signals';

/** What is in the second script: every view but the first, and a request that is opened. */
type Lazy = typeof import('./others.ts');

/** Null until the script is there. */
export const lazy = signal<Lazy | null>(null);

/** Reads the second script. @throws TypeError if the server does not answer */
export async function loadViews(): Promise<void> {
  lazy.value ??= await import('./others.ts');
}
