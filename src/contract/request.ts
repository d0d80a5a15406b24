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
  /**
   * The base of URLs that are called without the caller's credential. Except in the default world, it includes the
   * prefix of the world, because no credential selects it.
   */
  readonly openOrigin: string;
  readonly method: string;
  readonly params: Readonly<Record<string, string>>;
  /** Undefined if it was not read, or cannot be parsed. */
  readonly body: unknown;
  /** Why the body cannot be read; null if it can. */
  readonly bodyFault: unknown;
  /** Takes hints about this request, whether or not it succeeds. */
  readonly hints: HintCollector;
  /**
   * Whether the caller may read the cast, including passwords. Such a caller can log in as any user, so no password is
   * required.
   */
  readonly mayReadCast: boolean;
  /**
   * Returns the public keys of the issuer that this request addresses. If the request selects no world, it includes the
   * keys of all worlds, because tokens requested without a world have the same issuer.
   */
  publishedKeys(): readonly PublicJwk[];
  /** Returns the header lines with this name as they were received, without joining them. */
  headerLines(name: string): readonly string[];
  /**
   * Reserves memory for a response that lists these rows, until it is sent. A large one waits for its turn.
   *
   * @throws Problem `storage_full` if one response cannot have them all; `unavailable` if its turn does not come in time
   */
  reserveAnswer(rows: readonly Pick<Row, 'revision'>[]): Promise<void>;
  /**
   * Calls back when the client closes its connection. For operations that wait.
   *
   * @returns a function that removes the callback; call it once the operation has its response
   */
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
  /**
   * Receives the body of an operation that streams without keeping it, and returns its size in bytes and its SHA-256 in
   * hexadecimal.
   *
   * @throws Problem if there are more than `maxBytes` bytes, or if the connection closes before the end
   */
  digest(maxBytes: number): Promise<{ readonly size: number; readonly hash: string }>;
  /**
   * Calls `take` for each piece of the body of an operation that streams. All pieces have the same size, except the
   * last. The next piece is read once `take` has finished.
   *
   * @param sizes the size of a piece and the maximum size of the body, in bytes
   * @returns the number of bytes
   * @throws Problem if there are more than `sizes.max` bytes, or if the connection closes before the end; rethrows errors
   * of `take`
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
 * Performs an operation: `Handler<'nvcf', 'createDeployment', FunctionRow>`. Input and response have the types of the
 * document, which `http/steps/validate-request.ts` and `validate-response.ts` also check at run time. Without type
 * parameters it fits any operation, for shared code, and the response is checked only at run time.
 *
 * @typeParam Target the object that the lookup of the operation's rule finds
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
