import type { Instant } from '../core/clock.ts';
import type { Caller } from '../core/decide.ts';
import type { Decision } from '../core/decision.ts';
import type { FindFixes } from '../core/explaining/index.ts';
import type { Law } from '../core/law.ts';
import type { Problem } from '../core/problem.ts';
import type { Presented, Presenter } from '../credentials/presented.ts';
import type { Tripwire } from '../credentials/tripwire.ts';
import type { Random } from '../machine/random.ts';
import type { Store } from '../store/index.ts';
import type { OperationTypes, ServiceName } from './documented.ts';
import type { AnyHandler, Arrival, Context, Lookup, Operations, Outcome } from './request.ts';
import type { Seeding } from './seed.ts';
import type { Settings } from './settings.ts';
import type { Surroundings } from './world.ts';

/** Something that happens by itself between two moments. */
export interface WorldEvent {
  readonly at: Instant;
  readonly kind: string;
  readonly [detail: string]: unknown;
}

/** What a refusal is about, beside the problem itself: what a vendor's words may name. */
export interface About {
  readonly settings: Settings;
  readonly random: Random;
  /** As it was asked for, without its query. */
  readonly path: string;
  readonly params: Readonly<Record<string, string>>;
  /** Null where no operation has the path. */
  readonly operation: string | null;
  readonly caller: Caller | null;
  readonly decision: Decision | null;
}

/** A form that refusals come in: a schema of the document (null for text) with its media type; null for an empty body. */
export type ErrorForm = { readonly schema: string | null; readonly mediaType: string } | null;

/** How a service refuses. */
export interface Voice {
  readonly renderProblem: (problem: Problem, about: About) => Outcome;
  /** Every form that `renderProblem` makes. */
  readonly errors: readonly ErrorForm[];
}

/** What a handler of a host gets: any method, any path, and the bytes of any body. */
export interface HostContext<Target = unknown> extends Context<OperationTypes, Target> {
  readonly caller: Caller;
  readonly body: Buffer;
}

/** Host names that belong to a service whatever the path, such as a function's own. They are in no document. */
export interface ServiceHost extends Voice {
  /** Of the host name, in lower case and without port; its named groups become the parameters. */
  readonly pattern: RegExp;
  /** The row of the tables that it falls under. */
  readonly operation: string;
  readonly handler: (context: HostContext<never>) => Outcome | Promise<Outcome>;
}

/** Ways of a vendor that concern all of its operations. */
export interface Quirks {
  /** Enumerated values of bodies are understood in any case. */
  readonly caselessEnums?: true;
  /** Paths are answered with a slash at their end, and without. */
  readonly eitherSlash?: true;
  /** The object is looked up before the body is read. */
  readonly looksUpFirst?: true;
  /** Who asks is looked at before whether the path has the method. */
  readonly authenticatesFirst?: true;
}

/**
 * An emulated API, as a value.
 *
 * @typeParam Name where it is given, the compiler checks that every operation of the document has a handler of its type
 */
export interface ServiceDefinition<Name extends string = string> extends Voice {
  /** Also the name of its folders and of its document. */
  readonly name: Name;
  /** What people call it. */
  readonly title: string;
  /** Every failure on a path below one of these is told in this service's words; `{name}` stands for any segment. */
  readonly prefixes: readonly string[];
  /** Its tables, in every profile. */
  readonly laws: readonly Law[];
  /** Those that count. */
  readonly law: (settings: Settings) => Law;
  readonly quirks?: Quirks;
  /** It drives the mock itself: for whoever runs it, and not for web pages. */
  readonly isSwitchboard?: true;
  /** @throws Problem `unauthenticated` */
  readonly authenticate: (arrival: Arrival) => Promise<Caller>;
  /**
   * Who somebody with this id, name or client id would be; null for nobody. Absent where nobody can be.
   *
   * @throws Problem `unauthenticated` where their credential would not count
   */
  readonly impersonate?: (world: Surroundings, who: string, now: Instant) => Promise<Caller | null>;
  /** What would turn a refusal, where rights are given in a way of its own. */
  readonly findFixes?: FindFixes;
  /** Its kinds of credentials, as they stand in headers: what finds the world that a request is about. */
  readonly presenters?: readonly Presenter[];
  /** What stands in fields, by their names, of operations whose row says that they select a world. The first one counts most. */
  readonly credentialFields?: Readonly<Record<string, (text: string) => Presented>>;
  /** How real credentials of the vendor are told from those of a mock. */
  readonly tripwires?: readonly Tripwire[];
  readonly lookups: Readonly<Record<string, Lookup>>;
  /** By operationId; exactly those of the document. */
  readonly operations: Name extends ServiceName ? Operations<Name> : Readonly<Record<string, AnyHandler>>;
  readonly hosts?: readonly ServiceHost[];
  readonly seed: Seeding | null;
  /**
   * What happens by itself in `(from, to]`, in any order: at least the first `limit` of it, and not many more. Null where
   * nothing does.
   */
  readonly events: ((store: Store, from: Instant, to: Instant, limit: number) => Promise<readonly WorldEvent[]>) | null;
}
