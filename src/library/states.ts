import type { ProviderState, StateValues } from '../../generated/library.ts';

/** Provider states of a world: what holds before an interaction of a contract. */
export interface StatesBoard {
  list(): Promise<readonly ProviderState[]>;
  /**
   * @returns the values of the state
   * @example
   * const { key } = await mock.states.setup('a key with scopes', { type: 'service', name: 'ci', services: ['nvcf'] });
   */
  setup(state: string, params?: Readonly<Record<string, unknown>>): Promise<StateValues>;
  /** Removes what a setup with the same parameters made; without one nothing happens. */
  teardown(state: string, params?: Readonly<Record<string, unknown>>): Promise<void>;
}
