import type { Instant } from './core/clock.ts';
import type { Sighting } from './core/decide.ts';
import type { Views } from './core/derived.ts';
import type { Findings } from './core/finding.ts';
import type { KnownHosts } from './core/hosts.ts';
import type { Standing } from './core/policy.ts';
import type { Principal } from './core/principal.ts';
import type { Problem } from './core/problem.ts';
import type { Tables } from './core/rule.ts';
import type { RememberedTokens } from './credentials/remembered.ts';
import type { Random } from './random.ts';
import type { Store } from './store/index.ts';
import type { WorldRecords } from './store/world.ts';
import type { Tokens } from './tokens/index.ts';

/** What the person who started the server chose, as far as services look at it. Durations in milliseconds. */
export interface Settings {
  readonly tokenTtl: number;
  readonly runaiBadCredentials: 400 | 401;
  readonly runaiKeyLimit: number;
}

/** Everything of one world that a request may touch. */
export interface Surroundings {
  readonly store: Store;
  readonly tokens: Tokens;
  readonly remembered: RememberedTokens;
  readonly findings: Findings;
  readonly hosts: KnownHosts;
  readonly settings: Settings;
  readonly random: Random;
  /** Views of rows, so that a list that did not change is put together once. */
  readonly views: Views;
}

/** A request before its caller is known. */
export interface Arrival extends Surroundings {
  /** The one time of this request. */
  readonly now: Instant;
  /** Scheme and authority under which the caller reached this server, without a slash at the end. */
  readonly origin: string;
  readonly method: string;
  /** Header lines of one name as they were received, each by itself. */
  headerLines(name: string): readonly string[];
}

/** Who asks, and what they hold. */
export interface Caller {
  readonly principal: Principal;
  readonly standing: Standing;
}

/** What a handler gets. It can read and write the world, and answer by what it returns; it has no socket. */
export interface Context extends Arrival {
  /** Null on public operations. */
  readonly caller: Caller | null;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  /** Valid by the document. Undefined where the operation has none. */
  readonly body: unknown;
  /** What the rule's look-up found. */
  readonly target: unknown;
}

/** What a handler answers. A body is sent as JSON; none for 204. */
export interface Outcome {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body is a view of rows that did not change: what was checked and written of it before still holds. */
  readonly unchanged?: boolean;
}

export type Handler = (context: Context) => Outcome | Promise<Outcome>;

/** Finds the object that a path names, as this caller may see it. */
export type Lookup = (context: Context, id: string) => Promise<Sighting>;

/** Something that happened by itself between two moments. */
export interface WorldEvent {
  readonly at: Instant;
  readonly kind: string;
  readonly [detail: string]: unknown;
}

/** How a service turns its part of a seed into the world, and into the cast that people read. */
export interface Seeding {
  /** JSON Schema of this service's part of a seed file. Objects in it are closed. */
  readonly schema: object;
  /** What the schema cannot say of a part that fits it, each fault a sentence. */
  faults(part: unknown): readonly string[];
  /** @param part fits the schema and has no faults */
  records(part: unknown, now: Instant, random: Random): Promise<WorldRecords>;
  /** The part of the cast: what somebody needs to use the identities. */
  cast(part: unknown): unknown;
}

/** An emulated API, as a value. */
export interface ServiceDefinition {
  /** Also the name of its folders and of its document. */
  readonly name: string;
  /** What people call it. */
  readonly title: string;
  /** The version of the vendor's API that it answers as; null where there is none. */
  readonly profile: string | null;
  /** Every failure on a path below one of these is told in this service's words. */
  readonly prefixes: readonly string[];
  readonly tables: Tables;
  /** Refuses a request before anything else is looked at. */
  readonly admit?: (arrival: Arrival) => void;
  /** @throws Problem `unauthenticated` */
  readonly authenticate: (arrival: Arrival) => Promise<Caller>;
  readonly lookups: Readonly<Record<string, Lookup>>;
  /** By operationId; exactly those of the document. */
  readonly operations: Readonly<Record<string, Handler>>;
  readonly renderProblem: (problem: Problem, settings: Settings) => Outcome;
  /** The schema of the bodies that `renderProblem` makes, by its name in the document, and their media type. */
  readonly errors: { readonly schema: string; readonly mediaType: string };
  readonly seed: Seeding | null;
  readonly events: ((store: Store, from: Instant, to: Instant) => Promise<readonly WorldEvent[]>) | null;
}
