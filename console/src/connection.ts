import { computed, signal } from '@preact/signals';

/**
 * Are events reported as they happen? `away`: nobody looks at the page, so nothing is read. `gone`: the server answers, and
 * does not have this world.
 */
export type Connection = 'connecting' | 'live' | 'lost' | 'gone' | 'away';

export const connection = signal<Connection>('connecting');

/** Does the server not answer? Then nothing can be changed. */
export const isOffline = computed(() => connection.value === 'lost');
