import type { Instant, WorldClock } from './core/clock.ts';
import type { Caller, Reach, Sighting } from './core/decide.ts';
import type { Decision } from './core/decision.ts';
import type { Views } from './core/derived.ts';
import type { Findings } from './core/finding.ts';
import type { Mend } from './core/fixes.ts';
import type { KnownHosts } from './core/hosts.ts';
import type { Law } from './core/law.ts';
import type { Problem } from './core/problem.ts';
import type { PropagationMode } from './core/propagation.ts';
import type { SeedFault } from './core/seed-fault.ts';
import type { Derivation } from './credentials/derivation.ts';
import type { Presented } from './credentials/presented.ts';
import type { RememberedTokens } from './credentials/remembered.ts';
import type { Random } from './random.ts';
import type { Store } from './store/index.ts';
import type { KeptSeed, WorldRecords } from './store/world.ts';
import type { IdentityProvider } from './tokens/identity-provider.ts';
import type { Tokens } from './tokens/index.ts';

/** What the person who started the server chose, as far as services look at it. Durations in milliseconds. */
export interface Settings {
  readonly tokenTtl: number;
  readonly refreshTtl: number;
  readonly codeTtl: number;
  readonly runai: '2.19' | '2.24' | '3.0';
  readonly runaiBadCredentials: 400 | 401;
  readonly runaiKeyLimit: number;
  readonly runaiRevokeOnDelete: boolean;
  readonly nvcf: 'documented' | 'open-source';
  readonly air: '2.0' | 'dsx';
  readonly airBadCredentials: 401 | 403;
  readonly propagation: PropagationMode;
  readonly propagationDelay: number;
}

/** What a process has, the same for all of its worlds, as far as services look at it. It never changes after the start. */
export interface ServerScope {
  readonly tokens: Tokens;
  /** Whose tokens are exchanged for ours; null where none was configured. */
  readonly identityProvider: IdentityProvider | null;
  readonly hosts: KnownHosts;
  readonly settings: Settings;
  /** What counts for each service, in the profile that was chosen. */
  readonly laws: readonly Law[];
}

/** Which worlds there are, as far as requests ask. */
export interface WorldsByName {
  /** The one that a request is about unless it names another. */
  readonly default: World;
  /** Is there no other world, and was there none? */
  readonly isAlone: boolean;
  has(id: string): boolean;
  /** The world of an id, which counts as a use of it. */
  find(id: string): World | undefined;
  /** Was there a world of this id, which was deleted or ended? The latest 10,000 are known. */
  isGone(id: string): boolean;
  /** Ids of the worlds that a credential is of, there or gone: several where they were given the same. */
  ownersOf(presented: Presented): readonly string[];
  /** Has the default world this client or key? `ownersOf` does not tell: what nobody claims leads there anyway. */
  isOfDefault(presented: Presented): Promise<boolean>;
}

/** What one world has, as far as services look at it. */
export interface WorldScope {
  readonly store: Store;
  readonly remembered: RememberedTokens;
  readonly findings: Findings;
  readonly random: Random;
  /** Views of rows, so that a list that did not change is put together once. */
  readonly views: Views;
}

/** One world, as the steps of a request and the switchboard see it: everything that changes, and nothing of another world. */
export interface World extends WorldScope {
  readonly id: string;
  /** What its keys begin with, so that they lead to it; empty for the default world. */
  readonly mark: string;
  /** The same of its refresh tokens and codes; the default world has one, too. */
  readonly grantMark: string;
  /** `own`: no other world has its client ids; `cast`: they are as they are written, such as an application's name. */
  readonly credentials: 'own' | 'cast';
  readonly clock: WorldClock;
  /** An id for the next decision; never the same twice, not even after a restart. */
  nextDecisionId(): string;
  /** The seed it was made of. */
  seed(): Promise<KeptSeed>;
  /** A request begins that may use it until `release`: as long as that, it stays as it is, whatever becomes of it. */
  hold(): void;
  release(): void;
  /** Back to the seed it was made of: clock real, decisions and findings empty, what was made since is gone. */
  reset(): Promise<void>;
}

/** Everything that a request may touch: of its world, and of the server that has it. */
export interface Surroundings extends ServerScope, WorldScope {}

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

export type { Caller } from './core/decide.ts';

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
  admits(reach: Reach): boolean;
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

/** Something that happens by itself between two moments. */
export interface WorldEvent {
  readonly at: Instant;
  readonly kind: string;
  readonly [detail: string]: unknown;
}

/** A list of a seed whose entries a seed that extends another can change one by one. */
export interface SeedList {
  /** The members that tell an entry from the others. */
  readonly by: readonly string[];
  /** Of a list of those who have credentials: what people call one of them, and many. */
  readonly called?: readonly [one: string, many: string];
}

/** How a service turns its part of a seed into the world, and into the cast that people read. */
export interface Seeding {
  /** JSON Schema of this service's part of a seed file. Objects in it are closed, and each member is described. */
  readonly schema: object;
  /** Its lists whose entries are told apart by members, by name. */
  readonly lists: Readonly<Record<string, SeedList>>;
  /** Its faults and records look into the part of `ngc`, too. */
  readonly readsOrganizations?: true;
  /** What the schema cannot say of a part that fits it, as it was written. @param seed the whole seed */
  faults(part: unknown, seed: Readonly<Record<string, unknown>>): readonly SeedFault[];
  /**
   * The part with what was left out of it: ids, keys, secrets, client ids, passwords. Absent where nothing can be.
   * What is there stays as it is, so a part that is complete stays the same.
   *
   * @param part fits the schema
   */
  completed?(part: unknown, derivation: Derivation): unknown;
  /**
   * The part as another world has it: every NGC key, every secret and every confidential client id is the world's own,
   * also those that are written out; ids are written out, and the same everywhere. Names, e-mails, passwords with their
   * hashes, realm names, public OAuth clients stay. Absent where there are no credentials.
   *
   * @param part is complete, and of the world that a server begins with
   */
  own?(part: unknown, derivation: Derivation): unknown;
  /** The part without the ids that `completed` gives back to it. Absent where it gives none. */
  bare?(part: unknown): unknown;
  /**
   * The part with what takes long to make and is the same in every world: the hashes of passwords.
   *
   * @param part is complete
   * @param builtIn this service's part of the built-in cast: what it has already need not be made
   */
  hashed?(part: unknown, random: Random, builtIn: unknown): Promise<unknown>;
  /**
   * @param part is complete and hashed, and has no faults
   * @param seed the whole seed, because parts refer to each other
   */
  records(part: unknown, now: Instant, random: Random, seed: Readonly<Record<string, unknown>>): Promise<WorldRecords>;
  /** The part of the cast: what somebody needs to use the identities. */
  cast(part: unknown): unknown;
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

/** Host names that belong to a service whatever the path, such as a function's own. They are in no document. */
export interface ServiceHost extends Voice {
  /** Of the host name, in lower case and without port; its named groups become the parameters. */
  readonly pattern: RegExp;
  /** The row of the tables that it falls under. */
  readonly operation: string;
  readonly handler: Handler;
}

/** Ways of a vendor that concern all of its operations. */
export interface Habits {
  /** Enumerated values of bodies are understood in any case. */
  readonly caselessEnums?: true;
  /** Paths are answered with a slash at their end, and without. */
  readonly eitherSlash?: true;
  /** The object is looked up before the body is read. */
  readonly looksUpFirst?: true;
  /** Who asks is looked at before whether the path has the method. */
  readonly authenticatesFirst?: true;
}

/** An emulated API, as a value. */
export interface ServiceDefinition extends Voice {
  /** Also the name of its folders and of its document. */
  readonly name: string;
  /** What people call it. */
  readonly title: string;
  /** Every failure on a path below one of these is told in this service's words; `{name}` stands for any segment. */
  readonly prefixes: readonly string[];
  /** Its tables, in every profile. */
  readonly laws: readonly Law[];
  /** Those that count. */
  readonly law: (settings: Settings) => Law;
  readonly habits?: Habits;
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
  readonly mend?: Mend;
  /** Names of the fields that credentials stand in, of operations whose row says that they select a world. */
  readonly credentialFields?: {
    /** Client ids, and names of applications. */
    readonly clients?: readonly string[];
    /** Refresh tokens and codes. */
    readonly grants?: readonly string[];
    /** NGC keys. */
    readonly keys?: readonly string[];
  };
  readonly lookups: Readonly<Record<string, Lookup>>;
  /** By operationId; exactly those of the document. */
  readonly operations: Readonly<Record<string, Handler>>;
  readonly hosts?: readonly ServiceHost[];
  readonly seed: Seeding | null;
  /**
   * What happens by itself in `(from, to]`, in any order: at least the first `limit` of it, and not many more. Null where
   * nothing does.
   */
  readonly events: ((store: Store, from: Instant, to: Instant, limit: number) => Promise<readonly WorldEvent[]>) | null;
}
