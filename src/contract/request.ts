import type { Caller, LookupResult, ResourceAttributes } from '../decisions/decide.ts';
import type { Problem } from '../decisions/problem.ts';
import type { Outcome } from '../decisions/responses/outcome.ts';
import type { HintCollector } from '../journal/request-hints.ts';
import type { Instant } from '../lib/clock.ts';
import type { Row } from '../store/row.ts';
import type { PublicJwk } from '../tokens/keys.ts';
import type { OperationId, OperationOf, OperationTypes, ServiceName } from './documented.ts';
import type { RequestScope, World } from './world.ts';

/** A request before its caller is known. */
export interface RequestContext extends RequestScope {
  readonly world: World;
  /** The time of the request. It stays the same while the request is handled. */
  readonly now: Instant;
  /** The scheme and authority by which the caller reached this server, without a trailing slash. */
  readonly origin: string;
  /** The base of URLs called without the caller's credential: with the prefix of the world, except the default. */
  readonly openOrigin: string;
  /** Like `origin`, for URLs that a client calls without a browser: at the name of the server that this request used. */
  readonly backchannelOrigin: string;
  readonly method: string;
  readonly params: Readonly<Record<string, string>>;
  /** Undefined if it was not read, or cannot be parsed. */
  readonly body: unknown;
  /** Why the body cannot be read; null if it can. */
  readonly bodyFault: unknown;
  /** Takes hints about this request, whether or not it succeeds. */
  readonly hints: HintCollector;
  /** Whether the caller may read the cast with all passwords, and so needs no password to log in as anyone. */
  readonly mayReadCast: boolean;
  /** The keys of the request's issuer; without a selected world, of all worlds, because their issuer is the same. */
  publishedKeys(): readonly PublicJwk[];
  /** Returns the header lines with this name as they were received, without joining them. */
  headerLines(name: string): readonly string[];
  /** Reserves memory for a response with these rows; large ones wait. @throws Problem `storage_full`, `unavailable` */
  reserveAnswer(rows: readonly Pick<Row, 'revision'>[]): Promise<void>;
  /** Like `reserveAnswer`, for entries that have only a part of their rows. */
  reserveExcerpts(entries: readonly unknown[]): Promise<void>;
  /** Calls back when the client leaves. @returns a function that removes the callback, once there is a response */
  onDisconnect(callback: () => void): () => void;
}

/** The input of a handler, which reads and writes the world and returns a response. It has no access to the socket. */
export interface Context<Operation extends OperationTypes = OperationTypes, Target = unknown> extends RequestContext {
  /** Null on public operations. */
  readonly caller: CallerOf<Operation['isPublic']>;
  readonly params: Operation['params'];
  readonly query: Operation['query'];
  /** Checked against the document. */
  readonly body: Operation['body'];
  /** The object that the rule's lookup found. */
  readonly target: Target;
  /** Receives a streamed body without keeping it: its size in bytes, and SHA-256 in hexadecimal. @throws Problem */
  digest(maxBytes: number): Promise<{ readonly size: number; readonly hash: string }>;
  /**
   * Calls `take` for each piece of a streamed body, one at a time. All but the last have the size `sizes.piece`, in
   * bytes.
   * @returns the number of bytes @throws Problem beyond `sizes.max`, or if the connection closes; errors of `take`
   */
  receivePieces(
    sizes: { readonly piece: number; readonly max: number },
    take: (piece: Buffer) => Promise<void>,
  ): Promise<number>;
  /** Returns whether the caller may access this object. For lists, which contain only such objects. */
  mayAccess(attributes: ResourceAttributes): boolean;
}

type CallerOf<IsPublic extends boolean> = IsPublic extends true ? null : Caller;

/** The context of any operation that is not public, for shared code. */
export interface AuthenticatedContext<Target = unknown> extends Context<OperationTypes, Target> {
  readonly caller: Caller;
}

/** A response that the operation's document allows, or a refusal in the operation's own format. */
export type OutcomeOf<Service extends ServiceName, Id extends OperationId<Service>> =
  | AnswerOf<OperationOf<Service, Id>['answers']>
  | (Outcome & { readonly refusal: Problem });

type AnswerOf<Answers> = { [Status in keyof Answers]: Outcome<Status, Answers[Status]> }[keyof Answers];

/**
 * Performs an operation: `Handler<'nvcf', 'createDeployment', FunctionRow>` has the types of the document. Without type
 * parameters it fits any operation, for shared code.
 * @typeParam Target what the rule's lookup finds
 */
export type Handler<Service extends ServiceName = never, Id extends OperationId<Service> = never, Target = unknown> = [
  Service,
] extends [never]
  ? (context: Context) => Outcome | Promise<Outcome>
  : (context: Context<OperationOf<Service, Id>, Target>) => OutcomeOf<Service, Id> | Promise<OutcomeOf<Service, Id>>;

export type AnyHandler = (context: never) => Outcome | Promise<Outcome>;

export type Operations<Service extends ServiceName> = {
  readonly [Id in OperationId<Service>]: Handler<Service, Id, never>;
};

/** Finds the object that a path names, as this caller may see it. */
export type Lookup<Target = unknown> = (context: AuthenticatedContext, id: string) => Promise<LookupResult<Target>>;
