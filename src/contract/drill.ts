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
  /** The event, in a sentence. */
  readonly event: string;
  /** The behaviour of a correct client. */
  readonly rightClient: string;
  /** The duration unless one is given, in milliseconds of the world's clock; null: it happens at once. */
  readonly durationMs: number | null;
  /** Who is affected: always one principal, one or all, or always all. */
  readonly affects: 'one' | 'one-or-all' | 'all';
  /** For a drill that affects one principal: the default one. Absent: the administrator. */
  readonly defaultPrincipal?: string;
  /**
   * Starts the drill.
   *
   * @param principal the affected principal; null for all or, if it affects one principal, for `fallback`
   * @throws Problem that says why it cannot start
   */
  run(context: RequestContext, principal: Caller | null): Promise<DrillEffect>;
}

/** The effect of a drill, and the faults that it adds. */
export interface DrillEffect {
  /** The event that has already happened, in a sentence. */
  readonly summary: string;
  readonly faults?: readonly Pick<FaultOrder, 'match' | 'action'>[];
  /** The principal that it affects. */
  readonly principal?: Principal;
  /** Credentials that replace others. */
  readonly credentials?: { readonly clientId: string; readonly clientSecret: string };
  /** The text of a key that replaces another. */
  readonly key?: string;
  /** How to judge the client's next requests; absent: the client is not judged. */
  readonly watch?: Watch;
}
