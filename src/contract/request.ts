import type { Instant } from '../core/clock.ts';
import type { Caller, Reach, Sighting } from '../core/decide.ts';
import type { Problem } from '../core/problem.ts';
import type { Surroundings, World } from './world.ts';

/** A request before its caller is known. */
export interface Arrival extends Surroundings {
  readonly world: World;
  /** The one time of this request. */
  readonly now: Instant;
  /** Scheme and authority under which the caller reached this server, without a slash at the end. */
  readonly origin: string;
  /** The same for URLs that are called without the caller's credential: in a world other than the default one they name it. */
  readonly openOrigin: string;
  readonly method: string;
  /** Header lines of one name as they were received, each by itself. */
  headerLines(name: string): readonly string[];
}

/** What a handler gets. It can read and write the world, and answer by what it returns; it has no socket. */
export interface Context extends Arrival {
  /** Null on public operations. */
  readonly caller: Caller | null;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, unknown>>;
  /** Valid by the document. Undefined where the operation has none; a Buffer where it takes bytes of any type. */
  readonly body: unknown;
  /** What the rule's look-up found. */
  readonly target: unknown;
  /**
   * Of an operation that streams: how many bytes of the body come, at most so many, and their SHA-256 in hexadecimal.
   * The bytes themselves are dropped.
   *
   * @throws Problem for more bytes, or for silence
   */
  digest(most: number): Promise<{ readonly size: number; readonly hash: string }>;
  /** May the caller do what the rule is about to this object, too? For lists, which show what their reader may see. */
  mayReach(reach: Reach): boolean;
}

/** What a handler answers. A body is sent as JSON, a Buffer as it is; none for 204. */
export interface Outcome {
  readonly status: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** The body is a view of rows that did not change: what was checked and written of it before still holds. */
  readonly unchanged?: boolean;
  /** The answer refuses, in a form of its own: a page that asks again, a redirect that names an error. */
  readonly refusal?: Problem;
}

export type Handler = (context: Context) => Outcome | Promise<Outcome>;

/** Finds the object that a path names, as this caller may see it. */
export type Lookup = (context: Context, id: string) => Promise<Sighting>;
