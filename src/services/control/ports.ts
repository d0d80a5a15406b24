import type { Decision } from '../../core/decision.ts';
import type { Tables } from '../../core/rule.ts';
import type { WorldEvent } from '../../service.ts';

/** A call of the switchboard. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly summary: string;
}

/** What the switchboard needs of the rest of the server. */
export interface Ports {
  info(): Promise<unknown>;
  cast(): Promise<unknown>;
  reset(): Promise<void>;
  /** What the switchboard can be asked, in the order of its document. */
  calls(): readonly Call[];
  /** How far the clock stands ahead of the real time, in milliseconds. */
  clockAhead(): number;
  /** Moves the clock forward by milliseconds. Tells what happened in between, earliest first. */
  advance(milliseconds: number): Promise<readonly WorldEvent[]>;
  now(): number;
  /** The law of a service; null where there is none of that name. */
  tables(service: string): { readonly profile: string | null; readonly tables: Tables } | null;
  /** Names of the services that have tables. */
  services(): readonly string[];
  describe(decision: Decision): unknown;
  /**
   * What would be decided about a request of somebody, with nothing done.
   *
   * @throws Problem when there is nobody of that id, or no operation at that path
   */
  simulate(principal: string, method: string, path: string): Promise<Decision>;
}
