import type { Instant } from '../../core/clock.ts';
import type { Decision } from '../../core/decision.ts';
import type { Tables } from '../../core/rule.ts';
import type { World, WorldEvent } from '../../service.ts';

/** A call of the switchboard. */
export interface Call {
  readonly method: string;
  readonly path: string;
  readonly summary: string;
}

/** What the switchboard needs of the rest of the server. */
export interface Ports {
  info(world: World): Promise<unknown>;
  cast(world: World): Promise<unknown>;
  /** What the switchboard can be asked, in the order of its document. */
  calls(): readonly Call[];
  /** What happens by itself in a world in `(from, to]`, earliest first. */
  events(world: World, from: Instant, to: Instant): Promise<readonly WorldEvent[]>;
  /** The law of a service; null where there is none of that name. */
  tables(service: string): { readonly profile: string | null; readonly tables: Tables } | null;
  /** Names of the services that have tables. */
  services(): readonly string[];
  describe(decision: Decision): unknown;
  /**
   * What would be decided in a world about a request of somebody, with nothing done.
   *
   * @throws Problem when there is nobody of that id, or no operation at that path
   */
  simulate(
    world: World,
    thought: { readonly principal: string; readonly method: string; readonly path: string },
  ): Promise<Decision>;
}
