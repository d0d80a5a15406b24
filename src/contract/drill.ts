import type { Caller } from '../decisions/decide.ts';
import type { Principal } from '../decisions/principal.ts';
import type { FaultOrder } from '../faults/fault.ts';
import type { JudgedRequest, Watch } from '../journal/watches.ts';
import type { Schema } from './documented.ts';
import type { RequestContext } from './request.ts';

export type { JudgedRequest };

/** A simulated production failure that a client must survive. */
export interface Drill {
  readonly name: Schema<'control', 'DrillName'>;
  /** What happens, in a sentence. */
  readonly event: string;
  /** The behaviour of a correct client. */
  readonly rightClient: string;
  /** The default duration in milliseconds of the world's clock; null if the drill happens at once. */
  readonly durationMs: number | null;
  /** Who is affected: always one principal, one or all, or always all. */
  readonly affects: 'one' | 'one-or-all' | 'all';
  /** For a drill that affects one principal: the principal if none is named. Absent: the administrator. */
  readonly defaultPrincipal?: string;
  /**
   * Starts the drill.
   *
   * @param principal the affected principal; null for all or, if it affects one principal, for `defaultPrincipal`
   * @throws Problem that says why it cannot start
   */
  run(context: RequestContext, principal: Caller | null): Promise<DrillEffect>;
}

/** The effect of a drill, and the faults that it adds. */
export interface DrillEffect {
  /** What has happened, in a sentence. */
  readonly summary: string;
  readonly faults?: readonly Pick<FaultOrder, 'match' | 'action'>[];
  /** The principal that the drill affects. Absent: the chosen one or, without one, all. */
  readonly principal?: Principal;
  /** Credentials that replace others. */
  readonly credentials?: { readonly clientId: string; readonly clientSecret: string };
  /** The text of a key that replaces another. */
  readonly key?: string;
  /** How to judge the client's next requests; absent: the client is not judged. */
  readonly watch?: Watch;
}
