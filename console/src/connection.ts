import { computed, signal } from '@preact/signals';

/**
 * State of the event stream. `away`: the page is hidden, so nothing is read. `gone`: the server answers but no longer
 * has this world. `locked`: the server requires an admin token that the page does not have.
 */
export type Connection = 'connecting' | 'live' | 'lost' | 'gone' | 'away' | 'locked';

export const connection = signal<Connection>('connecting');

/** Whether the server is unreachable or locked, so that nothing can be changed. */
export const isOffline = computed(() => connection.value === 'lost' || connection.value === 'locked');
