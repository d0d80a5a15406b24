import { computed, signal } from '@preact/signals';

/**
 * Are events reported as they happen? `away`: nobody looks at the page, so nothing is read. `gone`: the server answers, and
 * does not have this world. `locked`: it wants an admin token that the page does not have.
 */
export type Connection = 'connecting' | 'live' | 'lost' | 'gone' | 'away' | 'locked';

export const connection = signal<Connection>('connecting');

/** Is the server unreachable or locked? Then nothing can be changed. */
export const isOffline = computed(() => connection.value === 'lost' || connection.value === 'locked');
